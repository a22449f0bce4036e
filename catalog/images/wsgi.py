"""The image server's WSGI entry point; sets up Django first."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
django.setup()

from catalog.images.server import application

__all__ = ["application"]
