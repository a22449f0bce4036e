"""Conditional GET: a response carries an ETag computed from the versions of its inputs.

A client that sends a matching `If-None-Match` gets a 304, and only the versions are read.
"""

import hashlib
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

Get = Callable[..., Response]
VersionOf = Callable[[], tuple[object, ...] | None]


def not_modified_unless_changed(made_of: VersionOf) -> Callable[[Get], Get]:
    """Add an ETag to a view's `get`, and answer 304 to a client that already has the response.

    `made_of` returns the versions of the inputs, besides the URL; None while they are changing.
    """

    def decorate(get: Get) -> Get:
        @wraps(get)
        def answer(view: object, request: Request, *args: object, **kwargs: object) -> Response:
            tag = tag_of(request._request, made_of())
            known = tag in tags_in(request.headers.get("If-None-Match", ""))
            not_modified = Response(status=status.HTTP_304_NOT_MODIFIED)
            response = not_modified if known else get(view, request, *args, **kwargs)
            if tag:
                response["ETag"] = tag
                response["Cache-Control"] = "no-cache"  # revalidate each time
            return response

        return answer

    return decorate


def tags_in(header: str) -> list[str]:
    """The tags without the weak prefix that proxies add, for example when they compress."""
    return [tag.removeprefix("W/") for tag in parse_etags(header)]


def tag_of(request: HttpRequest, made_of: tuple[object, ...] | None) -> str | None:
    """The ETag of a URL; None where the versions of its inputs are unknown."""
    if made_of is None:
        return None
    parts = (*made_of, request.build_absolute_uri())
    return f'"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'
