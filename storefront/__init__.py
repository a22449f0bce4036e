"""The Django project and the shop's pages."""

from storefront.celery import app as celery_app

__all__ = ["celery_app"]
