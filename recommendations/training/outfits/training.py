"""Trains the outfit model: count, fit on the last days, count again, shortlist."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import History, Progress
from recommendations.dataset.parts import Parts, total
from recommendations.outfits.constraints import constraints
from recommendations.outfits.features import TABLES
from recommendations.outfits.listwise import Choices, choices, fit_logit, together, unranked
from recommendations.outfits.model import Model, to_arrays
from recommendations.outfits.search import Preferences, Wardrobe, complements
from recommendations.outfits.shortlist import NONE, Pool, by_audience, pool_of, shortlists
from recommendations.outfits.slots import slots
from recommendations.training.outfits.appeal import appeal
from recommendations.training.outfits.baskets import Baskets, ages_of, baskets_of
from recommendations.training.outfits.counting import UNSOLD, Goods, counted
from recommendations.training.outfits.fit import examples, usual
from recommendations.training.outfits.questions import Question, of_parts, one_per_basket
from web.arrays import Arrays, Flags, Floats, Ints

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
BLOCK = 64
# A quick model stores the shortlists of this many best sellers.
QUICK_LISTS = 1000
THREADS = 2


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
    count = partial(ages_of, as_of_day=history.as_of_day, days=LAST_DAYS * PERIODS)
    baskets_by_age = total(baskets, count).sums
    progress(f"{int(baskets_by_age['all']):,} baskets of two articles or more")
    if quick:
        weights = usual()
        ranking = unranked(weights, len(slots()))
    else:
        weights, ranking = learned(history, baskets, baskets_by_age["ages"], goods, seed, progress)
    model = counted(history, baskets, goods)
    progress(f"{len(model.articles.columns):,} pairs of articles")
    return replace(model, weights=weights, ranking=ranking)


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
        held_out = baskets.map(partial(of_days, days=period))
        rest = baskets.map(partial(of_days, days=period, others=True))
        drawn = held_out.reduce(
            partial(one_per_basket, slot=goods.slot, most=LISTS, seed=seed),
            partial(of_parts, most=LISTS),
        )
        questions = [question for _, question in drawn]
        asked = in_bags(questions, len(goods.slot))
        before.append((counted(history, rest, goods, period, asked), questions))
        progress(f"{len(questions):,} baskets of {period[0]} to {period[-1]} held out")
    pairs = [examples(model, questions[:JUDGED], seed) for model, questions in before]
    weights = fit_logit(together(pairs), usual())
    start = unranked(weights, len(slots()))
    lists = [
        listed(replace(model, weights=weights, ranking=start), goods, questions)
        for model, questions in before
    ]
    progress(f"{sum(len(part.chosen) for part in lists):,} lists that hold what was bought")
    return weights, fit_logit(together(lists), start)


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


def of_days(baskets: Baskets, days: range, *, others: bool = False) -> Baskets:
    """The baskets of these days, or all others."""
    return baskets.where(np.isin(baskets.day, days, invert=others))


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
