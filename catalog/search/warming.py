"""Prepares a process for searching, so that its first search is as fast as the others."""

import logging
from typing import Final

from django.db import Error

from catalog.search.facet_index import facet_index
from catalog.search.ranking import rank

logger = logging.getLogger(__name__)

# Together they need types, the text index, spelling, and the vectors if there are any.
QUERIES: Final = ("black dress", "linnen shrt", "something nice for the mountains")


def warm() -> None:
    """Build what searches share. Without a database it is left to the first search."""
    try:
        goods = facet_index()
        if len(goods.of("article")):
            for query in QUERIES:
                rank(query, goods)
    except Error as error:
        logger.warning("search isn't prepared, so the first one will be slow: %s", error)
