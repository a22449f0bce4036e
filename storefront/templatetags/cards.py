"""Cards: the articles of lists and shelves, and what one can do with them without opening them.

Dozens of them stand on a page. So what every shopper sees of one is drawn once and kept, cut
where their own goes in.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from catalog.models import Article
from recommendations.recommenders.shelf import Item, Shelf
from storefront.layout import header_state
from storefront.listing.swatches import Colour
from storefront.templatetags.shop import (
    card_query,
    icon,
    image,
    kind_and_colour,
    money,
    picture_url,
    swatch,
)
from web.cache import per_request

register = template.Library()

IN_A_GRID: Final = "(min-width: 64rem) 22vw, (min-width: 48rem) 31vw, 46vw"
ON_A_SHELF: Final = "(min-width: 90rem) 210px, (min-width: 64rem) 15vw, 42vw"
WITH_REASON: Final = ("for-you", "outfit")
CARD: Final = """<article class="card">
  <div class="frame">{}</div>
  {}
  <div class="card-text">
    <h3 class="card-name small"><a href="{}{}">{}</a></h3>
    <p class="card-line">{}</p>
    <p class="card-price">{}</p>{}
  </div>
</article>"""
SWATCHES: Final = 6
SWATCH: Final = (
    '<a href="{}" title="{}" data-swap="{}">{}<span class="hidden-visually">{}, {}</span></a>'
)
# PostgreSQL keeps no text with it.
HOLE: Final = "\0"
LI: Final = '<li data-article="{}" data-position="{}">{}</li>'
REASON: Final = '<p class="card-reason">{}</p>'
# What is the same in all of them is made once.
FORM: Final = (
    '<form class="card-tools" action="{wish}" method="post">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{{}}">'
    '<input type="hidden" name="article" value="{{}}">'
    '<button class="heart-button" aria-pressed="{{}}" name="{{}}" value="1" hx-post="{wish}"'
    ' hx-target="closest .card-tools" hx-swap="outerHTML">{heart}'
    '<span class="hidden-visually">{{}}</span></button>'
    '<button class="heart-button" data-less formaction="{less}" hx-post="{less}"'
    ' hx-target="closest li" hx-swap="innerHTML">{thumb}'
    '<span class="hidden-visually">{words}</span></button></form>'
)


@cache
def _form() -> str:
    return FORM.format(
        wish=reverse("wish"),
        less=reverse("less"),
        heart=icon("heart"),
        thumb=icon("thumbs-down"),
        words=gettext("Less like {}"),
    )


@register.simple_tag(takes_context=True)
def card(
    context: RequestContext, article: Article, colours: Sequence[Colour] = (), eager: bool = False
) -> SafeString:
    """In a list of articles; with the colours that there are, if more than one."""
    more = _swatches(article, colours) if len(colours) > 1 else ""
    return _card(context, article, _pieces(*_shown(article), IN_A_GRID, eager), more=more)


@register.simple_tag(takes_context=True)
def shelf_cards(
    context: RequestContext, shelf: Shelf, cards: Sequence[tuple[Article, Item, int]]
) -> SafeString:
    """On a shelf, of which a click tells; with the reason where each card has one of its own."""
    drawn = (
        LI.format(article.article_id, position, _on_shelf(context, shelf, article, item, position))
        for article, item, position in cards
    )
    return mark_safe("".join(drawn))  # noqa: S308


def _on_shelf(
    context: RequestContext, shelf: Shelf, article: Article, item: Item, position: int
) -> SafeString:
    reason = item.reason if shelf.kind in WITH_REASON else ""
    query = escape(card_query(shelf.rec_id, shelf.kind, position))
    more = format_html(REASON, reason) if reason else ""
    return _card(context, article, _pieces(*_shown(article), ON_A_SHELF), query, more)


def _card(
    context: RequestContext,
    article: Article,
    pieces: Sequence[str],
    query: str = "",
    more: str = "",
) -> SafeString:
    frame, address, text, end = pieces
    tools = card_tools(context, article)
    return mark_safe("".join((frame, tools, address, query, text, more, end)))  # noqa: S308


def _shown(article: Article) -> tuple[int, str, str, float]:
    return article.pk, article.name, kind_and_colour(article), article.summary.price


@lru_cache(maxsize=10_000)
def _pieces(
    article: int, name: str, line: str, price: float, sizes: str, eager: bool = False
) -> list[str]:
    """A card without tools, the query of its address and what stands beneath its price."""
    frame, address = image(article, sizes, eager=eager, width=360), product_address(article)
    card = format_html(CARD, frame, HOLE, address, HOLE, name, line, money(price), HOLE)
    return card.split(HOLE)


def _swatches(article: Article, colours: Sequence[Colour]) -> SafeString:
    dots = format_html_join(
        "",
        SWATCH,
        (
            (
                *(product_address(colour.article), colour.name, picture_url(colour.article)),
                *(swatch(colour.name), article.name, colour.name.lower()),
            )
            for colour in colours[:SWATCHES]
        ),
    )
    return format_html('<p class="swatches">{} <span>{}</span></p>', dots, _told(len(colours)))


def _told(colours: int) -> str:
    return ngettext("%d colour", "%d colours", colours) % colours


@register.filter
@lru_cache(maxsize=20_000)
def product_address(article: int) -> str:
    return reverse("product", args=[article])


@register.simple_tag(takes_context=True)
def card_tools(context: RequestContext, article: Article) -> SafeString:
    """One form of two buttons; the wishlist is asked for once a page. Nothing without a request."""
    request: HttpRequest | None = getattr(context, "request", None) or context.get("request")
    return format_html("") if request is None else tools_of(request, article)


def tools_of(request: HttpRequest, article: Article) -> SafeString:
    wished = article.pk in header_state.of(request).wishes
    before, after = _tools(article.article_id, article.name, wished)
    return mark_safe(before + _token(request) + after)  # noqa: S308


@lru_cache(maxsize=10_000)
def _tools(article: str, name: str, wished: bool) -> list[str]:
    """The form without the request's token."""
    told = gettext("Take {} off your wishlist") if wished else gettext("Save {}")
    pressed, button = ("true", "off") if wished else ("false", "on")
    form = _form()
    return format_html(form, HOLE, article, pressed, button, told.format(name), name).split(HOLE)


@per_request
def _token(request: HttpRequest) -> str:
    """Masked once a request, not once a card."""
    return get_token(request)
