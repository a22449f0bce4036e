"""Shelves for pages: what a template needs, and who is asking."""

from typing import Any

from django.http import HttpRequest

from catalog import article_cache
from catalog.models import Article
from recommendations.recommenders.online_features import read_once_per_page
from recommendations.recommenders.shelf import Item, Shelf
from recommendations.serving.serving import DEFAULT_K, recommend
from streaming.identity.shoppers import is_new, shopper_of

Card = tuple[Article, Item, int]


def shelf_for(
    request: HttpRequest,
    kind: str,
    *,
    article: int | None = None,
    index_group: int | None = None,
    k: int = DEFAULT_K,
) -> dict[str, Any]:
    """The context of a shelf for whoever sent the request."""
    shopper = shopper_of(request)
    return shelf_context(
        recommend(
            kind,
            shopper=shopper,
            article=article,
            index_group=index_group,
            k=k,
            is_new=is_new(request),
            read=read_once_per_page(request),
        )
    )


def shelf_context(shelf: Shelf) -> dict[str, Any]:
    """`shelf` and its `cards`: (article, item, position from 1) in the shelf's order.

    An article that is no longer in the catalogue is left out.
    """
    found = article_cache.articles([item.article for item in shelf.items])
    known = [item for item in shelf.items if item.article in found]
    cards: list[Card] = [(found[item.article], item, at) for at, item in enumerate(known, start=1)]
    return {"shelf": shelf, "cards": cards}
