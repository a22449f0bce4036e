"""Compresses text responses; pictures and fonts already are."""

from typing import Final

from django.http.request import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS: Final = ("text/", "application/json", "application/javascript", "image/svg+xml")


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
