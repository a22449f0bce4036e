"""The image server's WSGI application, for a process that has not set up Django yet."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
django.setup()

from catalog.images.server import application  # noqa: E402

__all__ = ["application"]
