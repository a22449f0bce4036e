"""Recent sales of an article and similar ones, and their buyers: input of the ranker."""

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from recommendations.dataset.history import ONLINE
from recommendations.dataset.inputs import Floats, History, Ints, Sales
from recommendations.dataset.parts import Tally, total
from recommendations.dataset.popularity import basket_lines
from recommendations.ranking.features import ALIKE, ALIKE_DAYS, SOLD_DAYS
from web.arrays import Array, Arrays

# Buyers and channels of an article are those of the longest window.
LATELY_DAYS = max(SOLD_DAYS)
# Prior: a share is pulled towards the overall share until this many units have been sold.
SHARE_SHRINKAGE = 3.0


def sales_counts(history: History) -> Arrays:
    count = partial(counted, as_of_day=history.as_of_day, articles=len(history.articles))
    found = total(history.parts, count).sums
    sold = found["sold"].astype(np.float32)
    known = np.maximum(found["known_ages"], 1)
    return {
        "sold": sold,
        "sold_alike": sold_alike(history.articles, sold[:, SOLD_DAYS.index(ALIKE_DAYS)]),
        "sold_online": shares(found["online"], found["units"]),
        "buyers": found["buyers"].astype(np.float32),
        "buyer_age": (found["ages"] / known).astype(np.float32),
    }


def counted(sales: Sales, as_of_day: int, articles: int) -> Tally:
    lately = np.flatnonzero(sales.day > as_of_day - LATELY_DAYS)
    row = sales.row[lately]
    known = sales.age >= 0
    return Tally(
        {
            "sold": sold_lately(sales, as_of_day, articles),
            "online": np.bincount(row, sales.channel[lately] == ONLINE, articles),
            "units": np.bincount(row, minlength=articles),
            "buyers": buyers(sales.customer[lately], row, articles),
            "ages": np.bincount(sales.row[known], sales.age[known], articles),
            "known_ages": np.bincount(sales.row[known], minlength=articles),
        }
    )


def sold_lately(sales: Sales, as_of_day: int, articles: int) -> npt.NDArray[np.int64]:
    """Baskets (customer, day) with each article (articles × SOLD_DAYS) in the last days."""
    lately = np.flatnonzero(sales.day > as_of_day - LATELY_DAYS)
    lines = lately[basket_lines(sales, lately).first]
    day, rows = sales.day[lines], sales.row[lines]
    columns = [np.bincount(rows[day > as_of_day - days], minlength=articles) for days in SOLD_DAYS]
    return np.column_stack(columns)


def sold_alike(articles: pd.DataFrame, sold: Floats) -> Floats:
    """Units of all articles that share each of the attributes ALIKE (articles × attributes)."""
    columns = []
    for name in ALIKE:
        value = np.unique(articles[name], return_inverse=True)[1]
        columns.append(np.bincount(value, sold)[value])
    return np.column_stack(columns).astype(np.float32)


def shares(counted: Array, units: Array) -> Floats:
    """Per article the share of its units that are counted, shrunk towards the overall share."""
    overall = counted.sum() / max(units.sum(), 1)
    shrunk: Floats = (counted + SHARE_SHRINKAGE * overall) / (units + SHARE_SHRINKAGE)
    return shrunk.astype(np.float32)


def buyers(customer: Ints, row: Ints, articles: int) -> npt.NDArray[np.int64]:
    """How many different customers bought each article."""
    pairs = np.unique(customer.astype(np.int64) * articles + row)
    return np.bincount(pairs % articles, minlength=articles)
