"""The blend: one score per candidate, and the generator that contributed most. Pure.

A weighted sum of the generators' strengths. The weights are round numbers that held both on 39
rolling weeks and on the last-day split; see docs/recommendations.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.retrieval.candidates import Scores, Source
from recommendations.retrieval.generators import INTS, SCORES, Found, generated
from recommendations.retrieval.profile import Profile
from web.compiled import Array, compiled

WEIGHTS: Mapping[Source, float] = {
    Source.AGAIN: 3.0,
    Source.COLOURS: 0.4,
    Source.TOGETHER: 0.5,
    Source.ALSO: 1.0,
    Source.CONTENT: 0.2,
    Source.POPULAR: 0.06,
    Source.AUDIENCE: 0.03,
    Source.AGE: 0.05,
    Source.CHANNEL: 0.06,
    Source.DEPARTMENT: 0.05,
}
# Candidates of a shopper passed to the filters: a shelf is 12 and may be 50.
BUDGET = 300
# Of the bits of a sort key, and the highest bits of a positive float.
ROW_BITS: Final = 32
HIGHEST: Final = (1 << 31) - 1

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """Rows of one shopper after the other (`owner`), best first, ties by row; `source` is the
    generator that contributed most to each and `cause` the row of the article that led to it
    (ABSENT for none).

    `counted` gives `given` and `times`, which only the ranker needs.
    """

    rows: Ints
    scores: Scores
    source: Ints
    cause: Ints
    owner: Ints
    counted: Callable[[], tuple[Scores, Places]]

    @cached_property
    def _counts(self) -> tuple[Scores, Places]:
        return self.counted()

    @property
    def given(self) -> Scores:
        """rows × len(Source): the total strength from each generator."""
        return self._counts[0]

    @property
    def times(self) -> Places:
        """rows × len(Source): the number of candidates from each generator."""
        return self._counts[1]

    @cached_property
    def place(self) -> Places:
        """The place of each row among those of its owner, from 0."""
        return np.arange(len(self.owner)) - self.owner.searchsorted(self.owner)

    def is_head(self, most: int) -> npt.NDArray[np.bool_]:
        """Which rows are among the first `most` of their owner."""
        return self.place < most

    def head(self, most: int) -> "Ranking":
        """The first `most` rows of each owner, with what gave them."""
        kept = self.is_head(most).nonzero()[0]
        return self if len(kept) == len(self.rows) else self.take(kept, self.scores[kept])

    def settled(self) -> "Ranking":
        """Without what only the ranker needs, which is most of it."""
        return replace(self, counted=uncounted)

    def take(self, order: npt.NDArray[np.intp], scores: Scores) -> "Ranking":
        """The rows at some places, with other scores."""
        return Ranking(
            self.rows.take(order),
            scores,
            self.source.take(order),
            self.cause.take(order),
            self.owner.take(order),
            lambda: (self.given.take(order, axis=0), self.times.take(order, axis=0)),
        )


def uncounted() -> tuple[Scores, Places]:
    raise ValueError("a settled ranking no longer knows what its candidates gave")


def generate(
    bundle: Bundle,
    profile: Profile,
    weights: Mapping[Source, float] = WEIGHTS,
    index_group: int | None = None,
) -> Found:
    """The candidates of all generators, with weighted strength."""
    return generated(bundle, profile, weights, index_group)


def rank(found: Found, most: int = BUDGET) -> Ranking:
    """Each row once per shopper with the sum of its contributions; at most this many of each."""
    ends = found.source.searchsorted(np.arange(len(Source)), side="right").astype(np.int32)
    group, strongest, total = grouped(ends, found.owner, found.rows, found.scores)
    owner, rows = found.owner.take(strongest), found.rows.take(strongest)
    best = highest(owner, rows, total, most)
    chosen = strongest.take(best)
    return Ranking(
        rows.take(best),
        total.take(best),
        found.source.take(chosen),
        found.cause.take(chosen),
        owner.take(best),
        lambda: by_source(places_of(group, best), found, len(best)),
    )


@compiled(INTS, INTS, INTS, SCORES)
def grouped(ends: Ints, owner: Ints, rows: Ints, given: Scores) -> tuple[Places, Places, Scores]:
    """The group of each candidate, one for each row of a shopper; of each group the strongest
    candidate (the first of equals) and the total. Groups ascend by shopper.

    The candidates of each generator end at `ends`, and ascend by shopper. A row's last group is
    read before it is set, and checked, so that the array needs no filling (Briggs and Torczon 1993,
    An efficient representation for sparse sets).
    """
    group, strongest = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    total = np.zeros(len(rows))
    last = np.empty(max(rows) + 1 if len(rows) else 0, np.int32)
    at = np.zeros(len(ends), np.int64)
    for part in range(1, len(ends)):
        at[part] = ends[part - 1]
    count = 0
    for shopper in range(max(owner) + 1 if len(rows) else 0):
        first = count
        for part, end in enumerate(ends):
            while at[part] < end and owner[at[part]] == shopper:
                candidate = at[part]
                at[part] += 1
                row = rows[candidate]
                own = last[row]
                if not (first <= own < count and rows[strongest[own]] == row):
                    own = last[row] = count
                    strongest[own] = candidate
                    count += 1
                group[candidate] = own
                total[own] += given[candidate]
                if given[candidate] > given[strongest[own]]:
                    strongest[own] = candidate
    return group, strongest[:count], total[:count]


def highest(owner: Ints, rows: Ints, total: Scores, most: int) -> Places:
    """Indices of the `most` highest totals (≥ 0) of each owner, highest first, ties by row.

    `owner` ascends. Totals are compared as 32-bit floats, whose bits sort like the numbers.
    """
    weak = HIGHEST - total.astype(np.float32).view(np.int32).astype(np.int64)
    keys = weak << ROW_BITS | rows
    starts = owner.searchsorted(np.arange(owner[-1] + 2 if len(owner) else 1)).tolist()
    return np.concatenate(
        [start + lowest(keys[start:end], most) for start, end in pairwise(starts)]
        or [np.zeros(0, np.int64)]
    )


def lowest(keys: Places, most: int) -> Places:
    """Indices of the `most` lowest keys, in order; no two are equal."""
    if len(keys) <= most:
        return keys.argsort()
    found = (keys <= threshold(keys, most)).nonzero()[0]
    return found.take(keys.take(found).argsort())


@compiled(Array(np.int64), int)
def threshold(keys: Places, most: int) -> int:
    """The highest of the `most` lowest keys, by bisection: a third of the time of a partition."""
    keys = keys.copy()  # contiguous, so that the loop below works on several at a time
    low: int = min(keys)
    high: int = max(keys)
    while low < high:
        middle = low + (high - low) // 2
        count = 0
        for key in keys:
            count += key <= middle
        if count < most:
            low = middle + 1
        else:
            high = middle
    return low


def places_of(group: Places, best: Places) -> Places:
    """For each candidate the place of its group among the best, else -1."""
    place = np.full(int(group.max(initial=-1)) + 1, -1, np.int64)
    place[best] = np.arange(len(best))
    return place.take(group)


def by_source(place: Places, found: Found, count: int) -> tuple[Scores, Places]:
    """Total strength and number of the candidates at each of `count` places by generator; those
    without a place are at -1."""
    cell = (place + 1) * len(Source) + found.source
    shape, size = (count + 1, len(Source)), (count + 1) * len(Source)
    total: Scores = (
        np.bincount(cell, found.scores, size).reshape(shape).astype(np.float64, copy=False)
    )
    times: Places = np.bincount(cell, minlength=size).reshape(shape)
    return total[1:], times[1:]


def contributions(found: Found, row: int) -> dict[str, float]:
    """Each generator's contribution to a row, largest first: the explanation for staff."""
    own = found.rows == row
    given = np.bincount(found.source[own], found.scores[own], len(Source)).tolist()
    named = {source.name.lower(): share for source, share in zip(Source, given, strict=True)}
    return dict(sorted(((k, v) for k, v in named.items() if v > 0), key=lambda pair: -pair[1]))
