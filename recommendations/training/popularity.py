"""Popularity with decay: a sale counts half as much after each half-life."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommendations.training.inputs import Floats, Inputs, Ints, Sales

HALF_LIFE_DAYS = 7.0
# Sales older than this add less than a thousandth and are left out.
WINDOW_DAYS = 70
DEPTH = 300
NONE = -1
OVERALL = 0
# Lower bounds of the age bands; -1 holds the unknown ages.
AGE_BANDS = (-1, 0, 20, 25, 30, 40, 50, 60)


@dataclass(frozen=True)
class Ranked:
    """For each key a list of article rows, best first (NONE where it is shorter), and scores."""

    keys: Ints
    rows: Ints
    scores: Floats


def weights(sales: Sales, as_of_day: int) -> npt.NDArray[np.float64]:
    """2^(-age / half-life) per sale, 0 outside of the window."""
    age = as_of_day - sales.day
    decayed: npt.NDArray[np.float64] = np.where(
        age < WINDOW_DAYS, 2.0 ** (-age / HALF_LIFE_DAYS), 0
    )
    return decayed


def popularity(sales: Sales, weight: npt.NDArray[np.float64], count: int) -> Floats:
    """Decayed units per article."""
    return np.bincount(sales.row, weight, minlength=count).astype(np.float32)


def standing(score: Floats) -> Floats:
    """Popularity from 0 (never sold lately) to 1 (the best seller), by its logarithm."""
    top = np.log1p(score.max(initial=0.0))
    scaled: Floats = (np.log1p(score) / max(top, 1e-12)).astype(np.float32)
    return scaled


def overall(score: Floats) -> Ranked:
    """The best of all articles."""
    return ranked([OVERALL], [score])


def by_group(score: Floats, group: Ints) -> Ranked:
    """The best of every group of articles, such as an index group."""
    keys = np.unique(group)
    return ranked(keys, [np.where(group == key, score, 0) for key in keys])


def popular_by_age(inputs: Inputs, weight: npt.NDArray[np.float64]) -> Ranked:
    """What the shoppers of each age band buy."""
    band = np.searchsorted(AGE_BANDS, inputs.sales.age, side="right") - 1
    count = len(inputs.articles)
    lists = [
        np.bincount(inputs.sales.row, weight * (band == place), minlength=count)
        for place in range(len(AGE_BANDS))
    ]
    return ranked(AGE_BANDS, lists)


def ranked(keys: npt.ArrayLike, scores: Sequence[npt.NDArray[Any]]) -> Ranked:
    """Per key the DEPTH rows of highest positive score, equal ones by row."""
    shape = (len(scores), DEPTH)
    rows, values = np.full(shape, NONE, np.int32), np.zeros(shape, np.float32)
    for place, score in enumerate(scores):
        best = np.argsort(-score, kind="stable")[:DEPTH]
        best = best[score[best] > 0]
        rows[place, : len(best)], values[place, : len(best)] = best, score[best]
    return Ranked(np.asarray(keys, np.int32), rows, values)
