"""Texts leave the shop compressed; pictures and fonts are so already."""

from typing import Final

from django.http.request import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS: Final = ("text/", "application/json", "application/javascript", "image/svg+xml")


class TextCompression(GZipMiddleware):
    """Django's own, which pads what it compresses against guessing secrets by length (BREACH).

    Static files of a deployment come compressed from WhiteNoise and are left alone; those of the
    demo, which collects none, are compressed here.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)
