"""Index group → section → garment group → type, narrowed by facets."""

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog.search.facet_index import facet_index
from storefront.listing.breadcrumbs import step, trail, without_repeats
from storefront.listing.faceted_list import ORDERS, FacetedList, page_range
from storefront.listing.personal_sort import ordered


@require_safe
@vary_on_headers("HX-Request")
def listing(request: HttpRequest, **places: int) -> HttpResponse:
    keys = list(places.values())
    steps = trail(keys)
    if len(steps) < len(keys):
        raise Http404("there is no such place")
    here, goods = steps[-1], facet_index()
    narrowed = FacetedList.requested(request, goods, goods.within(keys), ORDERS)
    rows = ordered(request, narrowed, lambda: 1 + np.log1p(goods.of("units_recent")), keys[0])
    stretch = page_range(request, goods, rows)
    nodes = [above.node for above in steps]
    context = {
        "trail": without_repeats(steps),
        "here": here,
        "children": [step([*nodes, child]) for child in here.node.children],
        **narrowed.context(stretch),
    }
    return render(request, "shop/listing.html", context)
