"""Ranking: one score per candidate, and which of its parts decided. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Ints
from recommendations.candidates import Candidates

# Beside a shopper's own actions (which add up to 1) the taste of the many weighs this much.
POPULARITY_WEIGHT = 0.3


@dataclass(frozen=True)
class Ranking:
    """Rows, best first, equal ones by row; `cause` as in Candidates."""

    rows: Ints
    scores: npt.NDArray[np.float64]
    cause: Ints


def rank(personal: Candidates, popular: Candidates) -> Ranking:
    """personal + POPULARITY_WEIGHT × popular; the cause is ABSENT where popularity gave more."""
    rows = np.union1d(personal.rows, popular.rows).astype(np.int32)
    own, crowd = np.zeros(len(rows)), np.zeros(len(rows))
    cause = np.full(len(rows), ABSENT, np.int32)
    place = np.searchsorted(rows, personal.rows)
    own[place], cause[place] = personal.scores, personal.cause
    crowd[np.searchsorted(rows, popular.rows)] = POPULARITY_WEIGHT * popular.scores
    scores = own + crowd
    order = np.argsort(-scores, kind="stable")
    decided = np.where(own >= crowd, cause, ABSENT).astype(np.int32)
    return Ranking(rows[order], scores[order], decided[order])
