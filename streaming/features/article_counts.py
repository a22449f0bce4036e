"""An article's views, adds and purchases: packed for one increment, and read as smoothed rates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from streaming.events.actions import Action

COUNTED: Final = (Action.VIEW, Action.BAG_ADD, Action.PURCHASE)
# Three numbers in one whole number of 63 bits, so that a batch adds to an article in one step. A
# number has room for two million events of an article in a partition and an epoch.
BITS: Final = 21
MASK: Final = (1 << BITS) - 1
ADDED: Final = {kind: 1 << BITS * place for place, kind in enumerate(COUNTED)}
# Where the shop's own totals stand among the articles: they need all the bits there are.
TOTALS: Final = {kind: -1 - place for place, kind in enumerate(COUNTED)}
# How many of the shop's average views an article starts with.
PRIOR_VIEWS: Final = 10.0


@dataclass(frozen=True)
class ArticleFeatures:
    """Numbers of events, and what follows from a view (0 to 1)."""

    views: int = 0
    adds: int = 0
    purchases: int = 0
    add_rate: float = 0.0
    purchase_rate: float = 0.0


def unpacked(values: Iterable[int]) -> tuple[int, int, int]:
    """Views, adds and purchases summed over packed values."""
    views = adds = purchases = 0
    for value in values:
        views += value & MASK
        adds += value >> BITS & MASK
        purchases += value >> 2 * BITS
    return views, adds, purchases


def features(values: Iterable[int], totals: Mapping[Action, int]) -> ArticleFeatures:
    """An article's features from its packed values and the shop's totals by kind."""
    views, adds, purchases = unpacked(values)
    all_views = totals.get(Action.VIEW, 0)
    rates = [
        _rate(count, views, totals.get(kind, 0) / all_views if all_views else 0.0)
        for kind, count in ((Action.BAG_ADD, adds), (Action.PURCHASE, purchases))
    ]
    return ArticleFeatures(views, adds, purchases, *rates)


def _rate(count: int, views: int, average: float) -> float:
    """Additive smoothing towards the shop's average; purchases elsewhere may exceed the views."""
    return min(1.0, (PRIOR_VIEWS * average + count) / (PRIOR_VIEWS + views)) if average else 0.0
