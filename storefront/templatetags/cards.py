"""Cards: the articles of lists and shelves, with buttons to act on them directly.

Rendered by templates/jinja2/shop/cards.html; this module prepares its input.
"""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Final, NamedTuple
from urllib.parse import quote_plus

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from catalog.images.colours import hex_of
from catalog.images.urls import image_url, srcset
from catalog.models import Article
from recommendations.recommenders.shelf import Item, Shelf
from recommendations.widgets.rendering import Card
from storefront.http.tracking import SEARCH
from storefront.layout import header_state
from storefront.listing.swatches import Card as Listed
from storefront.listing.swatches import Colour
from storefront.templatetags.shop import (
    icon,
    kind_and_colour,
    money,
    product_address,
    rendered,
)
from web.cache import bounded, per_request

register = template.Library()

FACTS: Final = '<p class="card-line">{}</p>\n    <p class="card-price">{}</p>'
WIDTH: Final = 360
SWATCHES: Final = 6
FACE: Final = "_card_face"
drawn = partial(rendered, "shop/cards.html")


class Face(NamedTuple):
    """The part of a card that is the same for every shopper, escaped."""

    key: int
    article_id: str
    title: str
    address: str
    src: str
    srcset: str
    facts: str


class Dot(NamedTuple):
    """A colour of a card's product, escaped."""

    name: str
    address: str
    src: str
    hex: str


class Page(NamedTuple):
    """What the buttons of a page's cards need; the same for all of them."""

    wishes: frozenset[int]
    token: str
    wish: str
    less: str
    add: str
    heart: str
    bag: str
    thumb: str
    save: str
    drop: str
    less_like: str
    add_words: str


def face_of(article: Article) -> Face:
    """Cached with the article, as long as article_cache keeps it."""
    kept: dict[str, Face] = vars(article)
    if FACE not in kept:
        line, price = kind_and_colour(article), money(article.summary.price)
        kept[FACE] = Face(
            article.pk,
            article.article_id,
            escape(article.title),
            escape(product_address(article.pk)),
            escape(image_url(article.pk, WIDTH)),
            escape(srcset(article.pk)),
            FACTS.format(escape(line), escape(price)),
        )
    return kept[FACE]


@bounded(20_000)
def dot_of(colour: Colour) -> Dot:
    return Dot(
        escape(colour.name),
        escape(product_address(colour.article)),
        escape(image_url(colour.article, WIDTH)),
        escape(colour.hex or hex_of(colour.name)),
    )


@per_request
def page_of(request: HttpRequest) -> Page:
    wishes, token = header_state.of(request).wishes, escape(get_token(request))
    return _buttons(get_language())._replace(wishes=wishes, token=token)


@bounded(4)
def _buttons(_: str | None) -> Page:
    """What no request changes, in a language."""
    return Page(
        frozenset(),
        "",
        escape(reverse("wish")),
        escape(reverse("less")),
        escape(reverse("bag-add")),
        icon("heart"),
        icon("shopping-bag"),
        icon("thumbs-down"),
        escape(gettext("Save %s")),
        escape(gettext("Take %s off your wishlist")),
        escape(gettext("Less like %s")),
        escape(gettext("Add %s to the bag")),
    )


@register.simple_tag(takes_context=True)
def grid_cards(context: RequestContext, cards: Sequence[Listed]) -> SafeString:
    """The cards of a list of articles, with their colours. Those of a search name it."""
    listed = [(face_of(one.article), *_swatches(one.colours)) for one in cards]
    searched = context.get("searched")
    origin = f"?w={SEARCH}&q={quote_plus(searched)}&p=" if searched else ""
    return drawn("grid", listed, _page(context), origin)


def _swatches(found: Sequence[Colour]) -> tuple[list[Dot], str]:
    """Dots, and the number of colours; none for a product in one colour."""
    if len(found) < 2:
        return [], ""
    count = ngettext("%d colour", "%d colours", len(found)) % len(found)
    return [dot_of(colour) for colour in found[:SWATCHES]], count


@register.simple_tag(takes_context=True)
def shelf_cards(context: RequestContext, shelf: Shelf, cards: Sequence[Card]) -> SafeString:
    """The cards of a shelf, whose links carry the shelf's id."""
    faces = [(face_of(article), item, position) for article, item, position in cards]
    return drawn("shelf_cards", shelf, faces, _page(context))


@register.simple_tag(takes_context=True)
def card_tools(context: RequestContext, article: Article) -> SafeString:
    """The heart alone; nothing without a request."""
    page = _page(context)
    return SafeString() if page is None else drawn("tools", face_of(article), page)


def tools_of(request: HttpRequest, article: Article, shelf: str) -> SafeString:
    return drawn("tools", face_of(article), page_of(request), shelf)


def shelf_card(
    request: HttpRequest, shelf: Shelf, article: Article, item: Item, position: int
) -> SafeString:
    """One card that replaces another on its shelf."""
    return drawn("shelf_card", shelf, face_of(article), item, position, page_of(request), True)


def _page(context: RequestContext) -> Page | None:
    request: HttpRequest | None = getattr(context, "request", None) or context.get("request")
    return None if request is None else page_of(request)
