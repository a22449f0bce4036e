"""Counts what is bought together: baskets of one customer and day, pairs of different slots."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from recommendations.dataset.inputs import Sales
from recommendations.outfits.pairs import Floats, Ints, Pairs

# Larger baskets are a whole family's wardrobe, or a reseller's.
MAX_ITEMS = 20
# Partners stored per article and product: the most frequent ones.
PARTNERS = 200
DEEP = 400
GROUP_DAYS = 90
# Added to observed and expected counts, so that few baskets say little.
SMOOTHING = 3.0
WEEK = 7
CHUNK = 1_000_000
THREADS = 2


@dataclass(frozen=True)
class Baskets:
    """`items` is baskets × articles of zeros and ones; `day` counts from 1970, one per basket."""

    items: sparse.csr_matrix
    day: Ints


def baskets_of(sales: Sales, articles: int) -> Baskets:
    """Distinct articles by customer and day; only baskets of 2 to MAX_ITEMS articles."""
    order = np.lexsort((sales.row, sales.customer, sales.day))
    day, customer, row = sales.day[order], sales.customer[order], sales.row[order]
    new = np.ones(len(row), np.bool_)
    new[1:] = (day[1:] != day[:-1]) | (customer[1:] != customer[:-1])
    distinct = new.copy()
    distinct[1:] |= row[1:] != row[:-1]
    basket = np.cumsum(new, dtype=np.int64)[distinct] - 1
    first, row = day[new], row[distinct]
    size = np.bincount(basket, minlength=len(first))
    kept = (size > 1) & (size <= MAX_ITEMS)
    line = kept[basket]
    starts = np.concatenate([[0], np.cumsum(size[kept])])
    ones = np.ones(int(line.sum()), np.float32)
    shape = (int(kept.sum()), articles)
    return Baskets(sparse.csr_matrix((ones, row[line], starts), shape=shape), first[kept])


def grouped(items: sparse.csr_matrix, group: Ints, groups: int) -> sparse.csr_matrix:
    """Baskets × groups: how many articles of each group."""
    found = sparse.csr_matrix(
        (items.data, group[items.indices], items.indptr), copy=True, shape=(items.shape[0], groups)
    )
    found.sum_duplicates()
    return found


def pairs_of(baskets: Baskets, part: Ints) -> Pairs:
    """The partners of each column, from other parts; at most PARTNERS of the DEEP most frequent.

    The expectation is summed over weeks, E_ab = Σ_w n_aw n_bw / N_w: a shared season alone does not
    make two articles partners.
    """
    items, count = baskets.items, baskets.items.shape[1]
    met = sp_matmul_topn(items.T.tocsr(), items, top_n=min(DEEP, count), n_threads=THREADS).tocoo()
    kept = part[met.row] != part[met.col]
    row, column, n = met.row[kept].astype(np.int32), met.col[kept].astype(np.int32), met.data[kept]
    order = np.lexsort((column, -n, row))
    row, column, n = row[order], column[order], n[order]
    starts = np.searchsorted(row, np.arange(count + 1))
    kept = np.arange(len(row)) - starts[row] < PARTNERS
    row, column, n = row[kept], column[kept], n[kept]
    lift = np.log((n + SMOOTHING) / (expected(baskets, row, column) + SMOOTHING))
    starts = np.searchsorted(row, np.arange(count + 1)).astype(np.int64)
    return Pairs(starts, column, lift.astype(np.float32), np.log1p(n).astype(np.float32))


def expected(baskets: Baskets, row: Ints, column: Ints) -> Floats:
    """Σ over weeks of n_aw n_bw / N_w for each pair."""
    if len(row) == 0:
        return np.zeros(0, np.float32)
    week = (baskets.day - baskets.day.min()) // WEEK
    weeks = int(week.max()) + 1
    total = np.bincount(week, minlength=weeks)
    into = sparse.csr_matrix((np.ones(len(week), np.float32), (week, np.arange(len(week)))))
    sold = np.ascontiguousarray((into @ baskets.items).toarray().T)
    share = sold / np.maximum(total, 1).astype(np.float32)
    parts = [
        np.einsum("ij,ij->i", sold[row[at : at + CHUNK]], share[column[at : at + CHUNK]])
        for at in range(0, len(row), CHUNK)
    ]
    found: Floats = np.concatenate(parts)
    return found


def group_lifts(baskets: Baskets, groups: Ints, part: Ints) -> list[Floats]:
    """Per row of `groups` a square: log((n + SMOOTHING) / (E + SMOOTHING)), pairs of two parts.

    From the baskets of the last GROUP_DAYS: enough for whole groups, and of the current season.
    """
    recent = baskets.day > baskets.day.max(initial=0) - GROUP_DAYS
    items = baskets.items[recent]
    met = (items.T @ items).tocoo()
    kept = part[met.row] != part[met.col]
    row, column, n = met.row[kept], met.col[kept], met.data[kept]
    return [group_lift(codes, row, column, n) for codes in groups]


def group_lift(codes: Ints, row: Ints, column: Ints, n: Floats) -> Floats:
    """One square of lifts, from pairs of articles with counts n."""
    size = int(codes.max(initial=-1)) + 1
    cell = codes[row].astype(np.int64) * size + codes[column]
    met = np.bincount(cell, n, size * size).reshape(size, size)
    share = met.sum(axis=1)
    chance = np.outer(share, share) / max(share.sum(), 1.0)
    found: Floats = np.log((met + SMOOTHING) / (chance + SMOOTHING)).astype(np.float32)
    return found
