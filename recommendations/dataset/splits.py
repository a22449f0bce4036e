"""Temporal splits: what was known by the end of a day, and who bought what afterwards. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import Inputs, Ints, Sales
from recommendations.dataset.sampling import hashes, smallest
from web.arrays import Array


@dataclass(frozen=True)
class Split:
    """`past` are the inputs up to its as-of day, `later` the sales of the holdout days."""

    past: Inputs
    later: Sales


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

    def head(self, most: int) -> "Truth":
        """An evenly spaced sample of at most this many."""
        step = max(1, -(-len(self.customers) // most))
        return Truth(self.customers[::step], self.bought[::step])


def pairs_of(place: Array, rows: Array) -> npt.NDArray[np.int64]:
    """Pairs of a customer's place and a row, each as one number."""
    return place.astype(np.int64) << 32 | rows.astype(np.int64)


def rolling(inputs: Inputs, holdout_days: int, rolls: int) -> Iterator[Split]:
    """The last `rolls` windows of `holdout_days`, newest first, each with all data before it."""
    for roll in range(rolls):
        last = inputs.as_of_day - roll * holdout_days
        as_of = inputs.as_of - timedelta(days=(roll + 1) * holdout_days)
        day = inputs.sales.day
        past = replace(inputs, sales=inputs.sales.where(day <= last - holdout_days), as_of=as_of)
        later = inputs.sales.where((day > last - holdout_days) & (day <= last))
        if len(past.sales) and len(later):
            yield Split(past, later)


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
