"""Sessions in PostgreSQL that know their shopper: what they hold can be shown to them, and erased.

The engine is Django's own, extended as its documentation shows.
"""

from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest

from streaming.shoppers import SESSION_KEY, customer_shopper, shopper_of

ADDRESS: Final = "checkout-address"
WAY: Final = "checkout-way"
SHOPPER: Final = "shopper"
PERSONAL: Final = (ADDRESS, WAY, SHOPPER)


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        from storefront.models import ShopperSession  # the apps are loaded after the settings

        return ShopperSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        customer = data.get(SESSION_KEY)
        row.shopper = data.get(SHOPPER, "") if customer is None else customer_shopper(customer)
        return row


def remember(request: HttpRequest, name: str, value: object) -> None:
    """Keep something of this shopper's for the rest of their session."""
    request.session[name] = value
    request.session[SHOPPER] = shopper_of(request)


def rotate(session: SessionBase) -> None:
    """A new key, and nothing kept of whoever shopped before: it is somebody else from now on."""
    for name in PERSONAL:
        session.pop(name, None)
    session.cycle_key()
