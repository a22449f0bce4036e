"""What goes into the baskets, week by week.

Every line applies a relation (relations.py) to a source article: the first line of the basket, or
an article the customer bought in the last three weeks. The relation is the same article, another
colour, the same product type, a complement by the harmony graph, or none ("free": a draw from the
week's shelf). Accidental repeats are redrawn, so that repeats and duplicates are as frequent in a
small shop as in a large one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from demo.data.articles import WEEKS
from demo.data.baskets import Baskets
from demo.data.relations import Relation, related
from demo.data.seeds import Bools, Floats, Ints, choose, stream
from demo.data.shelf import Shelf, World, build_shelf

HISTORY_WEEKS = 3
OFFER_ODDS = 0.12
OFFERS = np.array([0.10, 0.15, 0.20, 0.25])
# Odds in the order of Relation: following recent purchases, and following the first line.
FROM_HISTORY = np.array([0.475, 0.23, 0.06, 0.045, 0.19, 0.0])
FROM_BASKET = np.array([0.04, 0.0, 0.06, 0.43, 0.21, 0.26])
HISTORY_SHARE_OF_LATER_LINES = 0.18
MEANT = (Relation.SAME_ARTICLE, Relation.OTHER_COLOUR)
# Several units of one article: a later line copies the line before it.
EXTRA_UNIT = 0.128
REDRAWS = 5


@dataclass(frozen=True)
class Lines:
    """Rows of transactions_train.csv as numbers, sorted by day and customer."""

    day: Ints
    customer: Ints
    article: Ints
    cents: Ints
    channel: Ints

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True)
class _History:
    """Purchases of the last weeks by customer, and their sorted (customer, product) pairs."""

    customer: Ints
    article: Ints
    products: Ints

    def recent(self, customer: Ints, draw: Floats) -> Ints:
        """A random recent article of each customer, −1 if there is none."""
        if not len(self.customer):
            return np.full(len(customer), -1, dtype=np.int64)
        low = np.searchsorted(self.customer, customer, side="left")
        high = np.searchsorted(self.customer, customer, side="right")
        position = low + np.floor(draw * (high - low)).astype(np.int64)
        found = self.article[np.minimum(position, len(self.article) - 1)]
        return np.where(high > low, found, -1)

    def holds(self, products: Ints) -> Bools:
        """Which of the (customer, product) pairs occur."""
        if not len(self.products):
            return np.zeros(len(products), dtype=np.bool_)
        place = np.searchsorted(self.products, products).clip(0, len(self.products) - 1)
        return np.asarray(self.products[place] == products)


def _pairs(world: World, customer: Ints, article: Ints) -> Ints:
    """(customer, product) as one number; a product is identified by its first article."""
    return customer * len(world.catalogue) + world.catalogue.first[article]


def _history(world: World, weeks: list[tuple[Ints, Ints]]) -> _History:
    customer = np.concatenate([np.empty(0, np.int64), *(c for c, _ in weeks)])
    article = np.concatenate([np.empty(0, np.int64), *(a for _, a in weeks)])
    order = np.argsort(customer, kind="stable")
    products = np.sort(_pairs(world, customer, article))
    return _History(customer[order], article[order], products)


@dataclass(frozen=True)
class _Plan:
    """For each line of a week: its basket, customer, cluster, source article and relation."""

    basket: Ints
    customer: Ints
    cluster: Ints
    source: Ints
    relation: Ints


def _fill(world: World, shelf: Shelf, baskets: Baskets, past: _History, week: int) -> Ints:
    """The article of every line of a week's baskets: first lines, then the others."""
    rng = stream(world.seed, "transactions", week)
    basket = np.repeat(np.arange(len(baskets.size)), baskets.size)
    first = np.cumsum(baskets.size) - baskets.size
    customer = baskets.customer[basket]
    cluster = world.customers.cluster[customer]
    recent = past.recent(customer, rng.random(len(basket)))
    follows = choose(rng, FROM_HISTORY, len(basket))
    beside = choose(rng, FROM_BASKET, len(basket))
    anchors = related(world, shelf, cluster[first], recent[first], follows[first], rng)
    old = (rng.random(len(basket)) < HISTORY_SHARE_OF_LATER_LINES) & (recent >= 0)
    source, relation = np.where(old, recent, anchors[basket]), np.where(old, follows, beside)
    source[first], relation[first] = recent[first], follows[first]
    article = related(world, shelf, cluster, source, relation, rng)
    article[first] = anchors
    plan = _Plan(basket, customer, cluster, source, relation)
    _redraw_collisions(world, shelf, plan, past, article, rng)
    return _with_extra_units(article, first, rng)


def _collisions(world: World, plan: _Plan, past: _History, article: Ints) -> Ints:
    """Lines that accidentally repeat an article of their basket or a recent product."""
    _, kept = np.unique(plan.basket * len(world.catalogue) + article, return_index=True)
    twice = np.ones(len(article), dtype=np.bool_)
    twice[kept] = False
    by_chance = ~np.isin(plan.relation, MEANT)
    again = past.holds(_pairs(world, plan.customer, article))
    return np.flatnonzero(twice | (by_chance & again))


def _redraw_collisions(
    world: World,
    shelf: Shelf,
    plan: _Plan,
    past: _History,
    article: Ints,
    rng: np.random.Generator,
) -> None:
    """Redraw collisions in place: first from a wider range, the last two times from all."""
    close = np.isin(plan.relation, (*MEANT, Relation.SAME_TYPE))
    wider = np.where(close, Relation.SAME_GROUP, plan.relation)
    for turn in range(REDRAWS):
        again = _collisions(world, plan, past, article)
        relation = wider if turn < REDRAWS - 2 else np.zeros_like(wider)
        article[again] = related(
            world, shelf, plan.cluster[again], plan.source[again], relation[again], rng
        )


def _with_extra_units(article: Ints, first: Ints, rng: np.random.Generator) -> Ints:
    """Replace some later lines of a basket by a copy of the line before."""
    copies = rng.random(len(article)) < EXTRA_UNIT
    copies[first] = False
    origin = np.maximum.accumulate(np.where(copies, 0, np.arange(len(article))))
    return article[origin]


def _priced(world: World, shelf: Shelf, baskets: Baskets, article: Ints, week: int) -> Lines:
    """Lines at the week's price, less any member discount on the whole basket."""
    rng = stream(world.seed, "transactions", week, 1)
    count = len(baskets.size)
    offer = np.where(rng.random(count) < OFFER_ODDS, OFFERS[rng.integers(0, 4, count)], 0.0)
    cents = np.rint(shelf.cents[article] * (1 - np.repeat(offer, baskets.size))).astype(np.int64)
    day, customer, channel = (
        np.repeat(column, baskets.size)
        for column in (baskets.day, baskets.customer, baskets.channel)
    )
    return Lines(day, customer, article, cents, channel)


def weekly_lines(world: World, baskets: Baskets) -> Iterator[Lines]:
    """All transactions, week by week in chronological order. A week's draws depend on the seed, the
    week, and the purchases of the three weeks before."""
    recent: list[tuple[Ints, Ints]] = []
    for week in range(WEEKS):
        now = baskets.between(week * 7, week * 7 + 7)
        shelf = build_shelf(world, week)
        article = _fill(world, shelf, now, _history(world, recent), week)
        lines = _priced(world, shelf, now, article, week)
        recent = [*recent[1 - HISTORY_WEEKS :], (lines.customer, article)]
        yield lines
