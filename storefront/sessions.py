"""Sessions in PostgreSQL that know their shopper, so that their contents can be exported and
erased.

The engine is Django's own, extended as its documentation shows.
"""

from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from streaming.identity.shoppers import SESSION_KEY, customer_shopper, shopper_of
from web.json_types import Json

ADDRESS: Final = "checkout-address"
DELIVERY: Final = "checkout-way"
SHOPPER: Final = "shopper"
PERSONAL: Final = (ADDRESS, DELIVERY, SHOPPER)


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        return apps.get_model("storefront", "ShopperSession")

    def create_model_instance(self, data: Json) -> Any:
        row: Any = super().create_model_instance(data)
        customer = data.get(SESSION_KEY)
        row.shopper = data.get(SHOPPER, "") if customer is None else customer_shopper(customer)
        return row


def forget_in_browser(response: HttpResponse) -> HttpResponse:
    """Have the browser delete what its scripts keep of the shopper so far: recent searches."""
    response["Clear-Site-Data"] = '"storage"'
    return response


@receiver(user_logged_in)
def end_today(request: HttpRequest | None, user: AbstractBaseUser, **_: object) -> None:
    """Limits the session to a day: whoever can open the admin signs in daily."""
    if request is not None and getattr(user, "is_staff", False):
        request.session.set_expiry(settings.STAFF_SESSION_AGE)


def remember(request: HttpRequest, name: str, value: object) -> None:
    """Store a value of this shopper for the rest of their session."""
    request.session[name] = value
    request.session[SHOPPER] = shopper_of(request)


def rotate(session: SessionBase) -> None:
    """A new key, without the previous shopper's values: the next one is a different person."""
    for name in PERSONAL:
        session.pop(name, None)
    session.cycle_key()
