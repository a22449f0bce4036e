"""Who shops on which day, how many lines, and through which channel.

A customer's visits come in bursts: about half follow an earlier visit within three weeks. Days
depend on the season, the weekday and a few sale days; basket sizes are 1 + negative binomial (mean
3.5, median 2).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from demo.data.customers import Customers
from demo.data.seeds import Floats, Ints, stream

FIRST_DAY = date(2018, 9, 20)
DAYS = 734
MEAN_LINES = 3.5
SIZE_SHAPE = 0.8
FOLLOW_UP = 0.62
# Monday … Sunday
WEEKDAYS = np.array([0.93, 0.92, 1.02, 1.04, 1.10, 1.09, 0.95])
MONTHS = np.array([0.88, 0.86, 0.98, 1.04, 1.13, 1.28, 1.15, 0.95, 1.0, 0.95, 0.95, 0.92])
SALE_DAYS = {(9, 28): 2.4, (11, 23): 2.2, (11, 29): 2.6, (6, 20): 1.8, (12, 27): 1.6}


@dataclass(frozen=True)
class Baskets:
    """One row per basket, by day and customer; day counts from FIRST_DAY, channel is 1 or 2."""

    customer: Ints
    day: Ints
    size: Ints
    channel: Ints

    def between(self, first_day: int, last_day: int) -> "Baskets":
        """The baskets of first_day ≤ day < last_day."""
        low, high = np.searchsorted(self.day, [first_day, last_day])
        part = slice(int(low), int(high))
        return Baskets(self.customer[part], self.day[part], self.size[part], self.channel[part])


def day_weights() -> Floats:
    """Relative number of visits on each day of the period, shape (DAYS,)."""
    days = [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]
    return np.array(
        [
            WEEKDAYS[d.weekday()] * MONTHS[d.month - 1] * SALE_DAYS.get((d.month, d.day), 1.0)
            for d in days
        ]
    )


def _counts(rng: np.random.Generator, activity: Floats, baskets: int) -> Ints:
    """Baskets per customer: one for each as far as they go, the rest by activity."""
    willing = np.flatnonzero(activity > 0)
    buyers = rng.permutation(willing)[: max(1, round(0.6 * baskets))]
    counts = np.zeros(len(activity), dtype=np.int64)
    weight = np.minimum(activity[buyers], 40.0)
    spare = max(0, baskets - len(buyers))
    counts[buyers] = 1 + rng.poisson(weight * spare / weight.sum())
    return counts


def _sizes(rng: np.random.Generator, baskets: int, lines: int) -> Ints:
    """Lines per basket, adjusted one by one at random until they sum to exactly `lines`."""
    mean = MEAN_LINES - 1
    sizes = 1 + rng.poisson(rng.gamma(SIZE_SHAPE, mean / SIZE_SHAPE, baskets)).astype(np.int64)
    while (surplus := int(sizes.sum()) - lines) != 0:
        eligible = np.flatnonzero(sizes > 1) if surplus > 0 else np.arange(baskets)
        touched = rng.permutation(eligible)[: abs(surplus)]
        sizes[touched] -= np.sign(surplus)
    return sizes


def _visit_days(rng: np.random.Generator, customer: Ints) -> Ints:
    """A day for each visit (`customer` is sorted); a follow-up comes 2–20 days after its parent."""
    bounds = np.cumsum(day_weights())
    joined = np.where(rng.random(int(customer[-1]) + 1) < 0.5, 0.0, 0.75)
    joined *= rng.random(len(joined))
    draw = joined[customer] + rng.random(len(customer)) * (1 - joined[customer])
    day = np.minimum(np.searchsorted(bounds, draw * bounds[-1], side="right"), DAYS - 1)
    fresh = np.append(True, customer[1:] != customer[:-1]) | (rng.random(len(customer)) > FOLLOW_UP)
    parent = np.maximum.accumulate(np.where(fresh, np.arange(len(customer)), 0))
    nth = np.arange(len(customer)) - parent
    later = day[parent] + nth * rng.integers(2, 21, len(customer))
    return np.asarray(np.where(fresh | (later >= DAYS), day, later))


def make_baskets(seed: int, customers: Customers, lines: int) -> Baskets:
    """Baskets with a total of `lines` lines."""
    rng = stream(seed, "baskets")
    counts = _counts(rng, customers.activity, max(1, round(lines / MEAN_LINES)))
    customer = np.repeat(np.arange(len(counts)), counts)[:lines]
    day = _visit_days(rng, customer)
    order = np.argsort(day * len(customers) + customer, kind="stable")
    customer, day = customer[order], day[order]
    habit = rng.beta(1.1, 0.46, len(customers))[customer]
    channel = np.where(rng.random(len(customer)) < habit, 2, 1)
    return Baskets(customer, day, _sizes(rng, len(customer), lines), channel)
