"""The attributes a placeholder tile shows, from PostgreSQL."""

import logging
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection

from catalog.images.colours import Colour, colour_named
from catalog.images.tile import icon_for
from catalog.models import Article

logger = logging.getLogger(__name__)
_LARGEST_ID = 2**31 - 1


class UnknownArticleError(LookupError):
    """The catalogue has no such article, or can't be reached."""


@dataclass(frozen=True)
class TileAttributes:
    """The icon of the article's type, and its colour if known."""

    icon: str
    colour: Colour | None


def attributes_of(article_id: int) -> TileAttributes:
    """The article's current attributes; raises UnknownArticleError."""
    if article_id > _LARGEST_ID:
        raise UnknownArticleError(article_id)
    try:
        row = _row(article_id)
    except (DatabaseError, InterfaceError) as error:
        connection.close()  # drop a possibly broken connection; the next look-up reconnects
        logger.warning("could not look up article %010d: %s", article_id, error)
        raise UnknownArticleError(article_id) from error
    if row is None:
        raise UnknownArticleError(article_id)
    product_type, product_group, colour, colour_value = row
    return TileAttributes(icon_for(product_type, product_group), colour_named(colour, colour_value))


def _row(article_id: int) -> tuple[str, str, str, str] | None:
    return (
        Article.objects.filter(pk=article_id)
        .values_list(
            "product_type__name", "product_type__group__name", "colour__name", "colour_value__name"
        )
        .first()
    )
