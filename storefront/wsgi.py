"""The shop's WSGI application, as each process of the web server (web.server) loads it."""

import gc
import os

# Linear-algebra threads wait by spinning, a core per web process, and a request's computation is
# small. Read once, when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

application = get_wsgi_application()

from django.db import connections  # noqa: E402 (these need the apps)

from catalog.search import warming as searching  # noqa: E402
from recommendations.serving import warming as recommending  # noqa: E402

# Reading it raises ImproperlyConfigured if it is missing: at start, not at the first cookie.
_ = settings.SECRET_KEY

# The process takes connections when this module is loaded: prepared, so that no shopper waits for
# seconds, and no request competes with the preparation.
searching.warm()
recommending.warm()
connections.close_all()

# Loaded objects are permanent: the garbage collector can skip them, and needn't run after every 700
# new objects, when a page creates thousands.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
