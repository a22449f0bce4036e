"""Prepares a process for searching, so that its first search is as fast as the others."""

from typing import Final

from catalog.search.facet_index import facet_index
from catalog.search.ranking import rank

# Together they need types, the text index, spelling, and the vectors if there are any.
QUERIES: Final = ("black dress", "linnen shrt", "something nice for the mountains")


def warm() -> None:
    """Build what searches share."""
    goods = facet_index()
    if len(goods):
        for query in QUERIES:
            rank(query, goods)
