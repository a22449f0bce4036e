"""Training the outfit model: count, fit on the last days, count again, shortlist."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from recommendations.dataset.inputs import Flags, Inputs, Progress, Sales
from recommendations.outfits.listwise import Choices, choices, ranking_of, together, unranked
from recommendations.outfits.model import GROUPS, Model, to_arrays
from recommendations.outfits.pairs import Floats, Ints
from recommendations.outfits.search import Wardrobe, Wishes, complements
from recommendations.outfits.shortlist import NONE, Pool, pool_of, shortlists
from recommendations.outfits.slots import slots
from recommendations.training.neighbours import designs
from recommendations.training.outfits.baskets import (
    Baskets,
    baskets_of,
    group_lifts,
    grouped,
    pairs_of,
)
from recommendations.training.outfits.fit import fitted, usual
from recommendations.training.outfits.questions import Question, one_a_basket

# Weights are learned on the fewest last days that give this many baskets, at most LAST_DAYS.
BASKETS = 4000
LAST_DAYS = 7
QUESTIONS = 8000
# The ranking learns from several such periods, each held out of the counts in turn, and of each
# from so many of its questions.
PERIODS = 4
LISTS = 4000
# What a search looks at beside the model.
COLUMNS = ("article", "product_type", "index_group", "colour_master")
# An unsold article counts as if a small part of one had been sold.
UNSOLD = 0.02
HALF_LIFE_DAYS = 7.0
WINDOW_DAYS = 70
ONLINE = 2
# Sales of its department that an article's own channel is mixed with.
PRIOR_SALES = 5.0
BLOCK = 64
# A quick model keeps the shortlists of so many best sellers.
QUICK_LISTS = 1000
THREADS = 2


def outfit_arrays(
    inputs: Inputs,
    price: Floats,
    on_sale: Flags,
    vectors: Floats,
    seed: int,
    progress: Progress,
    *,
    quick: bool = False,
) -> dict[str, npt.NDArray[Any]]:
    """The outfit part of a bundle by name; `quick` with the usual weights."""
    model = trained(inputs, price, on_sale, vectors, seed, progress, quick=quick)
    sold, pool = proposed(model, on_sale)
    if quick:
        sold = best(model, sold, QUICK_LISTS)
    line, lists = stored_lists(model, pool, sold)
    progress(f"complements of {len(lists):,} articles")
    return {
        **to_arrays(model),
        "outfit_pool": pool.rows,
        "outfit_pool_ends": pool.ends,
        "outfit_list_line": line,
        "outfit_lists": lists,
    }


def best(model: Model, sold: Flags, most: int) -> Flags:
    """Those of the articles that sell best; shortlists of the others are made when asked for."""
    rank = np.argsort(np.where(sold, -model.popularity, np.inf), kind="stable")
    kept = np.zeros_like(sold)
    kept[rank[:most]] = True
    return kept & sold


def proposed(model: Model, on_sale: Flags) -> tuple[Flags, Pool]:
    """Articles on sale that were sold lately, and the pool of them; all on sale if none were."""
    sold = on_sale & (model.popularity > np.log(UNSOLD))
    return sold, pool_of(model, sold if sold.any() else on_sale, len(slots()))


def trained(
    inputs: Inputs,
    price: Floats,
    on_sale: Flags,
    vectors: Floats,
    seed: int,
    progress: Progress,
    *,
    quick: bool = False,
) -> Model:
    slot = slots().of_types(inputs.articles["product_type"].to_numpy(np.int32))
    baskets = baskets_of(inputs.sales, len(slot))
    progress(f"{len(baskets.day):,} baskets of two articles or more")
    weights, lists = usual(), []
    held_out = [] if quick else periods(baskets.day, inputs.as_of_day)
    for number, period in enumerate(held_out):
        asked, rest = parted(baskets, period)
        questions = one_a_basket(asked, slot, QUESTIONS, seed)
        before = counted(without(inputs, period), rest, slot, price, vectors)
        if number == 0:
            weights = fitted(before, questions, seed).weights
        before = replace(before, weights=weights, ranking=unranked(weights, len(slots())))
        lists.append(listed(inputs, before, price, on_sale, questions[:LISTS]))
        progress(f"{len(lists[-1].chosen):,} lists of {len(asked.day):,} baskets held out")
    plain = unranked(weights, len(slots()))
    ranking = ranking_of(together(lists), plain) if lists else plain
    model = counted(inputs, baskets, slot, price, vectors)
    progress(f"{len(model.articles.columns):,} pairs of articles")
    return replace(model, weights=weights, ranking=ranking)


def listed(
    inputs: Inputs, model: Model, price: Floats, on_sale: Flags, questions: list[Question]
) -> Choices:
    """What a search would have listed for each question's bag."""
    asked = np.zeros(len(on_sale), np.bool_)
    for question in questions:
        asked[question.bag] = True
    _, pool = proposed(model, on_sale)
    line, lists = stored_lists(model, pool, asked)
    column = {name: inputs.articles[name].to_numpy(np.int32) for name in COLUMNS}
    wardrobe = Wardrobe(
        model=model,
        slots=slots(),
        pool=pool,
        lists=lists,
        list_line=line,
        design=designs(inputs.articles),
        price=price,
        on_sale=on_sale,
        **column,
    )
    found = (
        (q.bag, complements(wardrobe, q.bag, lacking(model, q.bag)), q.hidden) for q in questions
    )
    return choices(model, found, len(slots()))


def lacking(model: Model, bag: Ints) -> Wishes:
    """Only the slots without an article of the bag: what is hidden is of none of them."""
    return Wishes(slots=frozenset(range(len(slots()))) - set(model.slot[bag].tolist()))


def periods(days: Ints, as_of_day: int) -> list[range]:
    """Days to hold out in turn, the latest first: the fewest last days that together have BASKETS
    (at most LAST_DAYS), and as many before them, PERIODS in all where there are baskets."""
    for length in range(1, LAST_DAYS + 1):
        if np.count_nonzero(days > as_of_day - length) >= BASKETS:
            break
    lasts = [as_of_day - length * back for back in range(PERIODS)]
    found = [range(last - length + 1, last + 1) for last in lasts]
    return [found[0], *(period for period in found[1:] if np.isin(days, period).any())]


def parted(baskets: Baskets, period: range) -> tuple[Baskets, Baskets]:
    """Those of the period, and the others."""
    held = np.isin(baskets.day, period)
    return (
        Baskets(baskets.items[held], baskets.day[held]),
        Baskets(baskets.items[~held], baskets.day[~held]),
    )


def without(inputs: Inputs, period: range) -> Inputs:
    """As if nobody had been in the shop in the period; what came after it is known."""
    sales = inputs.sales
    kept = ~np.isin(sales.day, period)
    known = Sales(**{name: part[kept] for name, part in vars(sales).items()})
    last = inputs.as_of_day == period[-1]
    return Inputs(inputs.articles, known, inputs.as_of - timedelta(len(period) if last else 0))


def counted(inputs: Inputs, baskets: Baskets, slot: Ints, price: Floats, vectors: Floats) -> Model:
    """The model without weights, from the sales and their baskets."""
    articles, sales = inputs.articles, inputs.sales
    groups = group_codes(articles)
    part = slots().parts(articles["product_type"].to_numpy(np.int32))
    products, first, row = np.unique(
        articles["product"].to_numpy(np.int32), return_index=True, return_inverse=True
    )
    by_product = grouped(baskets.items, row.astype(np.int32), len(products))
    by_product.data[:] = 1.0
    return Model(
        slot=slot,
        product=articles["product"].to_numpy(np.int32),
        product_row=row.astype(np.int32),
        groups=groups,
        tables=group_lifts(baskets, groups, part),
        articles=pairs_of(baskets, part),
        products=pairs_of(Baskets(by_product, baskets.day), part[first]),
        vectors=vectors,
        log_price=np.log(np.maximum(price, 1e-6)).astype(np.float32),
        online=online(sales, groups[GROUPS.index("department")]),
        popularity=popularity(sales, inputs.as_of_day, len(articles)),
        weights=np.zeros(0, np.float32),
        ranking=np.zeros(0, np.float32),
    )


def group_codes(articles: pd.DataFrame) -> Ints:
    """GROUPS × articles: the attributes numbered from 0."""
    joined = {
        "type_colour": ["product_type", "colour_master"],
        "type_appearance": ["product_type", "appearance"],
    }
    codes = [articles.groupby(joined.get(name, [name])).ngroup().to_numpy() for name in GROUPS]
    return np.stack(codes).astype(np.int32)


def online(sales: Sales, department: Ints) -> Floats:
    """Log-odds of a sale being online, per article; few sales lean on the department's."""
    internet = (sales.channel == ONLINE).astype(np.float64)
    sold = np.bincount(sales.row, minlength=len(department))
    clicks = np.bincount(sales.row, internet, len(department))
    usual = (np.bincount(department, clicks) + 7.0) / (np.bincount(department, sold) + 10.0)
    share = (clicks + PRIOR_SALES * usual[department]) / (sold + PRIOR_SALES)
    share = share.clip(0.001, 0.999)
    found: Floats = np.log(share / (1.0 - share)).astype(np.float32)
    return found


def popularity(sales: Sales, as_of_day: int, articles: int) -> Floats:
    """Logarithm of the units sold lately: each counts half after HALF_LIFE_DAYS."""
    age = as_of_day - sales.day
    weight = np.where(age < WINDOW_DAYS, 0.5 ** (age / HALF_LIFE_DAYS), 0.0)
    found: Floats = np.log(np.bincount(sales.row, weight, articles) + UNSOLD).astype(np.float32)
    return found


def stored_lists(model: Model, pool: Pool, sold: Flags) -> tuple[Ints, Ints]:
    """Shortlists of the articles in `sold`, and per article its line in them (NONE without one)."""
    audience = model.groups[GROUPS.index("index_group")]
    rows = np.flatnonzero(sold).astype(np.int32)
    rows = rows[np.argsort(audience[rows], kind="stable")]
    line = np.full(len(sold), NONE, np.int32)
    line[rows] = np.arange(len(rows))
    # One audience a block, as an article's complements are of its own.
    parts = np.split(rows, np.flatnonzero(np.diff(audience[rows])) + 1)
    blocks = [part[at : at + BLOCK] for part in parts for at in range(0, len(part), BLOCK)] or [
        rows
    ]
    with ThreadPoolExecutor(THREADS) as workers:
        found = list(workers.map(lambda block: shortlists(model, pool, block), blocks or [rows]))
    return line, np.concatenate(found)
