"""Search by words, and suggestions while typing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog.search.facet_index import Ints, facet_index
from catalog.search.ranking import normalise_query, rank_with_clicks
from catalog.search.result import Ranked
from recommendations.bundle import registry
from recommendations.vision.search import ready
from storefront.http import tracking
from storefront.listing.faceted_list import (
    FOR_YOU,
    ORDERS,
    FacetedList,
    choice_of,
    page_range,
    sort_of,
)
from storefront.listing.personal_sort import liking
from storefront.search import suggestions
from storefront.search.query_chips import chips, labels, understood
from streaming.events.schema import Search
from streaming.identity.shoppers import shopper_of
from streaming.producers import producer

SORTS = {"best": _("Best match"), **ORDERS}


@require_safe
@vary_on_headers("HX-Request")
def search(request: HttpRequest) -> HttpResponse:
    typed = normalise_query(request.GET.get("q", ""))
    own = {"q": typed, "photo": ready(registry.active())}
    context = {**own, **(_results(request, typed) if typed else {})}
    return render(request, "shop/search.html", context)


def _results(request: HttpRequest, typed: str) -> dict[str, object]:
    goods = facet_index()
    ranked = rank_with_clicks(typed, goods)
    choice = choice_of(request, goods)
    narrowed = FacetedList(
        goods,
        rows=ranked.rows,
        choice=choice,
        sort=sort_of(request, SORTS),
        sorts=SORTS,
        fixed={"q": typed},
        understood=understood(ranked, goods),
    )
    stretch = page_range(request, goods, _ordered(request, narrowed, ranked))
    if stretch.page.number == 1:
        found = None if any(choice.values()) else stretch.page.paginator.count
        producer.publish(tracking.made(Search, request, query=typed, found=found))
    reading = ranked.reading
    return {
        "found": bool(ranked.rows.any()),
        "reading": reading,
        "by_meaning": ranked.by_meaning,
        "searched": typed,
        "understood": chips(ranked, narrowed),
        "dropped": labels(ranked.dropped, reading) if reading else [],
        **narrowed.context(stretch),
    }


def _ordered(request: HttpRequest, narrowed: FacetedList, ranked: Ranked) -> Ints:
    goods = narrowed.goods
    if narrowed.sort == "best":
        return goods.by_score(narrowed.left, ranked.score)
    if narrowed.sort == FOR_YOU:
        own = ranked.score * liking(goods, shopper_of(request))
        return goods.by_score(narrowed.left, own)
    return goods.ordered(narrowed.left, narrowed.sort)


@require_safe
@cache_control(public=True, max_age=300)
def suggest(request: HttpRequest) -> HttpResponse:
    """The options of the search field's list, for htmx; the same for everybody."""
    typed = normalise_query(request.GET.get("q", ""))
    return render(request, "shop/suggestions.html", {"found": suggestions.suggest(typed)})
