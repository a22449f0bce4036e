"""The Celery application: `celery -A storefront worker -Q stream` (or attribution, or default)."""

import os

from celery import Celery

from streaming.consumer import bootstep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

app = Celery("storefront")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def features() -> object:
    from streaming.features.processor import FeatureProcessor

    return FeatureProcessor()


def attribution() -> object:
    from recommendations.attribution.processor import AttributionProcessor

    return AttributionProcessor()


bootstep.install(app, "stream", features)
bootstep.install(app, "attribution", attribution)
