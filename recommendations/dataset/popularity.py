"""Popularity with decay: a sale counts half as much after each half-life."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import Floats, Inputs, Ints, Sales

# What sold in the last two days tells best what sells tomorrow; found on rolling weeks.
HALF_LIFE_DAYS = 2.0
# How an article stands among the others changes more slowly.
STANDING_HALF_LIFE_DAYS = 7.0
# Sales older than this add less than a thousandth and are left out.
WINDOW_DAYS = 70
CHANNELS = (1, 2)
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


def weights(
    sales: Sales, as_of_day: int, half_life: float = HALF_LIFE_DAYS
) -> npt.NDArray[np.float64]:
    """2^(-age / half-life) per sale, 0 outside of the window."""
    age = as_of_day - sales.day
    decayed: npt.NDArray[np.float64] = np.where(age < WINDOW_DAYS, 2.0 ** (-age / half_life), 0)
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
    return by_audience(inputs, weight, band_of(inputs.sales.age), AGE_BANDS)


def popular_by_channel(inputs: Inputs, weight: npt.NDArray[np.float64]) -> Ranked:
    """What sells in the shops (1) and online (2)."""
    return by_audience(inputs, weight, inputs.sales.channel, CHANNELS)


def band_of(age: Ints) -> Ints:
    """The lower bound of the age band each age falls into."""
    bounds = np.array(AGE_BANDS, np.int32)
    return bounds[np.searchsorted(bounds, age, side="right") - 1]


def by_audience(
    inputs: Inputs, weight: npt.NDArray[np.float64], audience: Ints, keys: Sequence[int]
) -> Ranked:
    """Per key the articles its buyers (the sales where `audience` equals it) weigh most."""
    count = len(inputs.articles)
    lists = []
    for key in keys:
        own = np.flatnonzero((audience == key) & (weight > 0))
        lists.append(np.bincount(inputs.sales.row[own], weight[own], minlength=count))
    return ranked(keys, lists)


def ranked(keys: npt.ArrayLike, scores: Sequence[npt.NDArray[Any]]) -> Ranked:
    """Per key the DEPTH rows of highest positive score, equal ones by row."""
    shape = (len(scores), DEPTH)
    rows, values = np.full(shape, NONE, np.int32), np.zeros(shape, np.float32)
    for place, score in enumerate(scores):
        best = np.argsort(-score, kind="stable")[:DEPTH]
        best = best[score[best] > 0]
        rows[place, : len(best)], values[place, : len(best)] = best, score[best]
    return Ranked(np.asarray(keys, np.int32), rows, values)
