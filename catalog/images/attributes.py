"""An article's attributes for its drawing, from PostgreSQL, with the latest kept in memory."""

import logging
from functools import lru_cache

from django.db import DatabaseError, InterfaceError, connection

from catalog.models import Article
from demo.pictures.garments import GarmentSpec

logger = logging.getLogger(__name__)
_LARGEST_ID = 2**31 - 1
_KEPT = 2048


class UnknownArticleError(LookupError):
    """The catalogue has no such article, or cannot be asked."""


def spec_for(article_id: int) -> GarmentSpec:
    """The article's attributes; raises UnknownArticleError."""
    if article_id > _LARGEST_ID:
        raise UnknownArticleError(article_id)
    try:
        return _looked_up(article_id)
    except (DatabaseError, InterfaceError) as error:
        connection.close()  # a broken one would stay broken; the next look-up opens another
        logger.warning("cannot look up article %010d: %s", article_id, error)
        raise UnknownArticleError(article_id) from error


@lru_cache(maxsize=_KEPT)
def _looked_up(article_id: int) -> GarmentSpec:
    row = (
        Article.objects.filter(pk=article_id)
        .values_list(
            "product_type__name",
            "product_type__group__name",
            "appearance__name",
            "colour__name",
            "colour_value__name",
            "index__group__name",
        )
        .first()
    )
    if row is None:
        raise UnknownArticleError(article_id)
    return GarmentSpec(article_id, *row)
