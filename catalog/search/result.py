"""A ranking: the matching articles with their scores, and how the query was parsed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from catalog.search.facet_index import Bools, FacetIndex, Floats
from catalog.search.understanding.reading import Part, Reading


@dataclass(frozen=True)
class Ranked:
    """The matching rows of a facet index; `scored` gives each row's score (0 if it doesn't match).
    `dropped` are the parts given up to find anything; `by_meaning`: none of the parts are in any
    article, so these are the closest in meaning."""

    rows: Bools
    scored: Callable[[], Floats]
    reading: Reading | None
    dropped: Sequence[Part] = ()
    by_meaning: bool = False

    @cached_property
    def score(self) -> Floats:
        """Computed when it is first read: suggestions often only ask whether anything matches."""
        return self.scored()

    @property
    def used(self) -> list[Part]:
        parts = self.reading.parts if self.reading else ()
        return [part for part in parts if part not in self.dropped]


def nothing(reading: Reading, goods: FacetIndex) -> Ranked:
    none = np.zeros(len(goods))
    return Ranked(none > 0, lambda: none, reading, reading.parts)
