"""How one article of a basket leads to another: relations between a source and a line."""

from enum import IntEnum

import numpy as np

from demo.data.articles import Catalogue
from demo.data.harmony import FAMILY_ODDS
from demo.data.seeds import Floats, Ints
from demo.data.shelf import Shelf, World, draw_articles, stretch
from demo.data.taxonomy import FAMILY_COUNT, GROUP_OF_TYPE, GROUPS, TYPE_COUNT

_GROUP_OF_TYPE = np.array(GROUP_OF_TYPE)
# First type of each group, and one past its last: TYPES is sorted by group.
_GROUP_EDGES = tuple(
    np.searchsorted(_GROUP_OF_TYPE, np.arange(len(GROUPS)), side=side) for side in ("left", "right")
)


class Relation(IntEnum):
    """How a line relates to its source article."""

    FREE = 0
    SAME_ARTICLE = 1
    OTHER_COLOUR = 2
    SAME_TYPE = 3
    COMPLEMENT = 4
    SAME_GROUP = 5


def _partner_keys(world: World, source: Ints, draws: Floats) -> tuple[Ints, Ints]:
    """For each source article, the key of the partner type's range, and the partner family."""
    catalogue = world.catalogue
    row = catalogue.segment[source] * TYPE_COUNT + catalogue.kind[source]
    bounds = np.cumsum(world.harmony.odds[row], axis=1)
    column = (draws[0][:, None] * bounds[:, -1:] >= bounds).sum(axis=1).clip(0, bounds.shape[1] - 1)
    partner = world.harmony.partner[row, column]
    pick = np.searchsorted(np.cumsum(FAMILY_ODDS), draws[1], side="right").clip(0, 2)
    family = world.harmony.family[catalogue.family[source], pick]
    key = (catalogue.segment[source] * TYPE_COUNT + partner) * FAMILY_COUNT
    return np.where(partner >= 0, key, -1), family


def _complement_stretches(
    world: World, shelf: Shelf, source: Ints, draws: Floats
) -> tuple[Ints, Ints]:
    """Partner type in the partner colour; if sold out, any colour; then anything."""
    key, family = _partner_keys(world, source, draws)
    low, high = stretch(shelf, key + family, key + family + 1)
    type_low, type_high = stretch(shelf, key, key + FAMILY_COUNT)
    narrow, some = (high > low) & (key >= 0), (type_high > type_low) & (key >= 0)
    low = np.where(narrow, low, np.where(some, type_low, 0))
    high = np.where(narrow, high, np.where(some, type_high, len(shelf.articles)))
    return low, high


def _other_colour(catalogue: Catalogue, source: Ints, draw: Floats) -> Ints:
    """Another article of the source's product, or the source itself if it is the only one."""
    variants, first = catalogue.variants[source], catalogue.first[source]
    step = 1 + np.floor(draw * (variants - 1)).astype(np.int64)
    return first + (source - first + step) % variants


def _ranges(
    world: World, shelf: Shelf, source: Ints, relation: Ints, draws: Floats
) -> tuple[Ints, Ints]:
    """The range of the shelf each line is drawn from; a free line uses all of it."""
    low, high = np.zeros_like(source), np.full_like(source, len(shelf.articles))
    chosen = np.flatnonzero(relation == Relation.COMPLEMENT)
    low[chosen], high[chosen] = _complement_stretches(
        world, shelf, source[chosen], draws[:, chosen]
    )
    row = world.key[source] // FAMILY_COUNT
    segment, group = row // TYPE_COUNT, _GROUP_OF_TYPE[row % TYPE_COUNT]
    bounds = {
        Relation.SAME_TYPE: (row, row + 1),
        Relation.SAME_GROUP: tuple(segment * TYPE_COUNT + edge[group] for edge in _GROUP_EDGES),
    }
    for wanted, (start, end) in bounds.items():
        chosen = np.flatnonzero(relation == wanted)
        first, last = stretch(shelf, start[chosen] * FAMILY_COUNT, end[chosen] * FAMILY_COUNT)
        low[chosen] = np.where(last > first, first, 0)
        high[chosen] = np.where(last > first, last, len(shelf.articles))
    return low, high


def related(
    world: World,
    shelf: Shelf,
    cluster: Ints,
    source: Ints,
    relation: Ints,
    rng: np.random.Generator,
) -> Ints:
    """An article for each line. A line without a source, or whose relation finds none, is free."""
    draws = rng.random((3, len(source)))
    relation = np.where(source >= 0, relation, Relation.FREE)
    source = np.maximum(source, 0)
    low, high = _ranges(world, shelf, source, relation, draws)
    drawn = draw_articles(shelf, cluster, low, high, draws[2])
    other = _other_colour(world.catalogue, source, draws[0])
    wanted = np.where(relation == Relation.OTHER_COLOUR, other, source)
    direct = np.isin(relation, (Relation.SAME_ARTICLE, Relation.OTHER_COLOUR))
    return np.where(direct & (shelf.place[wanted] >= 0), wanted, drawn)
