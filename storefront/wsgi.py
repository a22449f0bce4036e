"""The shop's WSGI application, as each process of the web server (web.server) loads it."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from threadpoolctl import threadpool_limits

from web.requests.sequential import Sequential
from web.requests.uploads import AROUND, MAX_BYTES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")

application = Sequential(get_wsgi_application(), MAX_BYTES + AROUND)

from storefront.warming import warm

# Reading it raises ImproperlyConfigured if it is missing: at start, not at the first cookie.
_ = settings.SECRET_KEY

# The server takes connections once this module is loaded.
warm()

# Linear-algebra threads wait by spinning, a core per web process, and a request's computation is
# small.
threadpool_limits(1, user_api="blas")

# Loaded objects are permanent: the garbage collector can skip them. A request leaves some sixty
# objects in cycles, and collecting 20,000 takes 10 to 40 ms: with a few at a time, the p99 of
# similar falls from 59 to 24 ms. Not after every 700, Python's default: a page creates thousands.
gc.collect()
gc.freeze()
gc.set_threshold(2_000, 20, 50)
