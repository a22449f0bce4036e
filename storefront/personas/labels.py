"""Labels for a customer of the data set: a made-up name, and their taste in a line.

The files contain no names. A first name is chosen by the customer's id, so that a customer keeps
it; it says nothing about the person.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import quantiles
from string import ascii_uppercase
from typing import Final
from zlib import crc32

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from catalog.models import is_named
from catalog.money import shown

KINDS: Final = 2
NAMES: Final = Path(__file__).with_name("names.txt").read_text("utf-8").split()
# Mean number of days between purchases, and a description.
RHYTHMS: Final = (
    (12, _("buys every week or two")),
    (45, _("buys monthly")),
    (120, _("buys every season")),
)


@dataclass(frozen=True)
class Purchase:
    """`price` is in money."""

    article: int
    audience: str
    kind: str
    price: Decimal
    day: date


def name_of(customer_id: str) -> str:
    """A first name and an initial: “Leo K.”."""
    initial, name = divmod(crc32(customer_id.encode()), len(NAMES))
    return f"{NAMES[name]} {ascii_uppercase[initial % len(ascii_uppercase)]}."


def taste_of(history: Sequence[Purchase]) -> str:
    """“Menswear: trousers, sweater; spends €20–€40 a piece; buys monthly”."""
    if not history:
        return ""
    audience = Counter(purchase.audience for purchase in history).most_common(1)[0][0]
    kinds = Counter(
        purchase.kind.lower()
        for purchase in history
        if purchase.audience == audience and is_named(purchase.kind)
    )
    most = ", ".join(kind for kind, _units in kinds.most_common(KINDS))
    return "; ".join([f"{audience}: {most}", spending_of(history), rhythm_of(history)])


def spending_of(history: Sequence[Purchase]) -> str:
    """What the middle half of the pieces cost, in whole units of money."""
    prices = [float(purchase.price) for purchase in history]
    low, _median, high = quantiles(prices, n=4) if len(prices) > 1 else prices * 3
    prices_text = {"low": shown(low, 0), "high": shown(high, 0)}
    if prices_text["low"] == prices_text["high"]:
        return gettext("spends about %(low)s a piece") % prices_text
    return gettext("spends %(low)s–%(high)s a piece") % prices_text


def rhythm_of(history: Sequence[Purchase]) -> str:
    days = sorted({purchase.day for purchase in history})
    if len(days) == 1:
        return gettext("bought on one day")
    gap = (days[-1] - days[0]).days / (len(days) - 1)
    words = next((words for longest, words in RHYTHMS if gap <= longest), None)
    return gettext(words) if words else gettext("buys now and then")
