"""Popularity with exponential decay: a sale's weight halves with each half-life."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import Floats, History, Ints, Sales
from recommendations.dataset.parts import Tally, total
from web.arrays import Array

# Sales of the last two days best predict tomorrow's; chosen on rolling weeks.
HALF_LIFE_DAYS = 2.0
# Relative popularity changes more slowly.
STANDING_HALF_LIFE_DAYS = 7.0
# Older sales would add less than a thousandth and are left out.
WINDOW_DAYS = 70
CHANNELS = (1, 2)
DEPTH = 300
NONE = -1
OVERALL = 0
# Lower bounds of the age bands; -1 holds unknown ages.
AGE_BANDS = (-1, 0, 20, 25, 30, 40, 50, 60)


@dataclass(frozen=True)
class RankedLists:
    """For each key a list of article rows, best first (padded with NONE), and scores."""

    keys: Ints
    rows: Ints
    scores: Floats


def decay(sales: Sales, as_of_day: int, half_life: float) -> npt.NDArray[np.float64]:
    """2^(-age / half-life) per sale, 0 outside the window."""
    age = as_of_day - sales.day
    decayed: npt.NDArray[np.float64] = np.where(age < WINDOW_DAYS, 2.0 ** (-age / half_life), 0)
    return decayed


def weights(sales: Sales, as_of_day: int) -> npt.NDArray[np.float64]:
    """Weight of each sale as a predictor of the next: its decay × its share of its basket."""
    weight = decay(sales, as_of_day, HALF_LIFE_DAYS)
    lately = np.flatnonzero(weight)
    weight[lately] *= parts_of_baskets(sales, lately)
    return weight


def parts_of_baskets(sales: Sales, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """An article counts once in a basket (customer, day), weighted 1 / √n in a basket of n
    articles.

    Several sizes of one article are one decision, and a purchase among twenty says less about each.
    This predicts what cold customers buy better by 8 % (MAP@12, four of five days).
    """
    lines = basket_lines(sales, chosen)
    articles = np.bincount(lines.basket[lines.first], minlength=1)
    parts: npt.NDArray[np.float64] = 1.0 / (
        lines.units[lines.line] * np.sqrt(articles[lines.basket])
    )
    return parts


@dataclass(frozen=True)
class BasketLines:
    """A line is an article of a basket: per sale its basket and its line, per line one of its sales
    (`first`, an index into the chosen ones) and its units."""

    basket: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    first: npt.NDArray[np.intp]
    units: npt.NDArray[np.int64]


def basket_lines(sales: Sales, chosen: npt.NDArray[np.intp]) -> BasketLines:
    keys = sales.day[chosen].astype(np.int64) << 32 | sales.customer[chosen]
    basket = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    pairs = basket * (int(sales.row.max(initial=0)) + 1) + sales.row[chosen]
    _, first, line, units = np.unique(
        pairs, return_index=True, return_inverse=True, return_counts=True
    )
    return BasketLines(basket, line, first, units)


@dataclass(frozen=True)
class Popularity:
    """Total weight of each article's sales: as predictors of the next, over the longer half-life,
    of each of AGE_BANDS, and of each of CHANNELS (audiences × articles)."""

    score: Floats
    steady: Floats
    by_age: npt.NDArray[np.float64]
    by_channel: npt.NDArray[np.float64]


def popularity(history: History) -> Popularity:
    as_of_day, articles = history.as_of_day, len(history.articles)
    lately = history.between(as_of_day - WINDOW_DAYS + 1, as_of_day)
    found = total(lately.parts, partial(weighed, as_of_day=as_of_day, articles=articles)).sums
    return Popularity(
        found["score"].astype(np.float32),
        found["steady"].astype(np.float32),
        found["age"],
        found["channel"],
    )


def weighed(sales: Sales, as_of_day: int, articles: int) -> Tally:
    weight = weights(sales, as_of_day)
    steady = decay(sales, as_of_day, STANDING_HALF_LIFE_DAYS)
    return Tally(
        {
            "score": np.bincount(sales.row, weight, articles),
            "steady": np.bincount(sales.row, steady, articles),
            "age": by_audience(sales, weight, band_of(sales.age), AGE_BANDS, articles),
            "channel": by_audience(sales, weight, sales.channel, CHANNELS, articles),
        }
    )


def standing(score: Floats) -> Floats:
    """Popularity on a log scale from 0 (no recent sale) to 1 (the best seller)."""
    top = np.log1p(score.max(initial=0.0))
    scaled: Floats = (np.log1p(score) / max(top, 1e-12)).astype(np.float32)
    return scaled


def overall(score: Floats) -> RankedLists:
    """The most popular of all articles."""
    return ranked([OVERALL], [score])


def by_group(score: Floats, group: Ints) -> RankedLists:
    """The most popular articles of every group, such as an index group."""
    keys, place = np.unique(group, return_inverse=True)
    rows, values = np.full((len(keys), DEPTH), NONE, np.int32), np.zeros((len(keys), DEPTH), "f4")
    order = np.lexsort((-score, place))
    order = order[score[order] > 0]
    key = place[order]
    depth = np.arange(len(order)) - np.searchsorted(key, key)
    head = depth < DEPTH
    rows[key[head], depth[head]], values[key[head], depth[head]] = order[head], score[order[head]]
    return RankedLists(keys.astype(np.int32), rows, values)


def band_of(age: Ints) -> Ints:
    """The lower bound of the age band of each age."""
    bounds = np.array(AGE_BANDS, np.int32)
    return bounds[np.searchsorted(bounds, age, side="right") - 1]


def by_audience(
    sales: Sales,
    weight: npt.NDArray[np.float64],
    audience: Ints,
    keys: Sequence[int],
    articles: int,
) -> npt.NDArray[np.float64]:
    """keys × articles: the weight of the sales whose `audience` is the key."""
    found = np.zeros((len(keys), articles))
    for place, key in enumerate(keys):
        own = np.flatnonzero((audience == key) & (weight > 0))
        found[place] = np.bincount(sales.row[own], weight[own], minlength=articles)
    return found


def ranked(keys: npt.ArrayLike, scores: Sequence[Array] | Array) -> RankedLists:
    """Per key the DEPTH rows with the highest positive scores; ties by row."""
    shape = (len(scores), DEPTH)
    rows, values = np.full(shape, NONE, np.int32), np.zeros(shape, np.float32)
    for place, score in enumerate(scores):
        best = np.argsort(-score, kind="stable")[:DEPTH]
        best = best[score[best] > 0]
        rows[place, : len(best)], values[place, : len(best)] = best, score[best]
    return RankedLists(np.asarray(keys, np.int32), rows, values)
