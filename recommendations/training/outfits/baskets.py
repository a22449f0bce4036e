"""Counts what is bought together: baskets of one customer and day, pairs of different slots."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from operator import attrgetter

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.dataset.inputs import Sales
from recommendations.dataset.parts import THREADS, Parts, Tally, total
from recommendations.dataset.sampling import distinct, starts_of
from recommendations.dataset.selection import best_of_rows
from recommendations.outfits.pairs import Pairs
from web.arrays import Flags, Floats, Ints

# Larger baskets are a whole family's wardrobe, or a reseller's.
MAX_ITEMS = 20
# Partners stored per article and product: the most frequent ones.
PARTNERS = 200
DEEP = 400
GROUP_DAYS = 90
# Added to observed and expected counts, so that few baskets say little.
SMOOTHING = 3.0
WEEK = 7
# Pairs at a time: a week of each of their articles is 8 bytes.
CHUNK = 100_000


@dataclass(frozen=True)
class Baskets:
    """`items` is baskets × articles of zeros and ones; each basket is of one customer and day
    (days since 1970)."""

    items: sparse.csr_matrix
    day: Ints
    customer: Ints

    def where(self, kept: Flags) -> "Baskets":
        return Baskets(self.items[kept], self.day[kept], self.customer[kept])


def baskets_of(sales: Sales, articles: int) -> Baskets:
    """Distinct articles by customer and day; only baskets of 2 to MAX_ITEMS articles."""
    day, customer, row = distinct(sales.day, sales.customer, sales.row)
    new = starts_of(day, customer)
    basket = new.cumsum() - 1
    size = np.bincount(basket)
    kept = (size > 1) & (size <= MAX_ITEMS)
    row = row[kept[basket]].astype(np.int32)
    starts = np.append(0, size[kept].cumsum())
    items = sparse.csr_matrix(
        (np.ones(len(row), np.float32), row, starts), shape=(len(starts) - 1, articles)
    )
    first, owner = day[new][kept].astype(np.int32), customer[new][kept].astype(np.int32)
    return Baskets(items, first, owner)


def ages_of(baskets: Baskets, as_of_day: int, days: int) -> Tally:
    """The number of baskets by their age in days, 0 to `days` - 1, and of all."""
    age = as_of_day - baskets.day
    counts = np.bincount(age[(age >= 0) & (age < days)], minlength=days)
    return Tally({"ages": counts, "all": np.array(len(age))})


def by_product(baskets: Baskets, product: Ints, products: int) -> Baskets:
    """Baskets of products; `product` has that of each article."""
    found = sparse.csr_matrix(
        (baskets.items.data, product[baskets.items.indices], baskets.items.indptr),
        copy=True,
        shape=(baskets.items.shape[0], products),
    )
    found.sum_duplicates()
    found.data[:] = 1.0
    return replace(baskets, items=found)


def pairs_of(baskets: Parts[Baskets], part: Ints, asked: Flags | None = None) -> Pairs:
    """The partners of each column (only those in `asked` have any), from other parts; at most
    PARTNERS of the DEEP most frequent.

    The expectation is summed over weeks, E_ab = Σ_w n_aw n_bw / N_w: a shared season alone does not
    make two articles partners.
    """
    count = len(part)
    met = baskets.co_occurrence(attrgetter("items"), min(DEEP, count), asked=asked).pairs
    met.data[part.repeat(np.diff(met.indptr)) == part[met.indices]] = 0.0
    met.eliminate_zeros()
    best = best_of_rows(met, PARTNERS)
    column, n = best.indices.astype(np.int32, copy=False), best.data
    row = np.arange(count, dtype=np.int32).repeat(np.diff(best.indptr))
    chance = expected(total(baskets, by_week), row, column)
    lift = np.log((n + SMOOTHING) / (chance + SMOOTHING))
    starts = best.indptr.astype(np.int64)
    return Pairs(starts, column, lift.astype(np.float32), np.log1p(n).astype(np.float32))


def by_week(baskets: Baskets) -> Tally:
    """For each week the baskets with each article, and last all baskets."""
    items, count = baskets.items, baskets.items.shape[1]
    # Baskets are sorted by day.
    weeks, first = np.unique(baskets.day // WEEK, return_index=True)
    bounds = pairwise([*first.tolist(), len(baskets.day)])
    sums = {}
    for week, (start, end) in zip(weeks.tolist(), bounds, strict=True):
        rows = items.indices[items.indptr[start] : items.indptr[end]]
        sold = np.append(np.bincount(rows, minlength=count), end - start)
        sums[str(week)] = sold.astype(np.float32)
    return Tally(sums)


def expected(weeks: Tally, row: Ints, column: Ints) -> Floats:
    """Σ over weeks of n_aw n_bw / N_w for each pair."""
    if len(row) == 0:
        return np.zeros(0, np.float32)
    counts = np.stack([weeks.sums[name] for name in sorted(weeks.sums)], axis=1)
    sold = np.ascontiguousarray(counts[:-1])
    share = sold / counts[-1]

    def of_chunk(at: int) -> Floats:
        own, theirs = sold[row[at : at + CHUNK]], share[column[at : at + CHUNK]]
        summed: Floats = np.einsum("ij,ij->i", own, theirs)
        return summed

    with ThreadPoolExecutor(THREADS) as workers:
        found: Floats = np.concatenate(list(workers.map(of_chunk, range(0, len(row), CHUNK))))
    return found


def group_lifts(baskets: Parts[Baskets], groups: Ints, part: Ints, as_of_day: int) -> list[Floats]:
    """Per row of `groups` a square: log((n + SMOOTHING) / (E + SMOOTHING)), pairs of two parts.

    From the baskets of the last GROUP_DAYS: enough for whole groups, and of the current season.
    """
    met = partial(groups_met, groups=groups, part=part, since=as_of_day - GROUP_DAYS)
    found = total(baskets, met).sums
    return [lifts(found[str(number)]) for number in range(len(groups))]


def groups_met(baskets: Baskets, groups: Ints, part: Ints, since: int) -> Tally:
    """Per row of `groups` how often each two of its groups are in one basket after a day."""
    items = baskets.items[baskets.day > since]
    met = (items.T @ items).tocoo()
    kept = part[met.row] != part[met.col]
    row, column, n = met.row[kept], met.col[kept], met.data[kept]
    return Tally({str(at): group_met(codes, row, column, n) for at, codes in enumerate(groups)})


def group_met(codes: Ints, row: Ints, column: Ints, n: Floats) -> npt.NDArray[np.float64]:
    size = int(codes.max(initial=-1)) + 1
    cell = codes[row].astype(np.int64) * size + codes[column]
    met: npt.NDArray[np.float64] = np.bincount(cell, n, size * size).astype(np.float64)
    return met.reshape(size, size)


def lifts(met: npt.NDArray[np.float64]) -> Floats:
    """One square of lifts from a square of counts."""
    share = met.sum(axis=1)
    chance = np.outer(share, share) / max(share.sum(), 1.0)
    found: Floats = np.log((met + SMOOTHING) / (chance + SMOOTHING)).astype(np.float32)
    return found
