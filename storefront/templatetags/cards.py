"""What a shopper can do with a card without opening it."""

from functools import cache

from django import template
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import Article
from storefront import saved
from storefront.templatetags.shop import icon
from streaming.shoppers import shopper_of

register = template.Library()

# Dozens of these stand on a page, so that what is the same in all of them is made once.
FORM = (
    '<form class="card-tools" action="{wish}" method="post">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{{}}">'
    '<input type="hidden" name="article" value="{{}}">'
    '<button class="heart-button" aria-pressed="{{}}" name="{{}}" value="1" hx-post="{wish}"'
    ' hx-target="closest .card-tools" hx-swap="outerHTML">{heart}'
    '<span class="hidden-visually">{{}}</span></button>'
    '<button class="heart-button" data-less formaction="{less}" hx-post="{less}"'
    ' hx-target="closest li" hx-swap="innerHTML">{thumb}'
    '<span class="hidden-visually">Less like {{}}</span></button></form>'
)


@cache
def _form() -> str:
    return FORM.format(
        wish=reverse("wish"), less=reverse("less"), heart=icon("heart"), thumb=icon("thumbs-down")
    )


@register.simple_tag(takes_context=True)
def card_tools(context: RequestContext, article: Article) -> SafeString:
    """One form of two buttons; the wishlist is asked for once a page. Nothing without a request."""
    request: HttpRequest | None = getattr(context, "request", None) or context.get("request")
    return format_html("") if request is None else tools_of(request, article)


def tools_of(request: HttpRequest, article: Article) -> SafeString:
    wished = article.pk in _wishes(request)
    words = f"Take {article.name} off your wishlist" if wished else f"Save {article.name}"
    pressed, name = ("true", "off") if wished else ("false", "on")
    token, number = _token(request), article.article_id
    return format_html(_form(), token, number, pressed, name, words, article.name)


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
