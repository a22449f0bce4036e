"""Checks a form before it is used: size, completeness, and rate.

The URL's name selects the quota and its window. Counts are shared by all processes
(web.api.quotas); while Redis is down each process counts for itself.
"""

import hashlib
import math
from collections.abc import Callable, Iterator
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

from storefront.http.errors import bad_request
from storefront.http.middleware import is_api
from streaming.identity.shoppers import known_shopper
from web.api.problems import problem
from web.api.quotas import Quota, address_of
from web.requests.uploads import AROUND, MAX_BYTES

HOUR: Final = 3600
# Per shopper or signed-in user, on top of FORMS, which all forms share: each of these costs more
# than writing a row. The limit per address is larger by the same factor as for FORMS.
COSTLY: Final = {
    "you-export": Quota(10, HOUR), "you-forget": Quota(10, HOUR), "you-reset": Quota(20, HOUR),
    "live-replay": Quota(20, HOUR), "checkout-review": Quota(60, HOUR),
    "search-photo": Quota(120, HOUR),
}  # fmt: skip
# Routes that accept a file.
PHOTOS: Final = ("/search/photo/", "/api/v1/search/photo/")
FORMS: Final = Quota(120, 60)
READ: Final = ("you-export",)
UNSEEN: Final = ("impressions",)  # sent by the page itself, with a quota of its own
IMPRESSIONS: Final = Quota(600, 60)
# Routes that ask for a password. Limits per name and address, per address, and per name.
PASSWORD: Final = ("admin:login", "admin:password_change", "admin:auth_user_password_change")
OF_NAME_HERE: Final = Quota(10, 300)
OF_ADDRESS: Final = Quota(60, 300)
OF_NAME: Final = Quota(200, HOUR)


class Guard:
    """Responds 413 to oversized, 400 to truncated and 429 to too frequent requests.

    The API has sizes and quotas of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Checks the size before anything, such as the CSRF check, reads the body."""
        return refused(request) or self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if is_api(request) or (request.method != "POST" and name not in READ):
            return None
        uses = [quota.use(key) for key, quota in counted(request, name)]
        waits = [use.wait_s for use in uses if use.left < 0]
        return _later(request, max(waits)) if waits else None


def refused(request: HttpRequest) -> HttpResponse | None:
    """Judged by the announced length: a truncated order is rejected."""
    if request.path in PHOTOS:
        return _photo(request)
    if announced(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return None if is_api(request) else render(request, "413.html", status=413)
    return None if is_whole(request) else _half(request)


def is_whole(request: HttpRequest) -> bool:
    """Whether the whole announced body arrived."""
    length = announced(request)
    try:
        return not length or len(request.body) >= length
    except UnreadablePostError:
        return False


def announced(request: HttpRequest) -> int:
    """The announced length of the body; nothing beyond it is ever read."""
    length = request.META.get("CONTENT_LENGTH", "")
    return int(length) if length.isdecimal() else 0


def counted(request: HttpRequest, name: str) -> Iterator[tuple[str, Quota]]:
    """The counters of this request; a visitor without a cookie is counted by address alone."""
    address = address_of(request)
    yield f"forms:{address}", Quota(settings.FORMS_PER_ADDRESS, 60)
    if name in PASSWORD:
        user = _digest(request.POST.get("username") or str(request.user.pk))
        yield f"password:{address}:{user}", OF_NAME_HERE
        yield f"password:{address}", OF_ADDRESS
        yield f"password:{user}", OF_NAME
    who = str(request.user.pk) if request.user.is_authenticated else known_shopper(request)
    if who is not None:
        yield (f"{name}:{who}", IMPRESSIONS) if name in UNSEEN else (f"forms:{who}", FORMS)
    if name in COSTLY:
        most, seconds = COSTLY[name]
        yield f"{name}:{address}", Quota(most * settings.FORMS_PER_ADDRESS // FORMS.most, seconds)
        if who is not None:
            yield f"{name}:{who}", Quota(most, seconds)


def _digest(name: str) -> str:
    """Names may be of any length, and a password typed into the name field must not reach Redis."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()[:20]


def _photo(request: HttpRequest) -> HttpResponse | None:
    """The view reads a picture in memory; it may exceed a form, and is rejected if truncated."""
    if announced(request) <= MAX_BYTES + AROUND:
        return None
    if is_api(request):
        return problem(413, "The picture is too large.", request.path, None)
    return render(request, "413.html", status=413)


def _half(request: HttpRequest) -> HttpResponse:
    said = "The request ended before all of it had come."
    if is_api(request):
        return problem(400, said, request.path, None)
    return bad_request(request, said)


def _later(request: HttpRequest, seconds: int) -> HttpResponse:
    context = {"minutes": math.ceil(seconds / 60)}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
