from django.apps import AppConfig
from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import reset_queries


class StorefrontConfig(AppConfig):
    name = "storefront"

    def ready(self) -> None:
        from storefront.operations import (  # noqa: F401  # noqa: F401
            celery_heartbeats,
            checks,
            metric_files,
            task_signals,
            tracing,
        )
        from storefront.privacy import erasure  # noqa: F401

        metric_files.prepare()
        tracing.start()
        leave_out_idle_work()


def leave_out_idle_work() -> None:
    """What Django does around every request to no end here took a tenth of a short one: the cache's
    connections stay open, every request sets its URLs, and queries are noted for DEBUG only."""
    request_finished.disconnect(close_caches)
    request_finished.disconnect(reset_urlconf)
    if not settings.DEBUG:
        request_started.disconnect(reset_queries)
