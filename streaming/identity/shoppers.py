"""Who is shopping: a customer of the data set, or an anonymous shopper with a signed cookie."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from streaming.events.schema import is_shopper
from streaming.identity.tombstones import tombstones

COOKIE = "shopper"
COOKIE_AGE = 60 * 60 * 24 * 365
SESSION_KEY = "customer"


def customer_shopper(customer: int) -> str:
    return f"c{customer}"


def new_anonymous() -> str:
    return f"a{secrets.token_hex(16)}"


def anonymous_of(request: HttpRequest) -> str:
    """The id in the signed cookie. Without a cookie, or for an erased shopper, a new id, which the
    middleware sends back."""
    known = getattr(request, "_anonymous", None)
    if known is None:
        known = signed_cookie(request)
        if not is_shopper(known) or tombstones.hold(known):
            known = new_anonymous()
            request._new_anonymous = known  # type: ignore[attr-defined]
        request._anonymous = known  # type: ignore[attr-defined]
    return str(known)


def known_shopper(request: HttpRequest) -> str | None:
    """Who sent the request, as far as session and cookie tell; no new id is made."""
    customer = customer_of(request)
    if customer is not None:
        return customer_shopper(customer)
    known = signed_cookie(request)
    return known if is_shopper(known) else None


def customer_of(request: HttpRequest) -> int | None:
    """The customer key that this session acts as, if any; an erased customer doesn't count."""
    customer = request.session.get(SESSION_KEY)
    if customer is None or tombstones.hold(customer_shopper(customer)):
        return None
    return int(customer)


def shopper_of(request: HttpRequest) -> str:
    """The shopper id that events of this request carry."""
    customer = customer_of(request)
    return anonymous_of(request) if customer is None else customer_shopper(customer)


def is_new(request: HttpRequest) -> bool:
    """Whether shopper_of made a new id for this request."""
    return hasattr(request, "_new_anonymous")


def signed_cookie(request: HttpRequest) -> str:
    """The id in the cookie; "" without one, or with an invalid signature."""
    return request.get_signed_cookie(COOKIE, default="", salt=COOKIE) or ""


def hand_over(response: HttpResponse, shopper: str) -> None:
    """Set the cookie that identifies the shopper from now on."""
    response.set_signed_cookie(
        COOKIE,
        shopper,
        salt=COOKIE,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )


class ShopperMiddleware:
    """Sets a new anonymous shopper's cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        new = getattr(request, "_new_anonymous", None)
        if new is not None:
            hand_over(response, new)
        return response
