"""The shop's WSGI application, as gunicorn serves it."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

application = get_wsgi_application()
# Reading it raises ImproperlyConfigured when it is missing: at start, not at the first cookie.
assert settings.SECRET_KEY  # noqa: S101
