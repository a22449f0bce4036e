import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog.article_cache import articles_at, detailed
from catalog.data_version import per_data_version
from catalog.images.urls import WIDTHS, full_url, image_url
from catalog.models import Article, is_named
from catalog.money import amount
from catalog.search.facet_index import facet_index
from catalog.sizes import sizes_of
from storefront.http import tracking
from storefront.listing.breadcrumbs import trail_of, without_repeats
from streaming.events.schema import Click, View
from streaming.producers import producer


@require_safe
def product(request: HttpRequest, article: int) -> HttpResponse:
    shown = _shown(article)
    origin = tracking.origin_of(request.GET)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        _track(request, shown, origin)
    canonical = request.build_absolute_uri(reverse("product", args=[shown.pk]))
    context = {
        "article": shown,
        "outfit_of": [shown.pk],
        "live_shelves": ["recently-viewed"],
        "siblings": _siblings(shown.product_id),
        "attributes": _attributes(shown),
        "sizes": sizes_of(shown),
        "origin": origin,
        "large": image_url(shown.pk, max(WIDTHS)),
        "full": full_url(shown.pk) if shown.summary.has_picture else "",
        "trail": without_repeats(trail_of(shown)),
        "picture_alt": f"{shown.title}, {shown.colour.name.lower()}",
        "canonical": canonical,
        "product_data": _linked_data(shown, canonical),
    }
    return render(request, "shop/product.html", context)


@per_data_version(most=2_000)
def _shown(article: int) -> Article:
    shown = detailed(article)
    if shown is None:
        raise Http404("there is no such article")
    return shown


def _track(request: HttpRequest, article: Article, origin: tracking.Origin | None) -> None:
    searched = tracking.search_origin_of(request.GET)
    if origin is not None:
        producer.publish(tracking.of_article(Click, request, article.pk, origin))
    elif searched is not None:
        where = msgspec.structs.asdict(searched)
        click = tracking.made(Click, request, article=article.pk, widget=tracking.SEARCH, **where)
        producer.publish(click)
    producer.publish(tracking.of_article(View, request, article.pk, origin))


def _linked_data(article: Article, url: str) -> dict[str, object]:
    """https://schema.org/Product"""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": article.title,
        "description": article.description or article.title,
        "sku": article.article_id,
        "color": article.colour.name,
        "category": article.product_type.name,
        "image": image_url(article.pk, max(WIDTHS)),
        "url": url,
        "offers": {
            "@type": "Offer",
            "price": str(amount(article.summary.price)),
            "priceCurrency": settings.CURRENCY_CODE,
            "availability": "https://schema.org/InStock",
            "url": url,
        },
    }


@per_data_version(most=2_000)
def _siblings(product: int) -> list[Article]:
    """The colours of a product; none if it comes in only one."""
    goods = facet_index()
    colours = articles_at(goods, goods.of_products([product]))
    return colours if len(colours) > 1 else []


def _attributes(article: Article) -> list[tuple[str, str]]:
    known = [
        (gettext("Colour"), article.colour.name),
        (gettext("Pattern"), article.appearance.name),
        (gettext("Type"), article.product_type.name),
        (gettext("Section"), article.section.name),
        (gettext("Department"), article.department.name),
        (gettext("Article no."), article.article_id),
    ]
    return [(name, value) for name, value in known if is_named(value)]
