"""Temporal splits: what was known by the end of a day, and who bought what afterwards. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import History, Ints, Sales
from recommendations.dataset.parts import Tally, total
from recommendations.dataset.sampling import distinct, hashes, smallest, starts_of
from web.arrays import Array


@dataclass(frozen=True)
class Split:
    """`past` is the `whole` history up to its as-of day; the holdout ends with the day `last`."""

    past: History
    whole: History
    last: int

    @property
    def later(self) -> History:
        return self.whole.between(self.past.as_of_day + 1, self.last)

    def truth(self, most: int, *, known: bool = False) -> "Truth":
        """What at most `most` customers bought in the holdout; `known`: had bought before it."""
        read = self.whole.until(self.last) if known else self.later
        own = partial(truth_after, as_of_day=self.past.as_of_day, most=most, known=known)
        found: Truth = read.parts.reduce(own, partial(joined, most=most))
        return found

    def baskets(self, least: int, most: int) -> "list[Basket]":
        """A random sample of the holdout's baskets of at least `least` distinct articles."""
        own = partial(baskets_of, least=least, most=most)
        return self.later.parts.reduce(own, partial(joined_baskets, most=most))


class Basket(NamedTuple):
    """What a customer bought on a day: distinct rows, in a random order that is always the same."""

    customer: int
    day: int
    rows: list[int]


@dataclass(frozen=True)
class Truth:
    """The customers who bought in the holdout, and the distinct rows each bought."""

    customers: Ints
    bought: list[set[int]]

    @cached_property
    def pairs(self) -> npt.NDArray[np.int64]:
        """Every purchase as one number; see `pairs_of`."""
        sizes = [len(own) for own in self.bought]
        rows = np.fromiter((row for own in self.bought for row in own), np.int64, sum(sizes))
        return pairs_of(np.arange(len(sizes)).repeat(sizes), rows)

    def sample(self, most: int) -> npt.NDArray[np.int64]:
        """The places of an evenly spaced sample of at most this many customers."""
        return np.arange(0, len(self.customers), max(1, -(-len(self.customers) // most)))

    def at(self, places: npt.NDArray[np.int64]) -> "Truth":
        return Truth(self.customers[places], [self.bought[place] for place in places.tolist()])


def pairs_of(place: Array, rows: Array) -> npt.NDArray[np.int64]:
    """Pairs of a customer's place and a row, each as one number."""
    return place.astype(np.int64) << 32 | rows.astype(np.int64)


def rolling(history: History, holdout_days: int, rolls: int) -> Iterator[Split]:
    """The last `rolls` windows of `holdout_days`, newest first, each with all data before it;
    windows without sales, or without any before them, are left out."""
    ends = [history.as_of_day - roll * holdout_days for roll in range(rolls + 1)]
    sold = zip(ends, sales_until(history, ends), strict=True)
    for (last, all_sales), (as_of_day, earlier_sales) in pairwise(sold):
        if all_sales > earlier_sales > 0:
            yield Split(history.until(as_of_day), history, last)


def sales_until(history: History, days: Sequence[int]) -> list[int]:
    """How many sales there are up to each day."""
    counts = total(history.parts, partial(_counted_until, days=days)).sums["sales"]
    return [int(count) for count in counts]


def _counted_until(sales: Sales, days: Sequence[int]) -> Tally:
    return Tally({"sales": np.array([np.count_nonzero(sales.day <= day) for day in days])})


def truth_after(sales: Sales, as_of_day: int, most: int, *, known: bool) -> Truth:
    later = sales.after(as_of_day)
    if known:
        later = later.where(np.isin(later.customer, sales.until(as_of_day).customer))
    return truth_of(later, most)


def truth_of(later: Sales, most: int, seed: int = 1) -> Truth:
    """Everybody who bought, or a random sample of `most`, sorted by key."""
    customers = np.unique(later.customer)
    customers = customers[smallest(hashes(customers, seed=seed), most)]
    own = later.where(np.isin(later.customer, customers))
    bought: list[set[int]] = [set() for _ in customers]
    places = np.searchsorted(customers, own.customer).tolist()
    for place, row in zip(places, own.row.tolist(), strict=True):
        bought[place].add(row)
    return Truth(customers, bought)


def joined(truths: Sequence[Truth], most: int, seed: int = 1) -> Truth:
    """The truth of a whole from those of its parts."""
    customers = np.concatenate([truth.customers for truth in truths])
    bought = [own for truth in truths for own in truth.bought]
    order = np.argsort(customers)
    kept = order[smallest(hashes(customers[order], seed=seed), most)]
    return Truth(customers[kept], [bought[place] for place in kept.tolist()])


def baskets_of(sales: Sales, least: int, most: int, seed: int = 1) -> list[Basket]:
    """A random sample of a part's baskets, by day and customer."""
    day, customer, row = distinct(sales.day, sales.customer, sales.row)
    order = hashes(day, customer, row, seed=seed)
    starts = np.flatnonzero(starts_of(day, customer))
    sizes = np.diff(np.append(starts, len(row)))
    found = []
    for start, size in zip(starts[sizes >= least], sizes[sizes >= least], strict=True):
        rows = row[start : start + size][np.argsort(order[start : start + size])]
        found.append(Basket(int(customer[start]), int(day[start]), rows.tolist()))
    return joined_baskets([found], most, seed)


def joined_baskets(parts: Sequence[Sequence[Basket]], most: int, seed: int = 1) -> list[Basket]:
    """The sample of a whole from those of its parts."""
    found = sorted((basket for part in parts for basket in part), key=lambda own: own[1::-1])
    keys = np.array([own[:2] for own in found], np.int64).reshape(-1, 2)
    return [found[place] for place in smallest(hashes(*keys.T, seed=seed), most)]
