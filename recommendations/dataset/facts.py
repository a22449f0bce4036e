"""Facts about each article from the sales up to the as-of day."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from recommendations.dataset.inputs import NEVER, Flags, Floats, History, Ints, Sales
from recommendations.dataset.parts import Tally, total

# An article not sold for this long is no longer on sale.
SHELF_LIFE_DAYS = 60
# With fewer articles than this on sale, all count as on sale: the first days of a shop.
FEW_ARTICLES = 200


@dataclass(frozen=True)
class Facts:
    """One entry per article; days since 1970, NEVER if not sold.

    `price` is the highest one of the last day, else the median of the type, else of all (1.0
    without any sale).
    """

    units: Ints
    first_day: Ints
    last_day: Ints
    price: Floats
    on_sale: Flags


def facts_of(history: History) -> Facts:
    found = total(history.parts, partial(sold, articles=len(history.articles)))
    last, price = unpacked(found.maxima["paid"])
    return Facts(
        units=found.sums["units"].astype(np.int32),
        first_day=np.where(last == NEVER, NEVER, -found.maxima["first"]).astype(np.int32),
        last_day=last,
        price=prices(history.articles, price),
        on_sale=on_sale(last, history.as_of_day),
    )


def sold(sales: Sales, articles: int) -> Tally:
    """Per article its units, first day (negated) and last price."""
    first = np.full(articles, np.iinfo(np.int32).min, np.int32)
    np.maximum.at(first, sales.row, -sales.day)
    paid = np.full(articles, NEVER, np.int64)
    np.maximum.at(paid, sales.row, packed(sales.day, sales.price))
    units = np.bincount(sales.row, minlength=articles)
    return Tally({"units": units}, {"first": first, "paid": paid})


def packed(day: Ints, price: Floats) -> npt.NDArray[np.int64]:
    """Day and price as one number: the largest is the highest price of the last day, whatever the
    order. (The bits of positive floats are ordered as they are.)"""
    return day.astype(np.int64) << 32 | np.ascontiguousarray(price).view(np.uint32)


def unpacked(paid: npt.NDArray[np.int64]) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Last days (NEVER where not sold) and prices (NaN there)."""
    price = (paid & 0xFFFFFFFF).astype(np.uint32).view(np.float32)
    return (paid >> 32).astype(np.int32), np.where(paid == NEVER, np.nan, price.astype(np.float64))


def prices(articles: pd.DataFrame, paid: npt.NDArray[np.float64]) -> Floats:
    """Last price paid per article; an unsold one takes the median of its type, else of all."""
    known = pd.Series(paid)
    of_type = known.groupby(articles["product_type"].to_numpy()).transform("median")
    overall = known.median() if known.notna().any() else 1.0
    return known.fillna(of_type).fillna(overall).to_numpy(np.float32)


def on_sale(last_day: Ints, as_of_day: int) -> Flags:
    """Sold recently, or never: an article without a sale may be new."""
    live: Flags = (last_day == NEVER) | (last_day > as_of_day - SHELF_LIFE_DAYS)
    if live.sum() < min(FEW_ARTICLES, len(live)):
        return np.ones(len(live), np.bool_)
    return live
