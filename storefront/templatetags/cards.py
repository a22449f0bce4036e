"""What a shopper can do with a card without opening it."""

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

HEART = (
    '<button class="heart-button" aria-pressed="{}" name="{}" value="1" hx-post="{}"'
    ' hx-target="closest .card-tools" hx-swap="outerHTML">{}'
    '<span class="hidden-visually">{}</span></button>'
)
LESS = (
    '<button class="heart-button" data-less formaction="{}" hx-post="{}" hx-target="closest li"'
    ' hx-swap="innerHTML">{}<span class="hidden-visually">Less like {}</span></button>'
)
FORM = (
    '<form class="card-tools" action="{}" method="post">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    '<input type="hidden" name="article" value="{}">{}{}</form>'
)


@register.simple_tag(takes_context=True)
def card_tools(context: RequestContext, article: Article) -> SafeString:
    """One form of two buttons; the wishlist is asked for once a page. Nothing without a request."""
    request: HttpRequest | None = getattr(context, "request", None) or context.get("request")
    return format_html("") if request is None else tools_of(request, article)


def tools_of(request: HttpRequest, article: Article) -> SafeString:
    wish, less = reverse("wish"), reverse("less")
    wished = article.pk in _wishes(request)
    words = f"Take {article.name} off your wishlist" if wished else f"Save {article.name}"
    pressed, name = ("true", "off") if wished else ("false", "on")
    heart = format_html(HEART, pressed, name, wish, icon("heart"), words)
    turn_down = format_html(LESS, less, less, icon("thumbs-down"), article.name)
    return format_html(FORM, wish, get_token(request), article.article_id, heart, turn_down)


def _wishes(request: HttpRequest) -> frozenset[int]:
    known: frozenset[int] | None = getattr(request, "_wishes", None)
    if known is None:
        known = saved.wishes(shopper_of(request))
        request._wishes = known  # type: ignore[attr-defined]
    return known
