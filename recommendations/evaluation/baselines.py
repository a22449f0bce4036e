"""Baselines for for-you, on the same split. Each gives customers × depth rows, best first."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from recommendations.dataset.inputs import Inputs, Ints
from recommendations.training.co_occurrence import also_bought

WEEK = 7
AGAIN_DAYS = 30
RECENT_DAYS = 365
ALS_FACTORS = 64
ALS_ITERATIONS = 8
SEED = 1

Lists = npt.NDArray[np.int32]


def all_time_popularity(past: Inputs, customers: Ints, depth: int) -> Lists:
    units = np.bincount(past.sales.row, minlength=len(past.articles))
    return np.tile(best(units, depth), (len(customers), 1))


def last_week_popularity(past: Inputs, customers: Ints, depth: int) -> Lists:
    return np.tile(week_of(past, depth), (len(customers), 1))


def repurchase(past: Inputs, customers: Ints, depth: int) -> Lists:
    """Own purchases of the last 30 days, newest first, then last week's best sellers."""
    lately = past.sales.day > past.as_of_day - AGAIN_DAYS
    own = purchases(past, customers, lately)
    return filled([list(rows) for rows in own], week_of(past, depth), depth)


def repurchase_and_knn(past: Inputs, customers: Ints, depth: int) -> Lists:
    """Own purchases of the last 30 days, newest first, then item-kNN and best sellers."""
    lately = past.sales.day > past.as_of_day - AGAIN_DAYS
    own, near = purchases(past, customers, lately), item_knn(past, customers, depth)
    heads = [[*rows, *rest] for rows, rest in zip(own, near.tolist(), strict=True)]
    return filled(heads, week_of(past, depth), depth)


def item_knn(past: Inputs, customers: Ints, depth: int) -> Lists:
    """Σ shrunken cosine to everything bought within a year, then last week's best sellers."""
    near = also_bought(past, np.ones(len(past.articles), np.bool_))
    own = purchases(past, customers, past.sales.day > past.as_of_day - RECENT_DAYS)
    lists = []
    for rows in own:
        found, scores = near.rows[rows].ravel(), near.scores[rows].ravel()
        total = np.bincount(found[found >= 0], scores[found >= 0])
        ranked = np.argsort(-total, kind="stable")[:depth]
        lists.append(ranked[total[ranked] > 0].tolist())
    return filled(lists, week_of(past, depth), depth)


def als(past: Inputs, customers: Ints, depth: int) -> Lists:
    """Implicit ALS (Hu, Koren, Volinsky, ICDM 2008) on a year; last week's best sellers for
    customers without a purchase. Raise ImportError if the library `implicit` is not installed."""
    from implicit.als import AlternatingLeastSquares

    year = past.sales.where(past.sales.day > past.as_of_day - RECENT_DAYS)
    known, place = np.unique(year.customer, return_inverse=True)
    units = np.ones(len(year), np.float32)
    shape = (len(known), len(past.articles))
    matrix = sparse.csr_matrix((units, (place, year.row)), shape=shape)
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


BASELINES: Mapping[str, Callable[[Inputs, Ints, int], Lists]] = {
    "all-time popularity": all_time_popularity,
    "last-week popularity": last_week_popularity,
    "repurchase + popularity": repurchase,
    "item-kNN": item_knn,
    "repurchase + item-kNN": repurchase_and_knn,
    "ALS": als,
}


def week_of(past: Inputs, depth: int) -> Ints:
    lately = past.sales.row[past.sales.day > past.as_of_day - WEEK]
    return best(np.bincount(lately, minlength=len(past.articles)), depth)


def best(units: npt.NDArray[np.int64], depth: int) -> Ints:
    """The rows with most units sold, padded with -1."""
    order = np.argsort(-units, kind="stable")[:depth].astype(np.int32)
    order[units[order] == 0] = -1
    return np.pad(order, (0, depth - len(order)), constant_values=-1)


def purchases(past: Inputs, customers: Ints, chosen: npt.NDArray[np.bool_]) -> list[Ints]:
    """Each customer's distinct rows among the chosen sales, newest first."""
    sales = past.sales.where(chosen & np.isin(past.sales.customer, customers))
    lists: list[dict[int, None]] = [{} for _ in customers]
    places = np.searchsorted(customers, sales.customer).tolist()
    for place, row in zip(reversed(places), reversed(sales.row.tolist()), strict=True):
        lists[place].setdefault(row)
    return [np.array(list(rows), np.int32) for rows in lists]


def filled(lists: list[list[int]], filler: Ints, depth: int) -> Lists:
    """Each list followed by the filler, without duplicates, padded with -1."""
    result = np.full((len(lists), depth), -1, np.int32)
    for place, head in enumerate(lists):
        rows = list(dict.fromkeys([*head, *filler.tolist()]))
        rows = [row for row in rows if row >= 0][:depth]
        result[place, : len(rows)] = rows
    return result
