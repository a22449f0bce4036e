"""The baseline cost of a response: a Django view without middleware that does one Redis GET."""

import os

import django
import redis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

client = redis.Redis.from_url(os.environ["REDIS_URL"])


def view(_: HttpRequest) -> JsonResponse:
    value = client.get(os.environ["BENCH_KEY"])
    return JsonResponse({"value": value.decode() if isinstance(value, bytes) else None})


urlpatterns = [path("", view)]

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="none")  # noqa: S106
django.setup()
application = get_wsgi_application()
