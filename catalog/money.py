"""Converts H&M's prices, which are amounts divided by a constant, to money, and shows it."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext

CENT = Decimal("0.01")
_HALF_A_CENT = Decimal("0.005")


def amount(price: float) -> Decimal:
    """A price of the files (`0.0508305…`) as money, rounded to cents (`29.99`).

    Multiplies decimals, starting from the float's shortest representation, so that prices for
    whole cents convert exactly.
    """
    unit: int = settings.PRICE_UNIT
    return (Decimal(repr(float(price))) * unit).quantize(CENT, ROUND_HALF_UP)


def price(amount: Decimal) -> float:
    """The inverse: money in the files' unit."""
    return float(amount / settings.PRICE_UNIT)


def lowest_price(amount: Decimal) -> float:
    """The least stored price that is still at least this amount, once rounded to cents."""
    return price(amount - _HALF_A_CENT)


def highest_price(amount: Decimal) -> float:
    """The greatest stored price that is still at most this amount, once rounded to cents."""
    return price(amount + _HALF_A_CENT)


def shown(amount: Decimal | float, places: int = 2) -> str:
    """Money as the shop's language writes it: €29.99, 29,99 €."""
    if not settings.USE_I18N:  # a page has dozens of prices, and formats take a while
        return f"{settings.CURRENCY}{amount:,.{places}f}"
    number = number_format(round(Decimal(amount), places), places, force_grouping=True)
    return gettext("%(currency)s%(number)s") % {"currency": settings.CURRENCY, "number": number}
