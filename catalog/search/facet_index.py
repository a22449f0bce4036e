"""The catalogue as columns, for listings: which products, in which order, how many per colour.

Each process holds a copy, a few megabytes for the full catalogue, and rebuilds it after an ingest.
Any combination of filters is counted in milliseconds, and deep pages cost no more than the first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from sys import intern
from typing import Final

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from catalog import models
from catalog.columns import copy_columns
from catalog.data_version import per_data_version
from catalog.money import price
from catalog.search.text_index import DESCRIPTION, NAME, TextIndex, text_index
from web.arrays import Array
from web.cache import per_owner

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Articles without a summary have no price and aren't listed.
QUERY: Final = """
SELECT a.id AS article, a.product_id AS product, i.group_id AS index_group,
    i.number AS index, a.section_id AS section, a.department_id AS department,
    a.garment_group_id AS garment_group, t.group_id::int AS product_group,
    a.product_type_id AS type, a.colour_id AS colour_group, a.colour_value_id AS colour_value,
    a.colour_master_id AS colour, a.appearance_id AS pattern, s.price,
    s.units_recent, coalesce(s.first_sold - DATE '1970-01-01', -1) AS entered,
    s.has_picture::int AS pictured
FROM catalog_article a
JOIN catalog_articlesummary s ON s.article_id = a.id
JOIN catalog_producttype t ON t.id = a.product_type_id
JOIN (
    SELECT id, group_id, row_number() OVER (ORDER BY id)::int AS number FROM catalog_index
) i ON i.id = a.index_id
ORDER BY a.id
"""
COLUMNS: Final = {
    "article": ">i4", "product": ">i4", "index_group": ">i4", "index": ">i4", "section": ">i4",
    "department": ">i4", "garment_group": ">i4", "product_group": ">i4", "type": ">i4",
    "colour_group": ">i4", "colour_value": ">i4", "colour": ">i4", "pattern": ">i4",
    "price": ">f8", "units_recent": ">i4", "entered": ">i4", "pictured": ">i4",
}  # fmt: skip
TEXTS: Final = """
SELECT a.name, a.description
FROM catalog_article a JOIN catalog_articlesummary s ON s.article_id = a.id
ORDER BY a.id
"""
LEVELS: Final = ("index_group", "section", "garment_group", "type")
# For each term column: the vocabulary's name, the column here, and the look-up table.
NAMED: Final = {
    "types": ("type", models.ProductType), "groups": ("product_group", models.ProductGroup),
    "colours": ("colour_group", models.Colour), "masters": ("colour", models.ColourMaster),
    "values": ("colour_value", models.ColourValue), "patterns": ("pattern", models.Appearance),
    "index_groups": ("index_group", models.IndexGroup), "indexes": ("index", models.Index),
    "sections": ("section", models.Section), "departments": ("department", models.Department),
    "garment_groups": ("garment_group", models.GarmentGroup),
}  # fmt: skip
# Lower bounds in money; the last band has no upper bound.
PRICES: Final = (0, 10, 20, 30, 50)


@dataclass(frozen=True)
class Facet:
    """A filter of a listing; `names` maps the values used in URLs to labels."""

    key: str
    title: str
    names: Mapping[int, str]


@dataclass(frozen=True)
class Option:
    """`count` is the number of products shown if this option were chosen, ignoring the other
    choices within its facet."""

    value: int
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True, eq=False)
class FacetIndex:
    """One row per article, sorted by article key. `columns`: those of QUERY, and `band`, the price
    band; `names`: labels of the NAMED columns; `texts`: an index of labels, names, descriptions;
    `titles`: each article's name; `indexes`: the keys of the indexes, which are numbered from 1."""

    columns: Mapping[str, Array]
    facets: Sequence[Facet]
    names: Mapping[str, Mapping[int, str]]
    texts: TextIndex
    titles: Sequence[str] = ()
    indexes: Sequence[str] = ()
    # By concept: the matching rows and their weights. Filled on first use.
    matches: dict[str, tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]] = field(
        default_factory=dict
    )

    def __len__(self) -> int:
        """The number of articles."""
        return len(self.of("article"))

    def of(self, column: str) -> Array:
        return self.columns[column]

    @cached_property
    def design(self) -> Ints:
        """The product's index among all products."""
        return np.asarray(np.unique(self.of("product"), return_inverse=True)[1], np.int64)

    @cached_property
    def orders(self) -> dict[str, Ints]:
        """Rows in each order; ties put articles with a picture first, then go by article key."""
        article, unseen = self.of("article"), 1 - self.of("pictured")
        keys = {
            "popular": (article, unseen, -self.of("units_recent")),
            "newest": (-article, unseen, -self.of("entered")),
            "cheapest": (article, unseen, self.of("price")),
            "dearest": (article, unseen, -self.of("price")),
        }
        return {name: np.lexsort(by) for name, by in keys.items()}

    @cached_property
    def _pairs(self) -> dict[str, tuple[Ints, Ints, Ints]]:
        """By facet: its values; for each distinct (value, product) pair the value's index; and each
        row's pair. Products per value can then be counted by marking pairs, without sorting."""
        return {facet.key: self._pair(self.of(facet.key)) for facet in self.facets}

    def _pair(self, column: Array) -> tuple[Ints, Ints, Ints]:
        values, code = np.unique(column, return_inverse=True)
        products = int(self.design.max(initial=0)) + 1
        pairs, pair = np.unique(code * products + self.design, return_inverse=True)
        return values.astype(np.int64), pairs // products, pair.astype(np.int64)

    def within(self, place: Sequence[int]) -> Bools:
        """The rows of a menu entry, given as keys of the LEVELS from the top; without any, all."""
        found = np.ones(len(self), bool)
        for level, key in zip(LEVELS, place, strict=False):
            found &= self.of(level) == key
        return found

    def rows_of(self, articles: Ints) -> tuple[Ints, Bools]:
        """The row of each article key, and a mask of the keys that have one."""
        own = self.of("article")
        rows = np.searchsorted(own, articles).clip(max=max(len(own) - 1, 0))
        known = own[rows] == articles if len(own) else np.zeros(len(articles), bool)
        return rows, known

    @cached_property
    def _by_product(self) -> tuple[Ints, Ints]:
        """All rows in the order of their products, and those products."""
        order = np.argsort(self.of("product"), kind="stable")
        return order, self.of("product")[order]

    def of_products(self, products: Collection[int]) -> Ints:
        """The rows of some products, one after the other."""
        rows, product = self._by_product
        ends = [product.searchsorted([*products], side) for side in ("left", "right")]
        parts = [rows[start:end] for start, end in zip(*ends, strict=True)]
        return np.concatenate([*parts, rows[:0]])

    def chosen(
        self, rows: Bools, choice: Mapping[str, Collection[int]], without: str = ""
    ) -> Bools:
        """The rows that match the choice in every facet except `without`."""
        found = rows.copy()
        for key, values in choice.items():
            if values and key != without:
                found &= _with_any(self, key, frozenset(values))
        return found

    def ordered(self, rows: Bools, order: str) -> Ints:
        every = self.orders[order]
        return every[rows[every]]

    def by_score(self, rows: Bools, score: Floats) -> Ints:
        """`score` covers every row of the assortment; highest first."""
        places = np.flatnonzero(rows)
        return places[np.argsort(-score[places], kind="stable")]

    def listed(self, ordered: Ints) -> list[int]:
        """Article keys, only the first of each product."""
        at = np.sort(np.unique(self.design[ordered], return_index=True)[1])
        articles: list[int] = self.of("article")[ordered[at]].tolist()
        return articles

    def options(
        self, facet: Facet, rows: Bools, choice: Mapping[str, Collection[int]]
    ) -> list[Option]:
        """A facet's options, most products first; price bands stay in price order. Values without
        a name aren't offered."""
        counts = self._products_by(facet.key, self.chosen(rows, choice, without=facet.key))
        chosen = choice.get(facet.key, ())
        made = [
            Option(value, facet.names.get(value, str(value)), count, value in chosen)
            for value, count in counts
            if value in facet.names or value in chosen
        ]
        return made if facet.key == "band" else sorted(made, key=lambda o: (-o.count, o.name))

    def _products_by(self, column: str, rows: Bools) -> Iterable[tuple[int, int]]:
        """Each value that occurs among the rows, with its number of products."""
        values, value_of_pair, pair = self._pairs[column]
        seen = np.zeros(len(value_of_pair), bool)
        seen[pair[rows]] = True
        counts = np.bincount(value_of_pair[seen], minlength=len(values))
        there = np.flatnonzero(counts)
        return zip(values[there].tolist(), counts[there].tolist(), strict=True)


@per_owner(most=64)
def _with_any(index: FacetIndex, column: str, values: frozenset[int]) -> Bools:
    """The rows with one of the values; a list's counts need the same ones again and again."""
    return np.isin(index.of(column), list(values))


@per_data_version()
def facet_index() -> FacetIndex:
    """The facet index of the last finished ingest."""
    columns = dict(copy_columns(QUERY, COLUMNS))
    bounds = np.array([price(Decimal(money)) for money in PRICES[1:]])
    columns["band"] = np.searchsorted(bounds, columns["price"], side="right")
    names, (titles, descriptions) = term_names(), article_texts()
    words = texts(columns, names, {NAME: titles, DESCRIPTION: descriptions})
    indexes = list(models.Index.objects.order_by("pk").values_list("pk", flat=True))
    return FacetIndex(columns, facets(), names, words, [*map(intern, titles)], indexes)


def term_names() -> dict[str, dict[int, str]]:
    """The labels of each column, by the vocabulary's column name. Indexes are numbered by the order
    of their letters."""
    found = {
        key: dict(model._default_manager.values_list("pk", "name"))
        for key, (_column, model) in NAMED.items()
        if model is not models.Index
    }
    letters = models.Index.objects.order_by("pk").values_list("name", flat=True)
    return {**found, "indexes": dict(enumerate(letters, 1))}


def texts(
    columns: Mapping[str, Array],
    names: Mapping[str, Mapping[int, str]],
    own: Mapping[str, Sequence[str]],
) -> TextIndex:
    terms = {key: (columns[column], names[key]) for key, (column, _model) in NAMED.items()}
    return text_index(own, terms)


def article_texts() -> tuple[list[str], list[str]]:
    """Names and descriptions, row by row."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS)
        rows = cursor.fetchall()
    return [name for name, _text in rows], [text for _name, text in rows]


def facets() -> list[Facet]:
    """In display order."""
    tables: tuple[tuple[str, str, type[models.Term]], ...] = (
        ("type", _("Type"), models.ProductType),
        ("colour", _("Colour"), models.ColourMaster),
        ("pattern", _("Pattern"), models.Appearance),
        ("section", _("Section"), models.Section),
        ("index_group", _("For"), models.IndexGroup),
    )
    named = [
        Facet(key, title, models.labels(model._default_manager.all()))
        for key, title, model in tables
    ]
    return [*named, Facet("band", _("Price"), dict(enumerate(price_names())))]


def price_names() -> list[str]:
    between = [
        gettext("%(low)s to %(high)s") % {"low": low, "high": high}
        for low, high in pairwise(PRICES[1:])
    ]
    return [gettext("Under %s") % PRICES[1], *between, gettext("%s and over") % PRICES[-1]]
