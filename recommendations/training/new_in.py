"""New in: the latest arrivals."""

import numpy as np

from recommendations.dataset.facts import Facts
from recommendations.dataset.inputs import NEVER, Floats

NEW_DAYS = 42
# One sale may be a return or a stray piece; two show that the article is on sale.
MIN_UNITS = 2


def newness(facts: Facts, as_of_day: int) -> Floats:
    """Remaining days of being new, 0 when over; articles of one day are ordered by sales.

    Articles from the first day of the data may be of any age and are never new.
    """
    sold = facts.first_day[facts.first_day != NEVER]
    opened = sold.min() if len(sold) else as_of_day
    age = as_of_day - facts.first_day
    is_new = (age < NEW_DAYS) & (facts.first_day > opened) & (facts.units >= MIN_UNITS)
    tie = facts.units / (1.0 + facts.units.max(initial=0))
    return np.where(is_new, NEW_DAYS - age + tie, 0).astype(np.float32)
