"""The Celery application: `celery -A storefront worker -Q stream` (or attribution, or default)."""

import os

from celery import Celery

from recommendations.attribution import worker as attribution
from streaming.consumer import bootstep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

app = Celery("storefront")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
bootstep.install(app)
attribution.install(app)
