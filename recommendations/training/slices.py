"""Slices of history to train and try the ranker on: weeks with enough buyers, else days. Pure.

A slice is an as-of day; its examples are what customers known by then bought in the days after it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from recommendations.bundle.format import RankerReport
from recommendations.dataset.history import within
from recommendations.dataset.inputs import Inputs, Ints
from recommendations.dataset.splits import Split

WEEK: Final = 7
WEEKS: Final = 5
# With fewer known buyers in any of the weeks, slices are days.
MIN_OF_WEEK: Final = 1_000
# Of this many last days, those with at least this many known buyers each are used …
DAYS: Final = 14
MIN_OF_DAY: Final = 250
# … if together they have this many. The newest slices are for the trial: at least one must be left
# for training.
MIN_OF_DAYS: Final = 1_000
# Horizons of a slice's examples, in days.
HORIZONS: Final = {1: (1, 2), WEEK: (WEEK,)}


@dataclass(frozen=True)
class Slices:
    """As-of days, newest first, `step` days apart; `why` says how they were chosen."""

    step: int
    as_of_days: list[int]
    why: str

    def horizons(self, inputs: Inputs, as_of_day: int) -> list[int]:
        """The horizons of a slice that end within the data."""
        left = inputs.as_of_day - as_of_day
        return [days for days in HORIZONS.get(self.step, ()) if days <= left]

    def report(self, inputs: Inputs, **found: object) -> RankerReport:
        ahead = {days for day in self.as_of_days for days in self.horizons(inputs, day)}
        days = [str(inputs.as_of - timedelta(inputs.as_of_day - day)) for day in self.as_of_days]
        told = {"slice_days": self.step, "slices": days, "horizons": sorted(ahead), **found}
        return RankerReport(**{"decision": self.why, **told})  # type: ignore[arg-type]


def slices_of(inputs: Inputs) -> Slices:
    """Weeks if each of the last WEEKS has enough buyers, else the days that have."""
    weeks = [inputs.as_of_day - WEEK * n for n in range(1, WEEKS + 1)]
    in_weeks = known_buyers(inputs, weeks, WEEK)
    if min(in_weeks) >= MIN_OF_WEEK:
        return Slices(WEEK, weeks, f"{WEEKS} weeks of {min(in_weeks):,} known buyers or more")
    days = [inputs.as_of_day - n for n in range(1, DAYS + 1)]
    in_days = dict(zip(days, known_buyers(inputs, days, 1), strict=True))
    full = [day for day in days if in_days[day] >= MIN_OF_DAY]
    total = sum(in_days[day] for day in full)
    lacking = f"a week has {min(in_weeks):,} known buyers, fewer than {MIN_OF_WEEK:,}"
    if len(full) < 2 or total < MIN_OF_DAYS:
        few = f"and {len(full)} days of {MIN_OF_DAY:,} or more are too few"
        return Slices(0, [], f"{lacking}, {few}: the blend ranks alone")
    return Slices(1, full, f"{lacking}: {len(full)} single days of {total:,} known buyers")


def known_buyers(inputs: Inputs, as_of_days: list[int], days: int) -> list[int]:
    """Per slice, how many earlier customers bought in the `days` after it."""
    day, customer = inputs.sales.day, inputs.sales.customer
    first = first_day_of(customer, day)
    return [
        int((first[np.unique(customer[(day > end) & (day <= end + days)])] <= end).sum())
        for end in as_of_days
    ]


def first_day_of(customer: Ints, day: Ints) -> Ints:
    """By customer key the day of their first purchase."""
    first = np.full(int(customer.max(initial=-1)) + 1, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, customer, day)
    return first


def split_at(inputs: Inputs, as_of_day: int, days: int) -> Split:
    """The data up to the end of a day, and the purchases in the days after it."""
    day = inputs.sales.day
    as_of = inputs.as_of - timedelta(days=inputs.as_of_day - as_of_day)
    past = replace(inputs, sales=within(inputs.sales, day <= as_of_day), as_of=as_of)
    return Split(past, within(inputs.sales, (day > as_of_day) & (day <= as_of_day + days)))
