"""The blend: one score per candidate, and the generator that contributed most. Pure.

A weighted sum of the generators' strengths. The weights are round numbers that held both on 39
rolling weeks and on the last-day split; see docs/recommendations.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.retrieval.candidates import (
    GENERATORS,
    NOTHING,
    Candidates,
    Scores,
    Source,
    everyone,
    listed,
)
from recommendations.retrieval.profile import Profile

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
# Of the 63 bits of a sort key.
ROW_BITS: Final = 22
STRENGTH_BITS: Final = 20
SCORE_BITS: Final = 31
SORTED_BITS: Final = 63

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
    def given(self) -> Scores:
        """rows × len(Source): the total strength from each generator."""
        return self.counted()[0]

    @cached_property
    def times(self) -> Places:
        """rows × len(Source): the number of candidates from each generator."""
        return self.counted()[1]

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


def generate(
    bundle: Bundle,
    profile: Profile,
    weights: Mapping[Source, float] = WEIGHTS,
    index_group: int | None = None,
) -> dict[Source, Candidates]:
    """The candidates of each generator, with weighted strength.

    If one audience is requested (`index_group`), its best sellers take part with full strength.
    """
    found = {}
    for source, weight in weights.items():
        if source is Source.AUDIENCE and index_group is not None:
            raw = listed(bundle.popular_by_index_group, everyone(profile, index_group))
        else:
            raw = GENERATORS[source](bundle, profile)
        found[source] = Candidates(raw.rows, weight * raw.scores, raw.cause, raw.owner)
    return found


def rank(found: Mapping[Source, Candidates], most: int = BUDGET) -> Ranking:
    """Each row once per shopper with the sum of its contributions; at most this many of each."""
    parts = [(source, part) for source, part in found.items() if len(part)] or [
        (Source.POPULAR, NOTHING)
    ]
    rows, given, cause, owner = (
        np.concatenate([getattr(part, name) for _, part in parts])
        for name in ("rows", "scores", "cause", "owner")
    )
    order, first = grouped(owner, rows, given)
    total = np.add.reduceat(given[order], first) if len(first) else given
    best = best_of_each(owner[order[first]], total, most)
    chosen = order[first[best]]
    source = np.repeat([source for source, _ in parts], [len(part) for _, part in parts])
    return Ranking(
        rows[chosen],
        total[best],
        source[chosen].astype(np.int32),
        cause[chosen],
        owner[chosen],
        cache(lambda: by_source(places_of(order, first, best), source, given, len(best))),
    )


def by_source(place: Places, source: Places, given: Scores, count: int) -> tuple[Scores, Places]:
    """Total strength and number of the candidates at each of `count` places by generator; those
    without a place are at -1."""
    cell = (place + 1) * len(Source) + source
    shape, size = (count + 1, len(Source)), (count + 1) * len(Source)
    total: Scores = np.bincount(cell, given, size).reshape(shape).astype(np.float64, copy=False)
    times: Places = np.bincount(cell, minlength=size).reshape(shape)
    return total[1:], times[1:]


def grouped(owner: Ints, rows: Ints, given: Scores) -> tuple[Places, Places]:
    """Indices sorted by owner and row, of equal ones the strongest first, and the start of each
    such pair in them. The strength is rounded to the bits that are left in a key."""
    pair = owner.astype(np.int64) << ROW_BITS | rows
    taken = int(pair.max(initial=0)).bit_length() + len(pair).bit_length()
    bits = max(0, min(STRENGTH_BITS, SORTED_BITS - taken))
    weak = (1.0 - given / given.max(initial=1e-12)) * ((1 << bits) - 1)
    order = ordered(pair << bits | weak.astype(np.int64))
    pair = pair[order]
    starts = np.ones(len(pair), np.bool_)
    np.not_equal(pair[1:], pair[:-1], out=starts[1:])
    return order, starts.nonzero()[0]


def best_of_each(owner: Ints, total: Scores, most: int) -> Places:
    """Indices of the most highest totals (≥ 0) of each owner, highest first, ties in order.

    `owner` ascends. Totals are compared as 32-bit floats, whose bits sort like the numbers.
    """
    weak = (1 << SCORE_BITS) - 1 - total.astype(np.float32).view(np.int32).astype(np.int64)
    order = ordered(owner.astype(np.int64) << SCORE_BITS | weak)
    if len(owner) == 0 or owner[0] == owner[-1]:
        return order[:most]
    by_owner = owner[order]
    return order[np.arange(len(order)) - by_owner.searchsorted(by_owner) < most]


def ordered(keys: Places) -> Places:
    """Indices in ascending order of key (≥ 0), ties in order.

    Key and index are packed into one integer where they fit, which numpy sorts several times as
    fast as it sorts stably.
    """
    bits = len(keys).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits > SORTED_BITS:
        return keys.argsort(kind="stable")
    placed: Places = (keys << bits) + np.arange(len(keys))
    placed.sort()
    return np.bitwise_and(placed, (1 << bits) - 1)


def places_of(order: Places, first: Places, best: Places) -> Places:
    """For each candidate (in their own order) the place of its group among the best, else -1."""
    place = np.full(len(first), -1, np.int64)
    place[best] = np.arange(len(best))
    of_candidate = np.empty(len(order), np.int64)
    of_candidate[order] = place.repeat(np.diff(np.append(first, len(order))))
    return of_candidate


def contributions(found: Mapping[Source, Candidates], row: int) -> dict[str, float]:
    """Each generator's contribution to a row, largest first: the explanation for staff."""
    given = {
        source.name.lower(): float(part.scores[part.rows == row].sum())
        for source, part in found.items()
    }
    return dict(sorted(((k, v) for k, v in given.items() if v > 0), key=lambda pair: -pair[1]))
