"""Template tags and filters of the shop."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from urllib.parse import quote_plus

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Context, engines
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext_lazy

from catalog.data_version import data_version, per_data_version
from catalog.images.colours import hex_of
from catalog.images.urls import image_url, srcset
from catalog.models import Article, is_named
from catalog.money import amount, shown
from catalog.sizes import sizes_of
from storefront.listing.faceted_list import Group
from storefront.models import MAX_QUANTITY
from storefront.product import price_history
from web.cache import bounded

register = template.Library()
A_MOMENT_MS = 5000
UNITS = range(1, MAX_QUANTITY + 1)
UNITS_MS = (
    (ngettext_lazy("%d day ago", "%d days ago"), 86_400_000),
    (ngettext_lazy("%d hour ago", "%d hours ago"), 3_600_000),
    (ngettext_lazy("%d minute ago", "%d minutes ago"), 60_000),
    (ngettext_lazy("%d second ago", "%d seconds ago"), 1000),
)
ENDS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.filter
def money(price: float | Decimal) -> str:
    """A price of the files, or an amount that is money already (a Decimal), as €29.99."""
    return shown(price if isinstance(price, Decimal) else amount(price))


@register.filter
def split(words: str) -> list[str]:
    """The words of a text, for a tag that takes several."""
    return words.split()


register.filter("named", is_named)


@register.filter
def kind_and_colour(article: Article) -> str:
    """“Dress, dark blue”; H&M's data may lack either."""
    return _kind_and_colour(article.product_type.name, article.colour.name)


@bounded(10_000, constant=True)
def _kind_and_colour(kind: str, colour: str) -> str:
    text = ", ".join(filter(is_named, (kind, colour.lower())))
    return text[:1].upper() + text[1:]


@register.filter
def ago(ms: int) -> str:
    """An elapsed time in its largest non-zero unit: “3 minutes ago”."""
    if ms < A_MOMENT_MS:
        return gettext("a moment ago")
    words, length = next((words, length) for words, length in UNITS_MS if ms >= length)
    return words % (ms // length)


@register.simple_tag
def narrows() -> SafeString:
    """Attributes of links that filter a list: htmx swaps only articles and facets."""
    return mark_safe(
        'hx-boost="true" hx-target="#goods" hx-select="#goods" hx-swap="outerHTML show:none"'
        ' hx-select-oob="#facets:outerHTML"'
    )


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: adjacent words or a label name it."""
    return format_html(
        '<svg class="icon" width="20" height="20" aria-hidden="true">'
        '<use href="{}#{}"></use></svg>',
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag
@cache
def quantity_options(chosen: int) -> SafeString:
    """The options of a bag line's quantity."""
    return _options(UNITS, chosen)


@register.simple_tag
def size_options(article: Article, chosen: str) -> SafeString:
    """The options of a bag line's size, with its own even if the article no longer has it."""
    sizes = sizes_of(article)
    return _options(sizes if chosen in sizes else (chosen, *sizes), chosen)


def _options(values: Iterable[object], chosen: object) -> SafeString:
    options = ((value, " selected" if value == chosen else "") for value in values)
    return format_html_join("", "<option{1}>{0}</option>", options)


@register.simple_tag
@cache
def swatch(colour: str) -> SafeString:
    """A dot in a colour of the data set. An SVG, since the policy forbids inline styles."""
    return format_html(
        '<svg class="swatch" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">'
        '<circle cx="8" cy="8" r="7" fill="{}"></circle></svg>',
        hex_of(colour),
    )


def rendered(source: str, macro: str, *arguments: object) -> SafeString:
    """The output of a macro of a Jinja template."""
    module: object = engines["jinja2"].env.get_template(source).module  # type: ignore[attr-defined]
    return mark_safe(str(getattr(module, macro)(*arguments)))  # noqa: S308 (escaped by Jinja)


@register.simple_tag
def facet_links(group: Group) -> SafeString:
    """A list's links for the options of one facet."""
    return rendered("shop/facets.html", "links", group, swatch, intcomma)


class CachedNode(template.Node):
    """Part of a template, rendered once per ingest; not cached before the first one."""

    def __init__(self, nodes: template.NodeList) -> None:
        self.nodes = nodes
        self.drawn: tuple[str, SafeString] | None = None

    def render(self, context: Context) -> SafeString:
        ingest = data_version()
        if ingest is None:
            return self.nodes.render(context)
        if self.drawn is None or self.drawn[0] != ingest:
            self.drawn = (ingest, self.nodes.render(context))
        return self.drawn[1]


@register.tag
def cached(parser: template.base.Parser, _: template.base.Token) -> CachedNode:
    """{% cached %}…{% endcached %} around what is the same on every page, for everybody: rendered
    once per ingest. Nothing inside may depend on the request."""
    nodes = parser.parse(("endcached",))
    parser.delete_first_token()
    return CachedNode(nodes)


@register.filter
@bounded(1_000)
def week_of(monday: date) -> str:
    """As “9 Nov 2020”; the charts of all articles show the same weeks."""
    return date_format(monday, "j M Y")


@register.simple_tag
def sales_chart(article: Article) -> SafeString:
    """A year's weekly price and sales; nothing for an article with hardly any sales."""
    return _sales_chart(article.pk, article.summary.last_sold)


@per_data_version(most=2_000)
def _sales_chart(article: int, last: date | None) -> SafeString:
    sales = price_history.history(article, last)
    return render_to_string("shop/sparkline.html", {"sales": sales}) if sales else SafeString()


@register.simple_tag
def picture(
    article: Article, sizes: str, *, alt: str = "", eager: bool = False, width: int = 480
) -> SafeString:
    """The article's picture, 2:3, sized by the browser. `eager` if it is visible at once."""
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" decoding="async"'
        ' loading="{}"{}>',
        image_url(article.pk, width),
        srcset(article.pk),
        sizes,
        width,
        width * 3 // 2,
        alt,
        "eager" if eager else "lazy",
        mark_safe(' fetchpriority="high"') if eager else "",
    )


@register.simple_tag
def picture_first(article: Article, sizes: str) -> SafeString:
    """A preload link in the page's head: fetches its largest picture before style sheets."""
    return format_html(
        '<link rel="preload" as="image" fetchpriority="high" imagesrcset="{}" imagesizes="{}">',
        srcset(article.pk),
        sizes,
    )


@register.simple_tag
def linked_data(data: dict[str, object]) -> SafeString:
    """schema.org data for machines (JSON-LD). It is data, so the content policy allows it.

    Characters that could end the element are escaped as in Django's json_script.
    """
    text = json.dumps(data).translate(ENDS)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308


@register.filter
def product_address(article: int) -> str:
    return f"{product_addresses()}{article:010d}/"


@bounded(1)
def product_addresses() -> str:
    """What the address of every product begins with: a page links to dozens."""
    return reverse("product", args=[0]).removesuffix("0000000000/")


@register.simple_tag
def card_query(rec: str = "", widget: str = "", position: object = "") -> str:
    """`?rec=…&w=…&p=…` of a card on a shelf, from which the product page recognises the click."""
    return f"?rec={quote_plus(rec)}&w={quote_plus(widget)}&p={position}" if rec else ""
