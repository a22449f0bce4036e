"""Baselines for for-you, on the same split. Each gives customers × depth rows, best first."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from recommendations.dataset.history import last_purchases
from recommendations.dataset.inputs import History, Sales
from recommendations.dataset.parts import Tally, total
from recommendations.training.co_occurrence import also_bought
from web.arrays import Arrays, Ints

WEEK = 7
AGAIN_DAYS = 30
RECENT_DAYS = 365
ALS_FACTORS = 64
ALS_ITERATIONS = 8
SEED = 1

Lists = npt.NDArray[np.int32]


def all_time_popularity(past: History, customers: Ints, depth: int) -> Lists:
    return np.tile(best(units_of(past), depth), (len(customers), 1))


def last_week_popularity(past: History, customers: Ints, depth: int) -> Lists:
    return np.tile(week_of(past, depth), (len(customers), 1))


def repurchase(past: History, customers: Ints, depth: int) -> Lists:
    """Own purchases of the last 30 days, newest first, then last week's best sellers."""
    own = purchases(last_days(past, AGAIN_DAYS), customers)
    return filled([list(rows) for rows in own], week_of(past, depth), depth)


def repurchase_and_knn(past: History, customers: Ints, depth: int) -> Lists:
    """Own purchases of the last 30 days, newest first, then item-kNN and best sellers."""
    own = purchases(last_days(past, AGAIN_DAYS), customers)
    near = item_knn(past, customers, depth)
    heads = [[*rows, *rest] for rows, rest in zip(own, near.tolist(), strict=True)]
    return filled(heads, week_of(past, depth), depth)


def item_knn(past: History, customers: Ints, depth: int) -> Lists:
    """Σ shrunken cosine to everything bought within a year, then last week's best sellers."""
    near = also_bought(past, np.ones(len(past.articles), np.bool_))
    own = purchases(last_days(past, RECENT_DAYS), customers)
    lists = []
    for rows in own:
        found, scores = near.rows[rows].ravel(), near.scores[rows].ravel()
        total = np.bincount(found[found >= 0], scores[found >= 0])
        ranked = np.argsort(-total, kind="stable")[:depth]
        lists.append(ranked[total[ranked] > 0].tolist())
    return filled(lists, week_of(past, depth), depth)


def als(past: History, customers: Ints, depth: int) -> Lists:
    """Implicit ALS (Hu, Koren, Volinsky, ICDM 2008) on a year; last week's best sellers for
    customers without a purchase. Raise ImportError if the library `implicit` is not installed."""
    from implicit.als import AlternatingLeastSquares

    year = last_days(past, RECENT_DAYS).parts.concatenate(units_of_customers)
    known, ends = year["customer"], np.cumsum(year["articles"])
    shape = (len(known), len(past.articles))
    matrix = sparse.csr_matrix((year["units"], year["row"], np.append(0, ends)), shape=shape)
    # Its threads and those of BLAS would compete for the cores.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            ALS_FACTORS, iterations=ALS_ITERATIONS, random_state=SEED, num_threads=2
        )
        model.fit(matrix, show_progress=False)
    at = np.searchsorted(known, customers).clip(max=len(known) - 1)
    heads: list[list[int]] = [[] for _ in customers]
    seen = np.flatnonzero(known[at] == customers)
    if len(seen):
        rows, scores = model.recommend(
            at[seen], matrix[at[seen]], N=depth, filter_already_liked_items=False
        )
        # Past the last article the library repeats one, with the lowest score there is.
        for nth, own, score in zip(seen.tolist(), rows, scores, strict=True):
            heads[nth] = own[score > np.finfo(np.float32).min].tolist()
    return filled(heads, week_of(past, depth), depth)


BASELINES: Mapping[str, Callable[[History, Ints, int], Lists]] = {
    "all-time popularity": all_time_popularity,
    "last-week popularity": last_week_popularity,
    "repurchase + popularity": repurchase,
    "item-kNN": item_knn,
    "repurchase + item-kNN": repurchase_and_knn,
    "ALS": als,
}


def last_days(past: History, days: int) -> History:
    return past.between(past.as_of_day - days + 1, past.as_of_day)


def week_of(past: History, depth: int) -> Ints:
    return best(units_of(last_days(past, WEEK)), depth)


def units_of(history: History) -> npt.NDArray[np.int64]:
    """The units sold of each article."""
    count = partial(_units, articles=len(history.articles))
    found: npt.NDArray[np.int64] = total(history.parts, count).sums["units"]
    return found


def _units(sales: Sales, articles: int) -> Tally:
    return Tally({"units": np.bincount(sales.row, minlength=articles)})


def best(units: npt.NDArray[np.int64], depth: int) -> Ints:
    """The rows with most units sold, padded with -1."""
    order = np.argsort(-units, kind="stable")[:depth].astype(np.int32)
    order[units[order] == 0] = -1
    return np.pad(order, (0, depth - len(order)), constant_values=-1)


def purchases(history: History, customers: Ints) -> list[Ints]:
    """Each customer's distinct rows, newest first; `customers` are sorted."""
    found = history.parts.concatenate(partial(bought_by, customers=customers))
    order = np.lexsort((found["row"], -found["day"], found["customer"]))
    ends = np.searchsorted(found["customer"][order], customers, "right")
    starts = np.searchsorted(found["customer"][order], customers)
    rows = found["row"][order]
    return [rows[start:end] for start, end in zip(starts, ends, strict=True)]


def bought_by(sales: Sales, customers: Ints) -> Arrays:
    """Each distinct pair of one of these customers and a row, with its last day."""
    found = last_purchases(sales.where(np.isin(sales.customer, customers)))
    names = ("customer", "row", "day")
    return {name: column.astype(np.int32) for name, column in zip(names, found, strict=True)}


def units_of_customers(sales: Sales) -> Arrays:
    """By customer: how many distinct rows each bought; by customer and row: the units."""
    pair = sales.customer.astype(np.int64) << 32 | sales.row
    pairs, units = np.unique(pair, return_counts=True)
    customer, articles = np.unique(pairs >> 32, return_counts=True)
    return {
        "customer": customer.astype(np.int32),
        "articles": articles,
        "row": (pairs & 0xFFFFFFFF).astype(np.int32),
        "units": units.astype(np.float32),
    }


def filled(lists: list[list[int]], filler: Ints, depth: int) -> Lists:
    """Each list followed by the filler, without duplicates, padded with -1."""
    result = np.full((len(lists), depth), -1, np.int32)
    for place, head in enumerate(lists):
        rows = list(dict.fromkeys([*head, *filler.tolist()]))
        rows = [row for row in rows if row >= 0][:depth]
        result[place, : len(rows)] = rows
    return result
