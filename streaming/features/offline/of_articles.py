"""The offline twin of what the stream keeps of articles: purchases and trends, from history."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from streaming import history
from streaming.features import trends
from streaming.features.offline import Ints, Known, Longs, Purchases, load
from streaming.features.registry import TREND_WEIGHTS
from streaming.features.state import DIMENSIONS

INDEX_GROUP = DIMENSIONS.index("index_group")


@dataclass(frozen=True)
class Articles:
    """One row per article that was bought lately, sorted by key.

    `purchases` are those of the epoch and the one before; `trend` is the decayed weight that
    `trending` ranks by. History knows no views: the rates by view are 0.
    """

    article: Ints
    index_group: Ints
    purchases: Longs
    trend: npt.NDArray[np.float64]

    def trending(self, index_group: int | None, k: int) -> list[tuple[int, float]]:
        """As store.trending: the k heaviest, best first."""
        asked = np.full(len(self.article), True)
        if index_group is not None:
            asked = self.index_group == index_group
        found = zip(self.article[asked].tolist(), self.trend[asked].tolist(), strict=True)
        return sorted(found, key=lambda item: (-item[1], item[0]))[:k]


def articles_as_of(first: date, as_of_ms: int) -> Articles:
    """What a replay from the day `first` on makes of the articles before `as_of_ms`."""
    begin = (trends.epoch_of(as_of_ms) - 1) * trends.EPOCH_MS
    since = max(first, datetime.fromtimestamp(begin / 1000, UTC).date())
    last = datetime.fromtimestamp(as_of_ms / 1000, UTC).date()
    return compute(load(since, last, None), Known.load(), as_of_ms)


def compute(purchases: Purchases, known: Known, as_of_ms: int) -> Articles:
    """Pure; articles that aren't known have no trend and no counts, as in the stream."""
    ts = history.moments(purchases.day, purchases.customer, purchases.channel)
    place, age = known.places(purchases.article), trends.epoch_of(as_of_ms) - ts // trends.EPOCH_MS
    counted = (place >= 0) & (ts < as_of_ms) & (age <= 1)
    place, ts, age = place[counted], ts[counted], age[counted]
    # Whole numbers in floats: exact up to 2^53, as in the store.
    grown = 2.0 ** ((ts % trends.EPOCH_MS) / trends.HALF_LIFE_MS)
    weight = np.rint(TREND_WEIGHTS["purchase"] * trends.UNIT * grown)
    current, before = (
        np.bincount(place[age == epoch], weight[age == epoch], len(known.article))
        for epoch in (0, 1)
    )
    numbers = np.bincount(place, minlength=len(known.article))
    bought = np.flatnonzero(numbers)
    scale = trends.scale_at(trends.epoch_of(as_of_ms), as_of_ms)
    return Articles(
        article=known.article[bought],
        index_group=known.values[INDEX_GROUP, bought],
        purchases=numbers[bought],
        trend=(current + before * 2.0**-trends.HALF_LIVES)[bought] * scale,
    )
