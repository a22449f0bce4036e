"""The Celery application: `celery -A storefront worker -Q stream` and `-Q default`."""

import os

from celery import Celery

from streaming import worker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

app = Celery("storefront")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
worker.install(app)
