"""H&M's prices are amounts divided by a constant; this turns them back into money."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

CENT = Decimal("0.01")


def amount(price: float) -> Decimal:
    """The price of the files (`0.0508305…`) as money, rounded to cents (`29.99`).

    Multiplied in decimals from the shortest text of the float, so that a price that stands for
    exact cents gives exactly those.
    """
    unit: int = settings.PRICE_UNIT
    return (Decimal(repr(float(price))) * unit).quantize(CENT, ROUND_HALF_UP)


def price(amount: Decimal) -> float:
    """The inverse: money as the files' unit, for comparing with stored prices."""
    return float(amount / settings.PRICE_UNIT)
