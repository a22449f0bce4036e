"""Each customer's last purchases: the basis of a personal shelf, with or without Redis."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import Floats, History, Ints, Sales
from recommendations.dataset.popularity import band_of
from recommendations.dataset.sampling import Places, distinct, starts_of
from web.arrays import Arrays

WINDOW_DAYS = 365
LENGTH = 30
ONLINE = 2


@dataclass(frozen=True)
class Histories:
    """One entry per customer with a sale in the window, sorted by key.

    `band` is a lower bound of popularity.AGE_BANDS, `online` the share of units bought online. The
    purchases of customer i are entries ends[i-1]..ends[i] of `rows` and `days`: up to LENGTH
    articles, each once with its last day, newest first.
    """

    customer: Ints
    band: Ints
    online: Floats
    ends: npt.NDArray[np.int64]
    rows: Ints
    days: Ints


def histories(history: History, customers: Ints | None = None) -> Histories:
    """Of everybody, or only of these customers."""
    lately = history.between(history.as_of_day - WINDOW_DAYS + 1, history.as_of_day)
    found = lately.parts.concatenate(partial(columns, customers=customers))
    np.cumsum(found["ends"], out=found["ends"])
    return Histories(**found)


def columns(sales: Sales, customers: Ints | None = None) -> Arrays:
    """The columns of Histories, with lengths in place of `ends`."""
    if customers is not None:
        sales = sales.where(np.isin(sales.customer, customers))
    customer, first, units = np.unique(sales.customer, return_index=True, return_counts=True)
    place = customer.searchsorted(sales.customer)
    online = np.bincount(place, sales.channel == ONLINE, minlength=len(customer))
    owner, row, day = last_purchases(sales)
    last = day.max(initial=0)
    owner, age, row = distinct(owner, last - day, row)
    kept = np.arange(len(owner)) - owner.searchsorted(owner) < LENGTH
    lengths = np.bincount(customer.searchsorted(owner[kept]), minlength=len(customer))
    return {
        "customer": customer.astype(np.int32),
        "band": band_of(sales.age[first]),
        "online": (online / units).astype(np.float32),
        "ends": lengths.astype(np.int64),
        "rows": row[kept].astype(np.int32),
        "days": (last - age[kept]).astype(np.int32),
    }


def last_purchases(sales: Sales) -> tuple[Places, Places, Places]:
    """Customer, row and last day of each article that a customer bought, by customer and row."""
    customer, row, day = distinct(sales.customer, sales.row, sales.day)
    last = np.append(starts_of(customer, row)[1:], True)[: len(day)]
    return customer[last], row[last], day[last]
