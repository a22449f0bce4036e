"""Middleware: a request's id, duration and log line, the response's policy and compression."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

from csp.constants import HEADER as POLICY_HEADER
from csp.middleware import CSPMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.encoding import iri_to_uri
from django_htmx.middleware import HtmxDetails

from storefront.operations import metrics
from streaming.events.correlation import request_id

logger = logging.getLogger("storefront.requests")

HEADER: Final = "X-Request-ID"
GIVEN: Final = "HTTP_X_REQUEST_ID"  # looked up directly, without parsing the other headers
SENSIBLE: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
TEXTS: Final = ("text/", "application/json", "application/javascript", "image/svg+xml")


class Requests:
    """Takes a valid id from the proxy in front, else makes one; returns it in the response.

    The log has the path without its query, which may reveal what somebody searches for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given, begun = request.META.get(GIVEN, ""), time.perf_counter()
        own = given if SENSIBLE.fullmatch(given) else secrets.token_hex(16)
        token = request_id.set(own)
        try:
            response = self.get_response(request)
            response[HEADER] = own
            self.tell(request, response, time.perf_counter() - begun)
            return response
        finally:
            request_id.reset(token)

    def tell(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        view = (match.view_name or match._func_path) if match else "none"
        metrics.answered(view, request.method or "", response.status_code, seconds)
        if not logger.isEnabledFor(logging.INFO):
            return
        about = {
            "method": request.method,
            "path": iri_to_uri(request.path),  # escapes line breaks
            "view": view,
            "status": response.status_code,
            "ms": round(1000 * seconds, 1),
        }
        line = "%(method)s %(path)s %(status)d in %(ms)s ms"
        logger.info(line, about, extra=about)


class Private:
    """Forbids storing a response that doesn't allow it: nearly all show something personal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Messages(MessageMiddleware):
    """Django's messages, for pages only; the API never shows any."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if is_api(request) else super().__call__(request)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


class PolicyMiddleware(CSPMiddleware):
    """Skips building a policy for responses that have one: it costs more than all other headers."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        return (
            response if POLICY_HEADER in response else super().process_response(request, response)
        )


class HtmxRequest(HttpRequest):
    """A request as views get it, behind HtmxMiddleware."""

    htmx: HtmxDetails


class TextCompression(GZipMiddleware):
    """Django's own, which pads its output against guessing secrets by length (BREACH).

    In a deployment, static files come compressed from WhiteNoise and are left alone; the demo
    doesn't collect them, so they are compressed here.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)
