"""Renders shelves for pages: template context, the shopper, and what the page already shows."""

from hashlib import blake2b

from django.http import HttpRequest

from catalog import article_cache
from catalog.data_version import data_version
from catalog.models import Article
from recommendations.bundle import registry
from recommendations.ranking.inspiring import favourite
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.online_features import read_once_per_page
from recommendations.recommenders.request_context import RequestContext
from recommendations.recommenders.shelf import Item, Shelf
from recommendations.serving.serving import DEFAULT_K, customer_with_history, recommend
from streaming.identity.shoppers import is_new, shopper_of
from web.cache import per_request
from web.json_types import Json

Card = tuple[Article, Item, int]


def shelf_for(
    request: HttpRequest,
    kind: Kind,
    *,
    article: int | None = None,
    index_group: int | None = None,
    k: int = DEFAULT_K,
) -> Json:
    """The context of a shelf for this request's shopper, without articles already on the page."""
    shopper, shown_already = shopper_of(request), on_page(request)
    context = shelf_context(
        recommend(
            kind,
            shopper=shopper,
            article=article,
            index_group=index_group,
            k=k,
            is_new=is_new(request),
            beside=tuple(shown_already),
            read=read_once_per_page(request),
        )
    )
    shown_already.update(article.pk for article, _, _ in context["cards"])
    return context


def favourite_audience(request: HttpRequest) -> int | None:
    """The shopper's most frequent index group; None for a new shopper."""
    bundle = registry.active()
    if bundle is None:
        return None
    shopper = shopper_of(request)
    live = read_once_per_page(request)(None if is_new(request) else shopper, None)
    context = RequestContext(0, None, None, bundle, live, customer_with_history(shopper, live))
    return favourite(bundle, context.profile)


def made_of(request: HttpRequest) -> str:
    """What the shelves of this shopper are made of: while it is the same, so are they.

    Empty if that is unknown.
    """
    shopper = shopper_of(request)
    live = read_once_per_page(request)(None if is_new(request) else shopper, None)
    if live is None:
        return ""
    bundle, state = registry.active(), live.stored
    version = bundle.version if bundle else None
    parts = (version, data_version(), shopper, state.recents, state.bag, live.dislikes)
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()


@per_request
def on_page(_: HttpRequest) -> set[int]:
    """The articles on this request's page so far; each shelf adds its own."""
    return set()


def shelf_context(shelf: Shelf) -> Json:
    """`shelf` and its `cards`: (article, item, position from 1) in the shelf's order.

    An article no longer in the catalogue is left out.
    """
    found = article_cache.articles([item.article for item in shelf.items])
    known = [item for item in shelf.items if item.article in found]
    cards: list[Card] = [(found[item.article], item, at) for at, item in enumerate(known, start=1)]
    return {"shelf": shelf, "cards": cards}
