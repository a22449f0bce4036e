"""Facts about each article from the sales up to the as-of day."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommendations.dataset.inputs import NEVER, Flags, Floats, Inputs, Ints, Sales

# An article not sold for this long is no longer on sale.
SHELF_LIFE_DAYS = 60
# With fewer articles than this on sale, all count as on sale: the first days of a shop.
FEW_ARTICLES = 200


@dataclass(frozen=True)
class Facts:
    """One entry per article; days since 1970, NEVER if not sold.

    `price` is the last one paid, else the median of the type, else of all (1.0 without any sale).
    """

    units: Ints
    first_day: Ints
    last_day: Ints
    price: Floats
    on_sale: Flags


def facts_of(inputs: Inputs) -> Facts:
    count, sales = len(inputs.articles), inputs.sales
    first = np.full(count, np.iinfo(np.int32).max, np.int32)
    last = np.full(count, NEVER, np.int32)
    np.minimum.at(first, sales.row, sales.day)
    np.maximum.at(last, sales.row, sales.day)
    return Facts(
        units=np.bincount(sales.row, minlength=count).astype(np.int32),
        first_day=np.where(last == NEVER, NEVER, first).astype(np.int32),
        last_day=last,
        price=prices(inputs.articles, sales),
        on_sale=on_sale(last, inputs.as_of_day),
    )


def prices(articles: pd.DataFrame, sales: Sales) -> Floats:
    """Last price paid per article; an unsold one takes the median of its type, else of all."""
    paid = np.full(len(articles), np.nan)
    order = np.argsort(sales.day, kind="stable")
    # Of repeated assignments to one index, the last wins.
    paid[sales.row[order]] = sales.price[order]
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
