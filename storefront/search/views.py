"""Search by words, and suggestions while typing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog.search.facet_index import facet_index
from catalog.search.ranking import normalise_query, rank_with_clicks
from recommendations.bundle import registry
from recommendations.vision.search import ready
from storefront.http import tracking
from storefront.listing.faceted_list import BEST, ORDERS, FacetedList, page_range
from storefront.listing.personal_sort import ordered
from storefront.search import suggestions
from storefront.search.query_chips import chips, labels, understood
from streaming.events.schema import Search
from streaming.producers import producer

SORTS = {BEST: _("Best match"), **ORDERS}


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
    narrowed = FacetedList.requested(
        request,
        goods,
        ranked.rows,
        SORTS,
        fixed={"q": typed},
        understood=understood(ranked, goods),
    )
    stretch = page_range(request, goods, ordered(request, narrowed, lambda: ranked.score))
    if stretch.page.number == 1:
        found = None if any(narrowed.choice.values()) else stretch.page.paginator.count
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


@require_safe
@cache_control(public=True, max_age=300)
def suggest(request: HttpRequest) -> HttpResponse:
    """The options of the search field's list, for htmx; the same for everybody."""
    typed = normalise_query(request.GET.get("q", ""))
    return render(request, "shop/suggestions.html", {"found": suggestions.suggest(typed)})
