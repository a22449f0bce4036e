"""Candidates: articles worth ranking, with their strength and what led to them. Pure."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Ints

# Of two equally similar articles the best seller gets this much more, so that unpopular articles
# don't lead a shelf.
STANDING_WEIGHT = 0.1

Scores = npt.NDArray[np.float64]


class Source(IntEnum):
    """The generators."""

    AGAIN = 0
    COLOURS = 1
    TOGETHER = 2
    ALSO = 3
    CONTENT = 4
    POPULAR = 5
    AUDIENCE = 6
    AGE = 7
    CHANNEL = 8
    DEPARTMENT = 9


@dataclass(frozen=True)
class Candidates:
    """Rows (possibly repeated), their strength, the action behind each (the row of its article,
    ABSENT for none), and the shopper (a position in the profile)."""

    rows: Ints
    scores: Scores
    cause: Ints
    owner: Ints

    def __len__(self) -> int:
        return len(self.rows)


def of_article(bundle: Bundle, row: int) -> Candidates:
    """The nearest articles by content, best first; the score is the similarity."""
    known = int(np.count_nonzero(bundle.neighbours[row] != ABSENT))
    rows = bundle.neighbours[row, :known]
    lift = 1.0 + STANDING_WEIGHT * bundle.standing[rows]
    scores = bundle.neighbour_scores[row, :known].astype(np.float64) * lift
    order = np.argsort(-scores, kind="stable")
    return Candidates(rows[order], scores[order], *caused_by(row, known))


def of_look(bundle: Bundle, row: int) -> Candidates:
    """The nearest articles by picture, best first; none for an article without one."""
    rows, scores = (array[row] for array in bundle.look_neighbours)
    known = int(np.count_nonzero(rows != ABSENT))
    return Candidates(rows[:known], scores[:known].astype(np.float64), *caused_by(row, known))


def of_partners(bundle: Bundle, row: int) -> Candidates:
    """What is bought in the same baskets and by the same customers, best first."""
    parts = [(rows[row], scores[row]) for rows, scores in (bundle.together, bundle.also)]
    rows = np.concatenate([rows for rows, _ in parts])
    scores = np.concatenate([scores for _, scores in parts]).astype(np.float64)
    known, place = np.unique(rows[rows != ABSENT], return_inverse=True)
    total = np.zeros(len(known))
    np.add.at(total, place, scores[rows != ABSENT])
    order = np.argsort(-total, kind="stable")
    return Candidates(known[order], total[order], *caused_by(row, len(known)))


def caused_by(row: int, count: int) -> tuple[Ints, Ints]:
    """Cause and owner of candidates that one article leads to."""
    return np.full(count, row, np.int32), np.zeros(count, np.int32)
