"""A ranking: the matching articles with their scores, and how the query was parsed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.search.facet_index import Bools, FacetIndex, Floats
from catalog.search.understanding.reading import Part, Reading


@dataclass(frozen=True, slots=True)
class Ranked:
    """The matching rows of an facet_index, and a score for every row (0 if it doesn't match).
    `dropped` are the parts given up to find anything; `by_meaning`: none of the parts are in any
    article, so these are the closest in meaning."""

    rows: Bools
    score: Floats
    reading: Reading | None
    dropped: Sequence[Part] = ()
    by_meaning: bool = False

    @property
    def used(self) -> list[Part]:
        parts = self.reading.parts if self.reading else ()
        return [part for part in parts if part not in self.dropped]


def nothing(reading: Reading, goods: FacetIndex) -> Ranked:
    none = np.zeros(len(goods.of("article")))
    return Ranked(none > 0, none, reading, reading.parts)
