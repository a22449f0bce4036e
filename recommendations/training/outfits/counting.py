"""What the outfit model knows of articles and sales, before any weight is learned."""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from recommendations.dataset.inputs import History, Sales
from recommendations.dataset.parts import Parts, Tally, total
from recommendations.outfits.constraints import WearTables, constraints
from recommendations.outfits.features import OWN_TABLES, TABLES
from recommendations.outfits.model import Model
from recommendations.outfits.slots import slots
from recommendations.training.neighbours import designs
from recommendations.training.outfits.baskets import Baskets, by_product, group_lifts, pairs_of
from web.arrays import Array, Flags, Floats, Ints

# An unsold article counts as a small fraction of one sale.
UNSOLD = 0.02
HALF_LIFE_DAYS = 7.0
WINDOW_DAYS = 70
ONLINE = 2
# Sales of its department that an article's own channel is mixed with.
PRIOR_SALES = 5.0


@dataclass(frozen=True)
class Goods:
    """Data about the articles beside their baskets."""

    articles: pd.DataFrame
    price: Floats
    on_sale: Flags
    vectors: Floats

    @cached_property
    def slot(self) -> Ints:
        return slots().of(self.articles)

    @cached_property
    def part(self) -> Ints:
        return slots().parts(self.articles)

    @cached_property
    def wear(self) -> WearTables:
        return constraints().wear(self.articles)

    @cached_property
    def design(self) -> Ints:
        return designs(self.articles)

    @cached_property
    def groups(self) -> Ints:
        """TABLES × articles: the attributes numbered from 0."""
        codes = [self.articles.groupby([*own.columns]).ngroup().to_numpy() for own in OWN_TABLES]
        return np.stack(codes).astype(np.int32)


def counted(
    history: History,
    baskets: Parts[Baskets],
    goods: Goods,
    left_out: range = range(0),
    asked: Flags | None = None,
) -> Model:
    """The model without weights, from `baskets` and the sales, but for those of the days
    `left_out`; only articles in `asked` (None: all) get partners."""
    part, as_of_day = goods.part, history.as_of_day
    if as_of_day in left_out:
        as_of_day = left_out[0] - 1
    product = goods.articles["product"].to_numpy(np.int32)
    products, first, row = np.unique(product, return_index=True, return_inverse=True)
    row_of: Ints = row.astype(np.int32)
    of_products = baskets.map(partial(by_product, product=row_of, products=len(products)))
    count = partial(sold, as_of_day=as_of_day, articles=len(part), left_out=left_out)
    sums = total(history.parts, count).sums
    asked_products = None if asked is None else np.bincount(row, asked) > 0
    return Model(
        slot=goods.slot,
        product=product,
        product_row=row_of,
        groups=goods.groups,
        tables=group_lifts(baskets, goods.groups, part, as_of_day),
        articles=pairs_of(baskets, part, asked),
        products=pairs_of(of_products, part[first], asked_products),
        vectors=goods.vectors,
        log_price=np.log(np.maximum(goods.price, 1e-6)).astype(np.float32),
        online=online(sums["online"], sums["units"], goods.groups[TABLES.index("department")]),
        popularity=np.log(sums["popularity"] + UNSOLD).astype(np.float32),
        weights=np.zeros(0, np.float32),
        ranking=np.zeros(0, np.float32),
        appeal=np.zeros(0, np.float32),
    )


def sold(sales: Sales, as_of_day: int, articles: int, left_out: range) -> Tally:
    """Per article its units, those sold online, and recent sales, whose weight halves after
    HALF_LIFE_DAYS; without the days `left_out`."""
    if left_out:
        sales = sales.where(~np.isin(sales.day, left_out))
    lately = sales.after(as_of_day - WINDOW_DAYS)
    weight = 0.5 ** ((as_of_day - lately.day) / HALF_LIFE_DAYS)
    return Tally(
        {
            "units": np.bincount(sales.row, minlength=articles),
            "online": np.bincount(sales.row, sales.channel == ONLINE, articles),
            "popularity": np.bincount(lately.row, weight, articles),
        }
    )


def online(clicks: Array, sold: Array, department: Ints) -> Floats:
    """Log-odds of a sale being online, per article; shrunk towards the department's."""
    usual = (np.bincount(department, clicks) + 7.0) / (np.bincount(department, sold) + 10.0)
    share = (clicks + PRIOR_SALES * usual[department]) / (sold + PRIOR_SALES)
    share = share.clip(0.001, 0.999)
    found: Floats = np.log(share / (1.0 - share)).astype(np.float32)
    return found
