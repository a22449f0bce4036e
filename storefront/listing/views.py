"""Index group → section → garment group → type, narrowed by facets."""

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog.search.facet_index import Ints, facet_index
from storefront.listing.breadcrumbs import step, trail, without_repeats
from storefront.listing.faceted_list import (
    FOR_YOU,
    ORDERS,
    FacetedList,
    choice_of,
    page_range,
    sort_of,
)
from storefront.listing.personal_sort import liking
from streaming.identity.shoppers import shopper_of


@require_safe
@vary_on_headers("HX-Request")
def listing(request: HttpRequest, **places: int) -> HttpResponse:
    keys = list(places.values())
    steps = trail(keys)
    if len(steps) < len(keys):
        raise Http404("there is no such place")
    here, goods = steps[-1], facet_index()
    narrowed = FacetedList(
        goods,
        rows=goods.within(keys),
        choice=choice_of(request, goods),
        sort=sort_of(request, ORDERS),
        sorts=ORDERS,
    )
    stretch = page_range(request, goods, _ordered(request, narrowed, keys[0]))
    nodes = [above.node for above in steps]
    context = {
        "trail": without_repeats(steps),
        "here": here,
        "children": [step([*nodes, child]) for child in here.node.children],
        **narrowed.context(stretch),
    }
    return render(request, "shop/listing.html", context)


def _ordered(request: HttpRequest, narrowed: FacetedList, index_group: int) -> Ints:
    goods = narrowed.goods
    if narrowed.sort != FOR_YOU:
        return goods.ordered(narrowed.left, narrowed.sort)
    popularity = 1 + np.log(goods.of("units_recent") + 1.0)
    return goods.by_score(
        narrowed.left, popularity * liking(goods, shopper_of(request), index_group)
    )
