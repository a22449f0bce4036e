"""Each customer's last purchases: the basis of a personal shelf, with or without Redis."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import Floats, History, Ints, Sales
from recommendations.dataset.popularity import band_of
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
    own = partial(columns, articles=len(history.articles), customers=customers)
    found = lately.parts.concatenate(own)
    np.cumsum(found["ends"], out=found["ends"])
    return Histories(**found)


def columns(sales: Sales, articles: int, customers: Ints | None = None) -> Arrays:
    """The columns of Histories, with lengths in place of `ends`."""
    if customers is not None:
        sales = sales.where(np.isin(sales.customer, customers))
    customer, first, place = np.unique(sales.customer, return_index=True, return_inverse=True)
    units = np.bincount(place, minlength=len(customer))
    online = np.bincount(place, sales.channel == ONLINE, minlength=len(customer))
    chosen = last_of_each(sales, place, articles)
    return {
        "customer": customer.astype(np.int32),
        "band": band_of(sales.age[first]),
        "online": (online / units).astype(np.float32),
        "ends": np.bincount(place[chosen], minlength=len(customer)).astype(np.int64),
        "rows": sales.row[chosen],
        "days": sales.day[chosen],
    }


def last_of_each(
    sales: Sales, place: npt.NDArray[np.int64], articles: int
) -> npt.NDArray[np.int64]:
    """Indices of the last sale of each (customer, article): by customer, then newest first, at most
    LENGTH per customer."""
    # Sales are sorted by day: in reverse, the first of each pair is the newest.
    pair = (place * articles + sales.row)[::-1]
    newest = len(pair) - 1 - np.unique(pair, return_index=True)[1]
    order = np.lexsort((sales.row[newest], -sales.day[newest], place[newest]))
    chosen = newest[order]
    owner = place[chosen]
    kept: npt.NDArray[np.int64] = chosen[
        np.arange(len(owner)) - np.searchsorted(owner, owner) < LENGTH
    ]
    return kept
