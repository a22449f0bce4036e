from importlib import import_module
from typing import Final

from django.apps import AppConfig

# Modules that connect signals, or register checks or tables, when they are imported.
CONNECTING: Final = (
    "checkout.lake",
    "operations.celery_heartbeats",
    "operations.checks",
    "operations.task_signals",
    "privacy.erasure",
)


class StorefrontConfig(AppConfig):
    name = "storefront"

    def ready(self) -> None:
        from storefront.operations import metric_files, tracing

        for module in CONNECTING:
            import_module(f"storefront.{module}")
        metric_files.prepare()
        tracing.start()
