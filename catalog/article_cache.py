"""Articles as cards show them, cached in the process until the data change.

They are made from the facet index, which each process holds anyway: a page of cards costs no query.
The bag and the checkout bypass the cache.
"""

from collections.abc import Collection, Mapping
from typing import Final, TypeVar

import numpy as np
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState

from catalog.data_version import data_version
from catalog.models import Article, ArticleSummary
from catalog.search.facet_index import FacetIndex, Ints, facet_index
from web.cache import VersionedMap
from web.replica import reading

MAX_ARTICLES: Final = 10_000
# The facet index's column of each field.
COLUMNS: Final = {
    "id": "article",
    "product_id": "product",
    "product_type_id": "type",
    "appearance_id": "pattern",
    "colour_id": "colour_group",
    "colour_value_id": "colour_value",
    "colour_master_id": "colour",
    "department_id": "department",
    "section_id": "section",
    "garment_group_id": "garment_group",
}
# One raw statement: the query builder takes longer than PostgreSQL.
DETAIL: Final = """
SELECT description, last_sold FROM catalog_article
JOIN catalog_articlesummary ON article_id = id WHERE id = %s
"""
M = TypeVar("M", bound=Model)
_articles: Final[VersionedMap[int, Article]] = VersionedMap(data_version, MAX_ARTICLES)


def in_order(keys: Collection[int]) -> list[Article]:
    """As `articles`, in the order of the keys."""
    known = articles(keys)
    return [known[key] for key in keys if key in known]


def articles(keys: Collection[int]) -> dict[int, Article]:
    """Those of the keys that exist and have a price. The description, and other fields that no card
    shows, are loaded when they are used."""
    return _articles.get_many(keys, made)


def made(keys: list[int]) -> dict[int, Article]:
    goods = facet_index()
    rows, known = goods.rows_of(np.array(keys, np.int64))
    return {article.pk: article for article in articles_at(goods, rows[known])}


def detailed(key: int) -> Article | None:
    """A new instance, with what only the article's own page shows; None as in `articles`."""
    article = made([key]).get(key)
    if article is None:
        return None
    with reading().cursor() as cursor:
        cursor.execute(DETAIL, [key])
        found = cursor.fetchone()
    if found is None:
        return None
    article.description, article.summary.last_sold = found
    return article


def articles_at(goods: FacetIndex, rows: Ints) -> list[Article]:
    def of(column: str) -> list[object]:
        values: list[object] = goods.of(column)[rows].tolist()
        return values

    titles = [goods.titles[row] for row in rows.tolist()]
    indexes = [goods.indexes[number - 1] for number in goods.of("index")[rows].tolist()]
    own = {name: of(column) for name, column in COLUMNS.items()}
    found = instances(Article, {**own, "name": titles, "index_id": indexes})
    figures = {"article_id": "article", "price": "price", "units_recent": "units_recent"}
    summaries = instances(
        ArticleSummary,
        {name: of(column) for name, column in figures.items()}
        | {"has_picture": [*map(bool, of("pictured"))]},
    )
    for article, summary in zip(found, summaries, strict=True):
        article.summary = summary
    return found


def instances(model: type[M], columns: Mapping[str, list[object]]) -> list[M]:
    """Rows of a model, given by field; the fields that are missing are deferred.

    Like `from_db`, which visits every field of every row: dozens of cards took 1 ms of their page.
    """
    names = [f.attname for f in model._meta.concrete_fields if f.attname in columns]
    found = []
    for row in zip(*(columns[name] for name in names), strict=True):
        instance = model.__new__(model)
        instance._state = ModelState()
        instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
        vars(instance).update(zip(names, row, strict=True))
        found.append(instance)
    return found
