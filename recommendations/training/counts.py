"""Recent sales of an article and similar ones, and their buyers: input of the ranker."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recommendations.dataset.history import ONLINE
from recommendations.dataset.inputs import Floats, Inputs, Sales
from recommendations.dataset.popularity import basket_lines
from recommendations.ranking.features import ALIKE, ALIKE_DAYS, SOLD_DAYS

# Buyers and channels of an article are those of the longest window.
LATELY_DAYS = max(SOLD_DAYS)
# Prior: a share is pulled towards the overall share until this many units have been sold.
SHARE_SHRINKAGE = 3.0


def sales_counts(inputs: Inputs) -> dict[str, npt.NDArray[Any]]:
    sales, count = inputs.sales, len(inputs.articles)
    sold = sold_lately(sales, inputs.as_of_day, count)
    lately = np.flatnonzero(sales.day > inputs.as_of_day - LATELY_DAYS)
    row = sales.row[lately]
    return {
        "sold": sold,
        "sold_alike": sold_alike(inputs, sold[:, SOLD_DAYS.index(ALIKE_DAYS)]),
        "sold_online": share_of(row, sales.channel[lately] == ONLINE, count),
        "buyers": buyers(sales.customer[lately], row, count),
        "buyer_age": buyer_age(sales, count),
    }


def sold_lately(sales: Sales, as_of_day: int, count: int) -> Floats:
    """Baskets (customer, day) with each article (count × SOLD_DAYS) in the last days."""
    lately = np.flatnonzero(sales.day > as_of_day - LATELY_DAYS)
    lines = lately[basket_lines(sales, lately).first]
    day, rows = sales.day[lines], sales.row[lines]
    columns = [np.bincount(rows[day > as_of_day - days], minlength=count) for days in SOLD_DAYS]
    return np.column_stack(columns).astype(np.float32)


def sold_alike(inputs: Inputs, sold: Floats) -> Floats:
    """Units of all articles that share each of the attributes ALIKE (count × attributes)."""
    columns = []
    for name in ALIKE:
        value = np.unique(inputs.articles[name], return_inverse=True)[1]
        columns.append(np.bincount(value, sold)[value])
    return np.column_stack(columns).astype(np.float32)


def share_of(row: npt.NDArray[np.int32], counted: npt.NDArray[np.bool_], count: int) -> Floats:
    """Per article the share of its sales that are counted, shrunk towards the overall share."""
    overall = float(counted.mean()) if len(counted) else 0.0
    units = np.bincount(row, minlength=count) + SHARE_SHRINKAGE
    return ((np.bincount(row, counted, count) + SHARE_SHRINKAGE * overall) / units).astype("f4")


def buyers(customer: npt.NDArray[np.int32], row: npt.NDArray[np.int32], count: int) -> Floats:
    """How many different customers bought each article."""
    pairs = np.unique(customer.astype(np.int64) * count + row)
    return np.bincount(pairs % count, minlength=count).astype(np.float32)


def buyer_age(sales: Sales, count: int) -> Floats:
    """Mean age of an article's buyers in years, 0 if unknown."""
    known = sales.age >= 0
    units = np.bincount(sales.row[known], minlength=count)
    total = np.bincount(sales.row[known], sales.age[known], minlength=count)
    return (total / np.maximum(units, 1)).astype(np.float32)
