"""Conditional reads: an answer carries the tag of what it was made of.

A client that sends the tag of what it has (`If-None-Match`) gets 304 without anything being read
but that tag.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

Get = Callable[..., Response]
MadeOf = Callable[[], tuple[object, ...] | None]


def unless_known(made_of: MadeOf) -> Callable[[Get], Get]:
    """Let a view's `get` answer with an ETag, and with 304 to a client that has it already.

    `made_of` tells what the answers are made of beside their address; None while that changes.
    """

    def decorate(get: Get) -> Get:
        @wraps(get)
        def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            tag = tag_of(request._request, made_of())
            known = tag in tags_in(request.headers.get("If-None-Match", ""))
            not_modified = Response(status=status.HTTP_304_NOT_MODIFIED)
            response = not_modified if known else get(view, request, *args, **kwargs)
            if tag:
                response["ETag"] = tag
                response["Cache-Control"] = "no-cache"  # kept, but asked about each time
            return response

        return answer

    return decorate


def tags_in(header: str) -> list[str]:
    """What a proxy has made weak, as by compressing, is taken for what it was."""
    return [tag.removeprefix("W/") for tag in parse_etags(header)]


def tag_of(request: HttpRequest, made_of: tuple[object, ...] | None) -> str | None:
    """The tag of an address; None where nothing tells what its answer is made of."""
    if made_of is None:
        return None
    parts = (*made_of, request.build_absolute_uri())
    return f'"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'
