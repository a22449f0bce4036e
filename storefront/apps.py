from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "storefront"

    def ready(self) -> None:
        from storefront.operations import (  # noqa: F401
            celery_heartbeats,
            checks,
            metric_files,
            task_signals,
            tracing,
        )
        from storefront.privacy import erasure  # noqa: F401

        metric_files.prepare()
        tracing.start()
