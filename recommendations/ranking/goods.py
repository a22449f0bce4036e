"""Catalogue data about a bundle's rows: which have a picture, and their section."""

import numpy as np

from catalog.data_version import data_version
from catalog.search.facet_index import facet_index
from recommendations.bundle.reader import Bundle
from recommendations.ranking.inspiring import NO_PICTURE, Goods
from recommendations.retrieval.candidates import Candidates
from web.cache import per_owner


def goods_of(bundle: Bundle) -> Goods | None:
    """None without a finished ingest, as the cache would have no version."""
    version = data_version()
    return None if version is None else _goods(bundle, version)


def pictured_first(bundle: Bundle, found: Candidates) -> Candidates:
    """The candidates reordered with half the score for those without a picture."""
    goods = goods_of(bundle)
    if goods is None or not len(found):
        return found
    weight = np.where(goods.pictured.take(found.rows), 1.0, NO_PICTURE)
    order = np.argsort(-found.scores * weight, kind="stable")
    return Candidates(
        found.rows[order], found.scores[order], found.cause[order], found.owner[order]
    )


@per_owner(most=1)
def _goods(bundle: Bundle, _: str) -> Goods | None:
    catalogue = facet_index()
    rows, known = catalogue.rows_of(bundle.article.astype(np.int64))
    if not len(catalogue.of("article")):
        return None
    pictured = known & (catalogue.of("pictured")[rows] == 1)
    return Goods(pictured, np.where(known, catalogue.of("section")[rows], -1).astype(np.int32))
