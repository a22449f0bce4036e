"""What is on sale in a week, and how much each taste cluster wants it.

A free line is drawn from the week's shelf by the customer's taste cluster:

    weight(cluster, article, week) ∝ segment share(cluster) · group share · season(group, week)
                                     · exp(affinity(cluster, article))
                                     · season(type, week) · age factor(article, week)

The shelf is sorted by segment, type and colour family. Each of these is a contiguous range, so that
a draw can be restricted to it using the same cumulative weights.
"""

from dataclasses import dataclass

import numpy as np

from demo.data.articles import Catalogue, season
from demo.data.customers import Customers
from demo.data.harmony import Harmony
from demo.data.seeds import Bools, Floats, Ints
from demo.data.tastes import Tastes, affinity
from demo.data.taxonomy import (
    FAMILY_COUNT,
    GROUP_OF_TYPE,
    GROUP_SALES_SHARE,
    GROUPS,
    SEGMENTS,
    TYPE_COUNT,
    TYPES,
)


@dataclass(frozen=True)
class World:
    """Everything that doesn't change from week to week.

    order: articles sorted by key, which is (segment · types + type) · families + family;
    liking: affinity, (clusters, articles).
    """

    seed: int
    catalogue: Catalogue
    customers: Customers
    tastes: Tastes
    harmony: Harmony
    order: Ints
    key: Ints
    liking: Floats


@dataclass(frozen=True)
class Shelf:
    """The articles on sale in one week, sorted by key, with cumulative weights.

    mass: (clusters, articles + 1), each row rising from 0 to 1; place: article → position or −1;
    cents: this week's price of each article of the catalogue.
    """

    articles: Ints
    key: Ints
    mass: Floats
    place: Ints
    cents: Ints


def make_world(
    seed: int, catalogue: Catalogue, customers: Customers, tastes: Tastes, harmony: Harmony
) -> World:
    """Assemble the parts for one seed."""
    key = (catalogue.segment * TYPE_COUNT + catalogue.kind) * FAMILY_COUNT + catalogue.family
    order = np.argsort(key, kind="stable")
    liking = affinity(tastes, catalogue)
    return World(seed, catalogue, customers, tastes, harmony, order, key, liking)


def on_sale(catalogue: Catalogue, week: int, *, retired: bool = False) -> Bools:
    """Which articles are sold in a week; with `retired` also those sold in earlier weeks."""
    age = week - catalogue.launch
    return np.asarray((age >= 0) & (retired | (age < catalogue.life)))


def age_factor(catalogue: Catalogue, week: int) -> Floats:
    """Launch peak and decline: exp(−2 · age ÷ life) for fashion; constant and higher for basics."""
    share_of_life = (week - catalogue.launch) / catalogue.life
    fashion = np.exp(-2.0 * share_of_life.clip(0, 1))
    return np.asarray(np.where(catalogue.basic, 0.7, 2.0 * fashion))


def cents_in_week(catalogue: Catalogue, week: int) -> Ints:
    """Full price for 60 % of a fashion article's life, then down to its deepest markdown."""
    share_of_life = ((week - catalogue.launch) / catalogue.life).clip(0, 1)
    fall = np.where(catalogue.basic, 0.0, catalogue.discount * (share_of_life > 0.6))
    fall *= np.where(share_of_life > 0.8, 1.0, 0.5)
    return np.asarray(np.maximum(99, np.rint(catalogue.cents * (1 - fall))), dtype=np.int64)


def _group_targets(tastes: Tastes, week: int) -> Floats:
    """Target share of each (segment, group) per cluster, shape (clusters, segments · groups)."""
    share = np.array([GROUP_SALES_SHARE[name] for name in GROUPS])
    now, year = np.array([week]), np.arange(52)
    for place in range(len(GROUPS)):
        types = [t for t, group in zip(TYPES, GROUP_OF_TYPE, strict=True) if group == place]
        weights = np.array([t.weight for t in types])
        level = [season(t, now)[0] / season(t, year).mean() for t in types]
        share[place] *= float(np.average(level, weights=weights))
    groups = share * np.exp(tastes.groups)
    return np.asarray(tastes.segments[:, :, None] * groups[:, None, :]).reshape(len(groups), -1)


def build_shelf(world: World, week: int, *, retired: bool = False) -> Shelf:
    """The week's articles and their cumulative weights for every cluster.

    `retired` articles are wanted as much as at the end of their life.
    """
    catalogue = world.catalogue
    articles = world.order[on_sale(catalogue, week, retired=retired)[world.order]]
    seasons = np.array([season(t, np.array([week]))[0] for t in TYPES])
    factor = (age_factor(catalogue, week) * seasons[catalogue.kind])[articles]
    weight = np.exp(world.liking[:, articles]) * factor
    group = np.array(GROUP_OF_TYPE)[catalogue.kind[articles]]
    block = catalogue.segment[articles] * len(GROUPS) + group
    place = np.full(len(catalogue), -1, dtype=np.int64)
    place[articles] = np.arange(len(articles))
    mass = _summed(weight, block, _group_targets(world.tastes, week))
    return Shelf(articles, world.key[articles], mass, place, cents_in_week(catalogue, week))


def _summed(weight: Floats, block: Ints, targets: Floats) -> Floats:
    """Scale each block of columns to its target share, and accumulate along the rows: 0 … 1."""
    blocks = len(SEGMENTS) * len(GROUPS)
    totals = np.array([np.bincount(block, weights=row, minlength=blocks) for row in weight])
    scale = targets / np.where(totals > 0, totals, 1.0)
    mass = np.zeros((len(weight), weight.shape[1] + 1))
    np.cumsum(weight * scale[:, block], axis=1, out=mass[:, 1:])
    return np.asarray(mass / mass[:, -1:])


def stretch(shelf: Shelf, low_key: Ints, high_key: Ints) -> tuple[Ints, Ints]:
    """Positions of the articles with low_key ≤ key < high_key."""
    return np.searchsorted(shelf.key, low_key), np.searchsorted(shelf.key, high_key)


def draw_articles(shelf: Shelf, cluster: Ints, low: Ints, high: Ints, draw: Floats) -> Ints:
    """An article from each range low … high by the cluster's weights, for 0 ≤ draw < 1."""
    start, end = shelf.mass[cluster, low], shelf.mass[cluster, high]
    rows = (shelf.mass[:, 1:] + np.arange(len(shelf.mass))[:, None]).ravel()
    wanted = cluster + start + draw * (end - start)
    position = np.searchsorted(rows, wanted, side="right") - cluster * len(shelf.articles)
    return np.asarray(shelf.articles[np.clip(position, low, high - 1)])
