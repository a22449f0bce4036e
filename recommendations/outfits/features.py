"""The features of article pairs: one registry, an entry per feature. Pure.

A pair's features (FEATURES) measure how well a candidate goes with one article of the bag; a bag's
features (BAG_FEATURES) aggregate one of them over its articles. Training learns a weight for each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from recommendations.outfits.pairs import Pairs, find_pairs
from web.arrays import Floats, Ints

# The last columns of a content vector come from name and description (content.TEXT_DIMENSIONS).
WORDS: Final = 64


@dataclass(frozen=True)
class ArticleTables:
    """The data about the articles; one entry per article unless stated otherwise.

    `groups` is TABLES × articles; `tables` one square of lifts per line of it; `product_row` the
    row of the article's product in `products`; `online` the log-odds of being sold online;
    `popularity` a logarithm.
    """

    slot: Ints
    product: Ints
    product_row: Ints
    groups: Ints
    tables: list[Floats]
    articles: Pairs
    products: Pairs
    vectors: Floats
    log_price: Floats
    online: Floats
    popularity: Floats


@dataclass(frozen=True)
class CandidateContext:
    """The pairs bag × candidates, with values that several features share computed once; `theirs`
    are the candidates' content vectors, where they are at hand."""

    known: ArticleTables
    bag: Ints
    candidates: Ints
    theirs: Floats | None = None

    @cached_property
    def article(self) -> tuple[Floats, Floats]:
        """Lift and count of the article pairs."""
        return find_pairs(self.known.articles, self.bag, self.candidates)

    @cached_property
    def product(self) -> tuple[Floats, Floats]:
        """Lift and count of the product pairs."""
        row = self.known.product_row
        return find_pairs(self.known.products, row[self.bag], row[self.candidates])

    def same(self, table: str) -> Floats:
        code = self.known.groups[TABLES.index(table)]
        equal: Floats = code[self.bag][:, None] == code[self.candidates]
        return equal.astype(np.float32)

    def lifts(self, table: str) -> Floats:
        at = TABLES.index(table)
        code = self.known.groups[at]
        found: Floats = self.known.tables[at][code[self.bag]].take(code[self.candidates], axis=1)
        return found

    @cached_property
    def code_distance(self) -> Floats:
        """Distance of product codes: a collection is numbered consecutively."""
        product = self.known.product
        apart = np.abs(product[self.bag][:, None] - product[self.candidates]).astype(np.float32)
        found: Floats = np.log1p(apart, out=apart)
        return found

    @cached_property
    def price_step(self) -> Floats:
        price = self.known.log_price
        found: Floats = price[self.candidates] - price[self.bag][:, None]
        return found

    @cached_property
    def vectors(self) -> tuple[Floats, Floats]:
        """The content vectors of the bag and of the candidates."""
        known = self.known.vectors
        return known[self.bag], known[self.candidates] if self.theirs is None else self.theirs

    @cached_property
    def words(self) -> Floats:
        own, theirs = self.vectors
        found: Floats = own[:, -WORDS:] @ theirs[:, -WORDS:].T
        return found

    def content(self) -> Floats:
        own, theirs = self.vectors
        found: Floats = own[:, :-WORDS] @ theirs[:, :-WORDS].T
        return np.add(found, self.words, out=found)

    def channel(self) -> Floats:
        online = self.known.online
        found: Floats = online[self.bag][:, None] * online[self.candidates]
        return found

    def channel_gap(self) -> Floats:
        online = self.known.online
        found: Floats = np.abs(online[self.candidates] - online[self.bag][:, None])
        return found


Values = Callable[[CandidateContext], Floats]


@dataclass(frozen=True)
class Feature:
    """`values` gives bag × candidates (or what broadcasts to it); `usual` is the default weight for
    a shop with too few baskets to learn its own."""

    name: str
    values: Values
    usual: float = 0.0


@dataclass(frozen=True)
class Table(Feature):
    """The lift of a pair of attribute values in baskets; `columns` form the attribute."""

    columns: tuple[str, ...] = ()


def table(name: str, *columns: str, usual: float = 0.0) -> Table:
    return Table(name, lambda met: met.lifts(name), usual, columns or (name,))


def same(name: str, usual: float) -> Feature:
    return Feature(f"same_{name}", lambda met: met.same(name), usual)


REGISTRY: Final[tuple[Feature, ...]] = (
    Feature("article_lift", lambda met: met.article[0], 0.4),
    Feature("article_count", lambda met: met.article[1]),
    Feature("product_lift", lambda met: met.product[0], 0.2),
    Feature("product_count", lambda met: met.product[1]),
    table("index_group", usual=0.2),
    table("garment_group"),
    table("section", usual=0.2),
    table("department", usual=0.1),
    table("colour", usual=0.2),
    table("appearance", usual=0.1),
    table("type_colour", "product_type", "colour_master", usual=0.1),
    table("type_appearance", "product_type", "appearance", usual=0.1),
    same("section", 0.5),
    same("colour", 0.2),
    same("appearance", 0.0),
    Feature("code_distance", lambda met: met.code_distance),
    Feature("code_distance_in_section", lambda met: met.code_distance * met.same("section"), -0.05),
    Feature("content", CandidateContext.content, 0.5),
    Feature("words", lambda met: met.words),
    Feature("price_gap", lambda met: np.abs(met.price_step), -0.2),
    Feature("price_step", lambda met: met.price_step),
    Feature("channel_gap", CandidateContext.channel_gap, -0.3),
    Feature("channel", CandidateContext.channel),
    Feature("popularity", lambda met: met.known.popularity[met.candidates][None, :]),
)
FEATURES: Final = tuple(feature.name for feature in REGISTRY)
OWN_TABLES: Final = tuple(feature for feature in REGISTRY if isinstance(feature, Table))
TABLES: Final = tuple(own.name for own in OWN_TABLES)


@dataclass(frozen=True)
class BagFeature:
    """A feature of the whole bag: the values of one pair feature (bag × candidates), aggregated."""

    name: str
    of: str
    summed_up: Callable[[Floats], Floats]


def highest(values: Floats) -> Floats:
    found: Floats = values.max(axis=0, initial=0.0)
    return found


# Popularity once, not once per article of the bag; the nearest words, as one similarly named
# partner is enough; and the baskets shared with the whole bag: all, those of the closest article,
# and the share of the bag ever seen together.
BAG_FEATURES: Final[tuple[BagFeature, ...]] = (
    BagFeature("own_popularity", "popularity", lambda values: values[0]),
    BagFeature("nearest_words", "words", lambda values: values.max(axis=0)),
    BagFeature("met_total", "article_count", lambda v: np.log1p(np.expm1(v).sum(axis=0))),
    BagFeature("met_most", "article_count", highest),
    BagFeature("met_share", "article_count", lambda v: (v > 0).mean(axis=0, dtype=np.float32)),
)
# What lists are ranked by; a weight per slot follows.
RANKING: Final = (*FEATURES, *(feature.name for feature in BAG_FEATURES))
