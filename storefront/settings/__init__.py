"""The settings: typed reads of the environment, then of var/services.env.

A variable in the environment takes precedence over var/services.env, which the embedded services
write. A secret or database address missing from both is an error at start; there is no default.
"""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF

from storefront.settings.api import *
from storefront.settings.celery import *
from storefront.settings.environment import BASE_DIR, VAR_DIR, env
from storefront.settings.observability import *

# Lets classes such as ModelAdmin be written with the type of their objects.
django_stubs_ext.monkeypatch()

# OpenMP threads of the ranker sleep while waiting. By default they spin, which on a busy machine
# takes the core from the thread they wait for: three times the time. OpenMP reads this when a
# library that uses it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# Numba keeps compiled functions beside the source; where that is read-only, in VAR_DIR.
if not os.access(BASE_DIR, os.W_OK):
    os.environ.setdefault("NUMBA_CACHE_DIR", str(VAR_DIR / "numba"))

# The demo shows operators' pages to everybody and lets visitors act as customers of the data set.
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
# Empty means missing: Django refuses to sign with it, and wsgi.py refuses to start.
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "storefront.operations.admin_app.ShopAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "template_partials",
    "catalog",
    "streaming",
    "recommendations",
    "storefront",
    "demo",
]

MIDDLEWARE = [
    "storefront.http.middleware.Requests",
    "django.middleware.security.SecurityMiddleware",
    "storefront.http.middleware.TextCompression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "storefront.http.middleware.Private",
    "storefront.http.middleware.PolicyMiddleware",
    "web.replica.ReplicaReads",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "streaming.identity.shoppers.ShopperMiddleware",
    "storefront.http.middleware.Messages",
    "storefront.http.rate_limits.Guard",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "storefront.urls"
WSGI_APPLICATION = "storefront.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "storefront.layout.context_processors.shop",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja2"],
        "OPTIONS": {"environment": "storefront.layout.jinja.environment"},
    },
]

# --- Services ---------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
# A Redis Cluster for the features alone; cache and Celery stay on REDIS_URL, which can't be a
# cluster.
FEATURES_CLUSTER_URL = env.str("FEATURES_CLUSTER_URL", default="")
KAFKA_BOOTSTRAP_SERVERS = env.str("KAFKA_BOOTSTRAP_SERVERS", default="")
KAFKA_TOPIC = env.str("KAFKA_TOPIC", default="shop.events")
KAFKA_DEAD_TOPIC = f"{KAFKA_TOPIC}.dead"
KAFKA_PARTITIONS = env.int("KAFKA_PARTITIONS", default=6)

# The engine is set even without an address, so that a check can name the missing variable
# (checks.py).
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(
        DATABASE_URL or "postgresql://127.0.0.1:1/unset", engine="web.postgresql"
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 3
# A streaming replica that pages are read from; each request that uses it asks how far it is, so
# Django needn't check its health.
if DATABASE_REPLICA_URL := env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url_config(DATABASE_REPLICA_URL)
    DATABASES["replica"]["CONN_MAX_AGE"] = DATABASES["default"]["CONN_MAX_AGE"]
    # A host that vanishes without a word must not hold requests up.
    DATABASES["replica"].setdefault("OPTIONS", {}).update(
        connect_timeout=1, tcp_user_timeout=2000, options="-c statement_timeout=5000"
    )
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["web.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL or "redis://127.0.0.1:1/0",
        "KEY_PREFIX": "cache",
        "OPTIONS": {
            # A page must not fail because the cache is down.
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.25,
            "SOCKET_TIMEOUT": 0.5,
        },
    }
}

# --- Files ------------------------------------------------------------------------------------

IMAGES_DIR = Path(env.str("IMAGES_DIR", default=str(VAR_DIR / "data" / "images")))
IMAGE_BASE_URL = env.str("IMAGE_BASE_URL", default="http://127.0.0.1:8001").rstrip("/")
RENDITIONS_DIR = VAR_DIR / "renditions"
VISION_DIR = Path(env.str("VISION_DIR", default=str(VAR_DIR / "vision")))
# Whether clicks re-rank the results of frequent queries.
SEARCH_CLICKS = env.bool("SEARCH_CLICKS", default=True)
MEANING_DIR = Path(env.str("MEANING_DIR", default=str(VAR_DIR / "meaning")))
BUNDLES_DIR = Path(env.str("BUNDLES_DIR", default=str(VAR_DIR / "bundles")))
# An object store for bundles (any URL of fsspec), for web processes on several machines.
BUNDLES_URL = env.str("BUNDLES_URL", default="").rstrip("/")
LAKE_DIR = Path(env.str("LAKE_DIR", default=str(VAR_DIR / "lake")))
SPOOL_DIR = VAR_DIR / "spool"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not (DEBUG or DEMO)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or DEMO

# --- The shop ---------------------------------------------------------------------------------

# H&M's prices are amounts divided by this (0.0508305… × 590 = 29.99); 1 if they are money.
PRICE_UNIT = env.int("PRICE_UNIT", default=590)
CURRENCY = env.str("CURRENCY", default="€")
CURRENCY_CODE = env.str("CURRENCY_CODE", default="EUR")
SHOP_NAME = env.str("SHOP_NAME", default="weft")
# The footer's note on the data, such as that all of them are synthetic.
DATA_LABEL = env.str("DATA_LABEL", default="")

# The shop's one language. The code is in English, so translation is off there: lookups took a tenth
# of a page.
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
USE_I18N = LANGUAGE_CODE != "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"

# --- Security ---------------------------------------------------------------------------------

# Off only without TLS in front of the shop, as in the demo on loopback.
HTTPS = env.bool("HTTPS", default=not DEMO)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "storefront.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", IMAGE_BASE_URL],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS: list[str] = []  # no form takes a file: uploads are dropped
# Forms per minute from one address; a shopper has fewer, see http.rate_limits. In the demo
# simulated shoppers share the address.
FORMS_PER_ADDRESS = env.int("FORMS_PER_ADDRESS", default=60_000 if DEMO else 6000)
# A shopper's session lasts for weeks, one that opens the admin for a working day.
STAFF_SESSION_AGE = 60 * 60 * 12
