from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request as views get it, behind HtmxMiddleware."""

    htmx: HtmxDetails
