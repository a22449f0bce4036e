"""Trains the outfit model: count, fit on the last days, count again, shortlist."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from recommendations.dataset.inputs import Flags, History, Progress, Sales
from recommendations.dataset.parts import Parts, Tally, total
from recommendations.outfits.constraints import WearTables, constraints
from recommendations.outfits.features import OWN_TABLES, TABLES
from recommendations.outfits.listwise import Choices, choices, ranking_of, together, unranked
from recommendations.outfits.model import Model, to_arrays
from recommendations.outfits.pairs import Floats, Ints
from recommendations.outfits.search import Preferences, Wardrobe, complements
from recommendations.outfits.shortlist import NONE, Pool, by_audience, pool_of, shortlists
from recommendations.outfits.slots import slots
from recommendations.training.neighbours import designs
from recommendations.training.outfits.appeal import appeal
from recommendations.training.outfits.baskets import (
    Baskets,
    ages_of,
    baskets_of,
    by_product,
    group_lifts,
    pairs_of,
)
from recommendations.training.outfits.fit import examples, fitted, usual
from recommendations.training.outfits.questions import Question, of_parts, one_per_basket
from web.arrays import Array, Arrays

# Weights are learned on the fewest last days with this many baskets, at most LAST_DAYS.
BASKETS = 4000
LAST_DAYS = 7
# Weights and ranking are learned from several such periods, each held out of the counts in turn,
# with this many questions each.
PERIODS = 4
JUDGED = 3000
LISTS = 4000
# Data of the search beside the model.
COLUMNS = ("article", "product_type", "index_group", "colour_master")
# An unsold article counts as a small fraction of one sale.
UNSOLD = 0.02
HALF_LIFE_DAYS = 7.0
WINDOW_DAYS = 70
ONLINE = 2
# Sales of its department that an article's own channel is mixed with.
PRIOR_SALES = 5.0
BLOCK = 64
# A quick model stores the shortlists of this many best sellers.
QUICK_LISTS = 1000
THREADS = 2


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


def outfit_arrays(
    history: History, goods: Goods, seed: int, progress: Progress, *, quick: bool = False
) -> Arrays:
    """The outfit part of a bundle by name; `quick` with the default weights."""
    model = trained(history, goods, seed, progress, quick=quick)
    sold, pool = proposed(model, goods.on_sale)
    model = replace(model, appeal=appeal(model, pool, goods.part, goods.wear))
    if quick:
        sold = best(model, sold, QUICK_LISTS)
    line, lists = stored_lists(model, pool, sold)
    progress(f"complements of {len(lists):,} articles")
    return {
        **to_arrays(model),
        **{f"outfit_{name}": part for name, part in vars(goods.wear).items()},
        "outfit_pool": pool.rows,
        "outfit_pool_ends": pool.ends,
        "outfit_list_line": line,
        "outfit_lists": lists,
    }


def best(model: Model, sold: Flags, most: int) -> Flags:
    """The best sellers among the articles; shortlists of the others are computed on demand."""
    rank = np.argsort(np.where(sold, -model.popularity, np.inf), kind="stable")
    kept = np.zeros_like(sold)
    kept[rank[:most]] = True
    return kept & sold


def proposed(model: Model, on_sale: Flags) -> tuple[Flags, Pool]:
    """Articles on sale that were sold recently, and their pool; all on sale if none were."""
    sold = on_sale & (model.popularity > np.log(UNSOLD))
    return sold, pool_of(model, sold if sold.any() else on_sale, len(slots()))


def trained(
    history: History, goods: Goods, seed: int, progress: Progress, *, quick: bool = False
) -> Model:
    """Weights and ranking learned on held-out periods; `quick`: the default weights."""
    baskets = history.parts.map(partial(baskets_of, articles=len(goods.slot)))
    counted_ = total(
        baskets, partial(ages_of, as_of_day=history.as_of_day, days=LAST_DAYS * PERIODS)
    ).sums
    progress(f"{int(counted_['all']):,} baskets of two articles or more")
    weights, ranking = (
        quick_weights()
        if quick
        else learned(history, baskets, counted_["ages"], goods, seed, progress)
    )
    model = counted(history, baskets, goods)
    progress(f"{len(model.articles.columns):,} pairs of articles")
    return replace(model, weights=weights, ranking=ranking)


def quick_weights() -> tuple[Floats, Floats]:
    """The default pair weights, and the ranking that they alone give."""
    weights = usual()
    return weights, unranked(weights, len(slots()))


def learned(
    history: History,
    baskets: Parts[Baskets],
    ages: npt.NDArray[np.int64],
    goods: Goods,
    seed: int,
    progress: Progress,
) -> tuple[Floats, Floats]:
    """Learned pair weights and list ranking."""
    before: list[tuple[Model, list[Question]]] = []
    for period in periods(ages, history.as_of_day):
        held_out, rest = split_baskets(baskets, period)
        drawn = held_out.reduce(
            partial(one_per_basket, slot=goods.slot, most=LISTS, seed=seed),
            partial(of_parts, most=LISTS),
        )
        questions = [question for _, question in drawn]
        asked = in_bags(questions, len(goods.slot))
        before.append((counted(history, rest, goods, period, asked), questions))
        progress(f"{len(questions):,} baskets of {period[0]} to {period[-1]} held out")
    weights = fitted([examples(model, questions[:JUDGED], seed) for model, questions in before])
    start = unranked(weights, len(slots()))
    lists = [
        listed(replace(model, weights=weights, ranking=start), goods, questions)
        for model, questions in before
    ]
    progress(f"{sum(len(part.chosen) for part in lists):,} lists that hold what was bought")
    return weights, ranking_of(together(lists), start)


def listed(model: Model, goods: Goods, questions: list[Question]) -> Choices:
    """What a search would have listed for each question's bag."""
    _, pool = proposed(model, goods.on_sale)
    line, lists = stored_lists(model, pool, in_bags(questions, len(goods.slot)))
    column = {name: goods.articles[name].to_numpy(np.int32) for name in COLUMNS}
    wardrobe = Wardrobe(
        model=model,
        slots=slots(),
        constraints=constraints(),
        wear=goods.wear,
        pool=pool,
        lists=lists,
        list_line=line,
        design=goods.design,
        price=goods.price,
        on_sale=goods.on_sale,
        **column,
    )
    # The rest of the search is spared where the shortlists already lack what was bought.
    found = (
        (q.bag, complements(wardrobe, q.bag, open_slots(model, q.bag)), q.hidden)
        for q in questions
        if q.hidden in lists[line[q.bag]]
    )
    return choices(model, found, len(slots()))


def in_bags(questions: list[Question], articles: int) -> Flags:
    """Which articles are in the bag of a question."""
    found = np.zeros(articles, np.bool_)
    for question in questions:
        found[question.bag] = True
    return found


def open_slots(model: Model, bag: Ints) -> Preferences:
    """Only the slots without an article of the bag: the hidden article is in one of them."""
    return Preferences(slots=frozenset(range(len(slots()))) - set(model.slot[bag].tolist()))


def periods(ages: npt.NDArray[np.int64], as_of_day: int) -> list[range]:
    """Held-out periods, newest first: the fewest last days that together have BASKETS (at most
    LAST_DAYS), then as many before them, up to PERIODS as long as there are baskets. `ages` counts
    the baskets of each day, newest first."""
    for length in range(1, LAST_DAYS + 1):
        if ages[:length].sum() >= BASKETS:
            break
    return [
        range(as_of_day - length * (back + 1) + 1, as_of_day - length * back + 1)
        for back in range(PERIODS)
        if not back or ages[length * back : length * (back + 1)].any()
    ]


def split_baskets(baskets: Parts[Baskets], period: range) -> tuple[Parts[Baskets], Parts[Baskets]]:
    """Splits into baskets of the period and the others."""
    return baskets.map(partial(inside, period=period)), baskets.map(partial(outside, period=period))


def inside(baskets: Baskets, period: range) -> Baskets:
    return baskets.where(np.isin(baskets.day, period))


def outside(baskets: Baskets, period: range) -> Baskets:
    return baskets.where(~np.isin(baskets.day, period))


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


def stored_lists(model: Model, pool: Pool, sold: Flags) -> tuple[Ints, Ints]:
    """Shortlists of the articles in `sold`, and per article its line in them (NONE without one)."""
    audience = model.groups[TABLES.index("index_group")]
    rows = np.flatnonzero(sold).astype(np.int32)
    rows = rows[np.argsort(audience[rows], kind="stable")]
    line = np.full(len(sold), NONE, np.int32)
    line[rows] = np.arange(len(rows))
    # One audience per block, as complements share the article's audience.
    parts = np.split(rows, np.flatnonzero(np.diff(audience[rows])) + 1)
    blocks = [part[at : at + BLOCK] for part in parts for at in range(0, len(part), BLOCK)] or [
        rows
    ]
    own = by_audience(model, pool)
    with ThreadPoolExecutor(THREADS) as workers:
        lists = workers.map(lambda block: shortlists(model, own, block, len(slots())), blocks)
        found = list(lists)
    return line, np.concatenate(found)
