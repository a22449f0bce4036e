"""Conditional reads: the catalogue changes with an ingest only, so its tag is that of the last one.

A client that sends the tag of what it has (`If-None-Match`) gets 304 without anything being read
but that tag.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import IngestRun

Get = Callable[..., Response]


def unless_known(get: Get) -> Get:
    """Let a view's `get` answer with an ETag, and with 304 to a client that has it already."""

    @wraps(get)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        tag = tag_of(request._request)
        known = tag in tags_in(request.headers.get("If-None-Match", ""))
        not_modified = Response(status=status.HTTP_304_NOT_MODIFIED)
        response = not_modified if known else get(view, request, *args, **kwargs)
        if tag:
            response["ETag"] = tag
            response["Cache-Control"] = "no-cache"  # kept, but asked about each time
        return response

    return answer


def tags_in(header: str) -> list[str]:
    """What a proxy has made weak, as by compressing, is taken for what it was."""
    return [tag.removeprefix("W/") for tag in parse_etags(header)]


def tag_of(request: HttpRequest) -> str | None:
    """The tag of an address in the catalogue as it stands; None while an ingest changes it."""
    run = IngestRun.objects.values_list("pk", "status", "finished_at").first()
    if run is None or run[1] != IngestRun.Status.DONE:
        return None
    # Whatever else the answer is made of; the version changes with the shape of the answers.
    made_of = (
        *run,
        request.build_absolute_uri(),
        settings.SPECTACULAR_SETTINGS["VERSION"],
        settings.IMAGE_BASE_URL,
        settings.CURRENCY,
    )
    return f'"{hashlib.blake2b(repr(made_of).encode(), digest_size=12).hexdigest()}"'
