"""The shop's WSGI application, as each process of the web server (web.server) loads it."""

import gc
import os

# A thread of the linear algebra waits for work by spinning: a core for each web process, and one
# request is a small sum. Read once, when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

application = get_wsgi_application()
# Reading it raises ImproperlyConfigured when it is missing: at start, not at the first cookie.
assert settings.SECRET_KEY  # noqa: S101

# What was loaded stays: the garbage collector needn't walk it again, nor after every 700 new
# objects, of which a page makes thousands.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
