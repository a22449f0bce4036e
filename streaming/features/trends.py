"""Trending articles by forward decay, exact: neither order nor batching changes the sums.

Time is cut into epochs. An event's weight grows with its time since the epoch's start and is a
whole number, so that adding floats (all that Redis' sorted sets can hold) never rounds: a sum stays
below 2^53 for 10^10 events of one article in one epoch. A reader adds the current epoch and the one
before, the latter scaled down by a power of two; older ones weigh less than 1/256.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from streaming.events.actions import Action
from streaming.events.spans import DAY_MS
from streaming.features.registry import TREND_WEIGHTS, TRENDING

COUNTED: Final = (Action.VIEW, Action.BAG_ADD, Action.PURCHASE)
# Three numbers in one whole number of 63 bits, so that a batch adds to an article in one step. A
# number has room for two million events of an article in a partition and an epoch.
BITS: Final = 21
MASK: Final = (1 << BITS) - 1
ADDED: Final = {kind: 1 << BITS * place for place, kind in enumerate(COUNTED)}
# The member for the shop's own totals among the articles: they need all the bits.
TOTALS: Final = {kind: -1 - place for place, kind in enumerate(COUNTED)}
# How many of the shop's average views an article starts with.
PRIOR_VIEWS: Final = 10.0
HALF_LIFE_MS: Final = TRENDING.half_life_ms or 1
HALF_LIVES: Final = 8
EPOCH_MS: Final = HALF_LIVES * HALF_LIFE_MS
# Weight of an event of weight 1 at the start of an epoch.
UNIT: Final = 256
# How many epochs before the shop clock's own still count: older events, and those ahead of the
# clock, don't trend. A wrongly set clock does no harm, and events read again count as before.
ARTICLES_KEPT: Final = 1
# Clocks of hosts differ by seconds, and by hours where a time zone was forgotten. Further ahead of
# the shop's clock an event would also spoil its shopper's windows, bag, sessions and tastes.
AHEAD_MS: Final = DAY_MS
Sums = dict[int, int]  # article → weight


@dataclass(frozen=True)
class ArticleFeatures:
    """Numbers of events, and the shares of views that led to more (0 to 1)."""

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
    """Additive smoothing towards the shop's average; purchases without a view can exceed the
    views."""
    return min(1.0, (PRIOR_VIEWS * average + count) / (PRIOR_VIEWS + views)) if average else 0.0


def epoch_of(ts: int) -> int:
    return ts // EPOCH_MS


def weight(kind: Action, ts: int) -> int:
    """As of the start of the event's epoch."""
    grown: float = 2.0 ** ((ts % EPOCH_MS) / HALF_LIFE_MS)
    return round(TREND_WEIGHTS.get(kind, 0) * UNIT * grown)


@dataclass
class Increments:
    """What a batch adds to one partition's trends: events of the epoch `first` and later ones until
    `until_ms`. `counts` are by epoch, packed as in article_counts."""

    first: int
    until_ms: int
    sums: dict[tuple[int, int], Sums] = field(default_factory=dict)  # by (epoch, index group)
    counts: dict[int, Sums] = field(default_factory=dict)

    @classmethod
    def around(cls, now_ms: int, latest_ms: int = 0) -> "Increments":
        """`latest_ms` matters after a clock was set back: it will get there again with a replay."""
        return cls(epoch_of(now_ms) - ARTICLES_KEPT, max(now_ms, latest_ms) + AHEAD_MS)

    def add(self, kind: Action, ts: int, articles: Sequence[tuple[int, int]]) -> None:
        """Add an action on articles, each with its index group, at one moment."""
        epoch = ts // EPOCH_MS
        if kind not in TREND_WEIGHTS or epoch < self.first or ts > self.until_ms or not articles:
            return
        amount, counts = weight(kind, ts), self.counts.setdefault(epoch, {})
        counts[TOTALS[kind]] = counts.get(TOTALS[kind], 0) + len(articles)
        for article, index_group in articles:
            sums = self.sums.setdefault((epoch, index_group), {})
            sums[article] = sums.get(article, 0) + amount
            counts[article] = counts.get(article, 0) + ADDED[kind]


def best(
    current: Iterable[tuple[int, float]], before: Iterable[tuple[int, float]], k: int
) -> list[tuple[int, float]]:
    """The k heaviest articles of two epochs' sums, in the current epoch's weights."""
    total: dict[int, float] = {}
    for article, value in _with_scale(current, before):
        total[article] = total.get(article, 0.0) + value
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))[:k]


def _with_scale(
    current: Iterable[tuple[int, float]], before: Iterable[tuple[int, float]]
) -> Iterator[tuple[int, float]]:
    yield from current
    for article, value in before:
        yield article, value * 2.0**-HALF_LIVES


def flat(lists: Iterable[Iterable[tuple[bytes, float]]]) -> list[tuple[int, float]]:
    """The articles and values of several answers of Redis, in one list."""
    return [(int(article), value) for items in lists for article, value in items]


def scale_at(epoch: int, now_ms: int) -> float:
    """The factor from an epoch's weights to a number of events (of weight 1) happening now."""
    scale: float = 2.0 ** min((epoch * EPOCH_MS - now_ms) / HALF_LIFE_MS, 60.0)
    return scale / UNIT
