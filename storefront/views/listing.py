"""Index group → section → garment group → type."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.models import Article
from catalog.querysets import ArticleQuerySet
from storefront.pages import page_of
from storefront.places import step, trail
from storefront.swatches import with_colours

SORTS = {"popular": "Most popular", "newest": "Newest"}


@require_safe
def listing(request: HttpRequest, **places: int) -> HttpResponse:
    keys = list(places.values())
    steps = trail(keys)
    sort = request.GET.get("sort", "popular")
    if len(steps) < len(keys) or sort not in SORTS:
        raise Http404("there is no such place or order")
    here = steps[-1]
    page = page_of(request, _articles(keys, sort), here.node.count)
    nodes = [above.node for above in steps]
    context = {
        "trail": steps,
        "here": here,
        "children": [step([*nodes, child]) for child in here.node.children],
        "page": page,
        "cards": with_colours(list(page.object_list)),
        "sort": sort,
        "sorts": SORTS,
    }
    return render(request, "shop/listing.html", context)


def _articles(keys: Sequence[int], sort: str) -> ArticleQuerySet:
    found = Article.objects.all()
    levels = ("in_index_group", "in_section", "in_garment_group", "of_type")
    for level, key in zip(levels, keys, strict=False):
        found = getattr(found, level)(key)
    ordered = found.newest() if sort == "newest" else found.popular()
    return ordered.one_per_product().for_cards()
