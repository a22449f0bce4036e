"""Sort keys: an article's position in an order as one integer; larger comes first.

It packs the sort value with the article's key, so it is unique: a cursor that holds it identifies
one position, even among articles that sell equally well. Each order has an index.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.conf import settings
from django.db.models import BigIntegerField, F, FloatField, Func, IntegerField, Value
from django.db.models.expressions import Combinable, CombinedExpression, ExpressionWrapper
from django.db.models.functions import Cast, Coalesce, Round

KEYS: Final = 2**31  # article keys are below this
EPOCH: Final = date(1970, 1, 1)
ORDERS: Final = ("popular", "newest", "price", "-price")


class DaysBetween(Func):
    """date − date is a number of days in PostgreSQL; Django expects a duration."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def sort_key(order: str, summary: str = "") -> ExpressionWrapper[CombinedExpression]:
    """The sort key for one of the ORDERS; `summary` is the lookup prefix (e.g. "summary__")."""
    first: dict[str, Combinable] = {
        "popular": Cast(f"{summary}units_recent", BigIntegerField()),
        "newest": _days_in_shop(f"{summary}first_sold"),
        "price": _cents(f"{summary}price") * Value(-1),
        "-price": _cents(f"{summary}price"),
    }
    return packed(first[order], F(f"{summary}article_id"))


def packed(first: Combinable, key: F) -> ExpressionWrapper[CombinedExpression]:
    number: CombinedExpression = first * Value(KEYS, BigIntegerField()) + Value(KEYS - 1) - key
    return ExpressionWrapper(number, BigIntegerField())


def as_bigint(number: Combinable) -> Cast:
    return Cast(Round(number), BigIntegerField())


def article_of(sort_key: int) -> int:
    """Unpack the article's key."""
    return KEYS - 1 - sort_key % KEYS


def _cents(price: str) -> Cast:
    return as_bigint(F(price) * Value(settings.PRICE_UNIT * 100.0, FloatField()))


def _days_in_shop(first_sold: str) -> Combinable:
    return Cast(DaysBetween(Coalesce(F(first_sold), Value(EPOCH)), Value(EPOCH)), BigIntegerField())
