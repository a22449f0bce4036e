"""Cards: the articles of lists and shelves, and what one can do with them without opening them.

Dozens of them stand on a page, and a template takes several times as long for one.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from catalog.models import Article
from recommendations.shelf import Item, Shelf
from storefront import saved
from storefront.swatches import Colour
from storefront.templatetags.shop import (
    card_query,
    icon,
    kind_and_colour,
    money,
    picture,
    picture_url,
    swatch,
)
from streaming.shoppers import shopper_of

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
def _form(language: str | None) -> str:
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
    image = picture(article, IN_A_GRID, eager=eager, width=360)
    more = _swatches(article, colours) if len(colours) > 1 else ""
    return _card(context, article, image, "", more)


@register.simple_tag(takes_context=True)
def shelf_card(
    context: RequestContext, shelf: Shelf, article: Article, item: Item, position: int
) -> SafeString:
    """On a shelf, of which a click tells; with the reason where each card has one of its own."""
    image = picture(article, ON_A_SHELF, width=360)
    reason = item.reason if shelf.kind in WITH_REASON else ""
    query = card_query(shelf.rec_id, shelf.kind, position)
    return _card(context, article, image, query, format_html(REASON, reason) if reason else "")


def _card(
    context: RequestContext, article: Article, image: SafeString, query: str, more: str
) -> SafeString:
    line, price = kind_and_colour(article), money(article.summary.price)
    tools, address = card_tools(context, article), product_address(article.pk)
    return format_html(CARD, image, tools, address, query, article.name, line, price, more)


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


@lru_cache(maxsize=20_000)
def product_address(article: int) -> str:
    return reverse("product", args=[article])


@register.simple_tag(takes_context=True)
def card_tools(context: RequestContext, article: Article) -> SafeString:
    """One form of two buttons; the wishlist is asked for once a page. Nothing without a request."""
    request: HttpRequest | None = getattr(context, "request", None) or context.get("request")
    return format_html("") if request is None else tools_of(request, article)


def tools_of(request: HttpRequest, article: Article) -> SafeString:
    wished = article.pk in _wishes(request)
    told = gettext("Take {} off your wishlist") if wished else gettext("Save {}")
    pressed, name = ("true", "off") if wished else ("false", "on")
    token, number = _token(request), article.article_id
    words = told.format(article.name)
    return format_html(_form(get_language()), token, number, pressed, name, words, article.name)


def _token(request: HttpRequest) -> str:
    """Masked once a request, not once a card."""
    known: str | None = getattr(request, "_card_token", None)
    if known is None:
        known = get_token(request)
        request._card_token = known  # type: ignore[attr-defined]
    return known


def _wishes(request: HttpRequest) -> frozenset[int]:
    known: frozenset[int] | None = getattr(request, "_wishes", None)
    if known is None:
        known = saved.wishes(shopper_of(request))
        request._wishes = known  # type: ignore[attr-defined]
    return known
