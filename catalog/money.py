"""Converts H&M's prices, which are amounts divided by a constant, to money."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

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
