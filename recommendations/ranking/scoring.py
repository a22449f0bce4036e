"""The blend: one score per candidate, and the generator that contributed most. Pure.

A weighted sum of the generators' strengths. The weights are round numbers that held both on 39
rolling weeks and on the last-day split; see docs/recommendations.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
# Candidates passed to the filters: a shelf is 12 and may be 50.
BUDGET = 300
# Of the 63 bits of a sort key; 22 are left for the row.
STRENGTH_BITS: Final = 20
PLACE_BITS: Final = 20


@dataclass(frozen=True)
class Ranking:
    """Rows, best first, ties by row; `source` is the generator that contributed most to each and
    `cause` the row of the article that led to it (ABSENT for none)."""

    rows: Ints
    scores: Scores
    source: Ints
    cause: Ints


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
            raw = listed(bundle.popular_by_index_group, {index_group: 1.0})
        else:
            raw = GENERATORS[source](bundle, profile)
        found[source] = Candidates(raw.rows, weight * raw.scores, raw.cause)
    return found


def rank(found: Mapping[Source, Candidates], most: int = BUDGET) -> Ranking:
    """Each row once with the sum of its contributions; at most this many."""
    parts = [(source, part) for source, part in found.items() if len(part)] or [
        (Source.POPULAR, NOTHING)
    ]
    rows = np.concatenate([part.rows for _, part in parts])
    given = np.concatenate([part.scores for _, part in parts])
    cause = np.concatenate([part.cause for _, part in parts])
    source = np.repeat([s for s, _ in parts], [len(part) for _, part in parts]).astype(np.int32)
    order = by_row_and_strength(rows, given)
    by_row = rows[order]
    first = np.flatnonzero(np.append(True, by_row[1:] != by_row[:-1])[: len(rows)])
    total = np.add.reduceat(given[order], first) if len(first) else given
    best = strongest_first(total)[:most]
    chosen = order[first[best]]
    return Ranking(rows[chosen], total[best], source[chosen], cause[chosen])


def strongest_first(scores: Scores) -> npt.NDArray[np.int64]:
    """Indices by descending strength (≥ 0); differences below 2⁻⁴² are ties, kept in order."""
    weak = (1.0 - scores / scores.max(initial=1e-12)) * (1 << 63 - PLACE_BITS - 1)
    return _order(weak.astype(np.int64))


def by_row_and_strength(rows: Ints, given: Scores) -> npt.NDArray[np.int64]:
    """Indices sorted by row, within a row strongest first: that one names the reason."""
    weak = (1.0 - given / given.max(initial=1e-12)) * (1 << STRENGTH_BITS)
    return _order((rows.astype(np.int64) << STRENGTH_BITS + 1) + weak.astype(np.int64))


def _order(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Indices in ascending order of key (63 − PLACE_BITS bits), ties in order.

    Key and index are packed into one integer: numpy sorts these four times as fast as it stably
    sorts the same number of floats.
    """
    placed: npt.NDArray[np.int64] = (keys << PLACE_BITS) + np.arange(len(keys))
    placed.sort()
    return np.bitwise_and(placed, (1 << PLACE_BITS) - 1)


def contributions(found: Mapping[Source, Candidates], row: int) -> dict[str, float]:
    """Each generator's contribution to a row, largest first: the explanation for staff."""
    given = {
        source.name.lower(): float(part.scores[part.rows == row].sum())
        for source, part in found.items()
    }
    return dict(sorted(((k, v) for k, v in given.items() if v > 0), key=lambda pair: -pair[1]))
