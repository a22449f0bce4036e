"""Slices of history to train and try the ranker on: weeks with enough buyers, else days, else as
many weeks as together have enough. Pure.

A slice is an as-of day; its examples are what customers known by then bought in the days after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import numpy as np

from recommendations.bundle.format import RankerReport
from recommendations.dataset.history import WINDOW_DAYS, columns
from recommendations.dataset.inputs import History, Ints, Sales
from recommendations.dataset.parts import Tally, total
from recommendations.dataset.splits import Truth, joined, truth_of
from web.arrays import Arrays

WEEK: Final = 7
WEEKS: Final = 5
# With fewer known buyers in any of the weeks, slices are days.
MIN_OF_WEEK: Final = 1_000
# Of this many last days, those with at least this many known buyers each are used …
DAYS: Final = 14
MIN_OF_DAY: Final = 250
# … if together they have this many, of which at least one must be left for training.
MIN_TOGETHER: Final = 1_000
# The newest slices are the trial: at least two, until they have this many known buyers.
LEAST_TRIALS: Final = 2
TRIED_TOGETHER: Final = 4_000
# Where buyers are so sparse, weeks are added from the newest on until they have this many known
# buyers, going back at most two years. The blend knows little then: the ranker looks deeper.
SPARSE_WEEKS: Final = 104
ENOUGH_TOGETHER: Final = 4_000
DEPTH: Final = 50
SPARSE_DEPTH: Final = 200
# Horizons that are predicted, in days.
HORIZONS: Final = {1: (1, 2), WEEK: (WEEK,)}
# Where even two years of weeks don't have that many, what is bought within these days teaches too.
SPARSE_LESSONS: Final = (2 * WEEK, 4 * WEEK)


@dataclass(frozen=True)
class Slices:
    """As-of days, newest first, `step` days apart; `why` says how they were chosen. The newest
    `trials` are predicted before they are learned from, `depth` candidates of each customer.
    `lessons` are horizons that are only learned from."""

    step: int
    as_of_days: list[int]
    why: str
    trials: int = LEAST_TRIALS
    depth: int = DEPTH
    lessons: tuple[int, ...] = ()

    def horizons(self, history: History, as_of_day: int) -> list[int]:
        """The horizons of a slice that end within the data and are predicted."""
        return within(history, as_of_day, HORIZONS.get(self.step, ()))

    def taught(self, history: History, as_of_day: int) -> list[int]:
        """All its horizons that end within the data."""
        return self.horizons(history, as_of_day) + within(history, as_of_day, self.lessons)

    def report(self, history: History, **found: object) -> RankerReport:
        ahead = {days for day in self.as_of_days for days in self.horizons(history, day)}
        days = [str(history.as_of - timedelta(history.as_of_day - day)) for day in self.as_of_days]
        figures = {
            "slice_days": self.step,
            "slices": days,
            "horizons": sorted(ahead),
            "depth": self.depth,
            **found,
        }
        return RankerReport(**{"decision": self.why, **figures})  # type: ignore[arg-type]


def within(history: History, as_of_day: int, horizons: Sequence[int]) -> list[int]:
    return [days for days in horizons if as_of_day + days <= history.as_of_day]


def slices_of(history: History) -> Slices:
    """Weeks if each of the last WEEKS has enough buyers, else the days that have, else the fewest
    weeks that together have."""
    weeks = [history.as_of_day - WEEK * n for n in range(1, WEEKS + 1)]
    in_weeks = known_buyers(history, weeks, WEEK)
    if min(in_weeks) >= MIN_OF_WEEK:
        why = f"{WEEKS} weeks of {min(in_weeks):,} known buyers or more"
        return Slices(WEEK, weeks, why, trials_of(in_weeks))
    days = [history.as_of_day - n for n in range(1, DAYS + 1)]
    in_days = dict(zip(days, known_buyers(history, days, 1), strict=True))
    full = [day for day in days if in_days[day] >= MIN_OF_DAY]
    total = sum(in_days[day] for day in full)
    lacking = f"a week has {min(in_weeks):,} known buyers, fewer than {MIN_OF_WEEK:,}"
    if len(full) > 1 and total >= MIN_TOGETHER:
        why = f"{lacking}: {len(full)} single days of {total:,} known buyers"
        return Slices(1, full, why, trials_of([in_days[day] for day in full]))
    few = f"and {len(full)} days of {MIN_OF_DAY:,} or more are too few"
    return pooled_weeks(history, f"{lacking}, {few}")


def pooled_weeks(history: History, lacking: str) -> Slices:
    """The last weeks until they have ENOUGH_TOGETHER."""
    weeks = np.array([history.as_of_day - WEEK * n for n in range(1, SPARSE_WEEKS + 1)])
    found = np.array(known_buyers(history, weeks.tolist(), WEEK))
    kept = (found > 0) & (found.cumsum() - found < ENOUGH_TOGETHER)
    total = int(found[kept].sum())
    if total < MIN_TOGETHER:
        return Slices(0, [], f"{lacking}, as are {total:,} in all weeks: the blend ranks alone")
    why = f"{lacking}: {kept.sum()} weeks of {total:,} known buyers together"
    trials = trials_of(found[kept].tolist())
    lessons = SPARSE_LESSONS if total < ENOUGH_TOGETHER else ()
    return Slices(WEEK, weeks[kept].tolist(), why, trials, SPARSE_DEPTH, lessons)


def trials_of(buyers_of_each: list[int]) -> int:
    """How many of the slices, newest first, are tried."""
    newer = np.cumsum(buyers_of_each) - buyers_of_each
    return max(LEAST_TRIALS, int((newer < TRIED_TOGETHER).sum()))


def known_buyers(history: History, as_of_days: list[int], days: int) -> list[int]:
    """Per slice, how many earlier customers bought in the `days` after it."""
    counted = total(history.parts, partial(buyers, as_of_days=as_of_days, days=days))
    found: list[int] = counted.sums["buyers"].tolist()
    return found


def buyers(sales: Sales, as_of_days: list[int], days: int) -> Tally:
    day, customer = sales.day, sales.customer
    first = first_day_of(customer, day)
    found = [
        (first[np.unique(customer[(day > end) & (day <= end + days)])] <= end).sum()
        for end in as_of_days
    ]
    return Tally({"buyers": np.array(found)})


def first_day_of(customer: Ints, day: Ints) -> Ints:
    """By customer key the day of their first purchase."""
    first = np.full(int(customer.max(initial=-1)) + 1, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, customer, day)
    return first


@dataclass(frozen=True)
class Slice:
    """By horizon what known customers bought after a day, and the histories of these customers
    until then, as `dataset.history.columns` has them."""

    truths: dict[int, Truth]
    customers: Arrays


def slice_at(history: History, slices: Slices, as_of_day: int, most: int, seed: int) -> Slice:
    """At most `most` customers for each horizon."""
    horizons = slices.taught(history, as_of_day)
    near = history.between(as_of_day - WINDOW_DAYS + 1, as_of_day + max(horizons, default=0))
    found = near.parts.reduce(
        partial(
            slice_of,
            as_of_day=as_of_day,
            horizons=horizons,
            most=most,
            seed=seed,
        ),
        partial(of_parts, most=most, seed=seed),
    )
    ends = np.cumsum(found.customers["ends"])
    return Slice(found.truths, found.customers | {"ends": ends})


def slice_of(sales: Sales, as_of_day: int, horizons: list[int], most: int, seed: int) -> Slice:
    past, later = sales.until(as_of_day), sales.after(as_of_day)
    known = later.where(np.isin(later.customer, past.customer))
    truths = {
        days: truth_of(known.where(known.day <= as_of_day + days), most, seed) for days in horizons
    }
    return Slice(truths, columns(past.where(np.isin(past.customer, asked(truths)))))


def of_parts(slices: Sequence[Slice], most: int, seed: int) -> Slice:
    truths = {
        days: joined([own.truths[days] for own in slices], most, seed) for days in slices[0].truths
    }
    return Slice(truths, chosen([own.customers for own in slices], asked(truths)))


def asked(truths: dict[int, Truth]) -> Ints:
    none = np.zeros(0, np.int32)
    return np.unique(np.concatenate([none, *(truth.customers for truth in truths.values())]))


def chosen(parts: Sequence[Arrays], customers: Ints) -> Arrays:
    """The columns of some customers, by key."""
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    starts = np.cumsum(whole["ends"]) - whole["ends"]
    order = np.argsort(whole["customer"])
    order = order[np.isin(whole["customer"][order], customers)]
    lines = [np.arange(starts[at], starts[at] + whole["ends"][at]) for at in order.tolist()]
    line = np.concatenate([np.zeros(0, np.int64), *lines])
    return {
        name: array[line if name in ("rows", "days") else order] for name, array in whole.items()
    }
