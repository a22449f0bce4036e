"""Index group → section → garment group → type, narrowed by facets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from catalog.assortment import Assortment, Option, assortment
from catalog.models import Article
from recommendations.serving import MAX_K, recommend
from storefront.pages import page_of
from storefront.places import step, trail
from storefront.swatches import with_colours
from streaming.shoppers import shopper_of

FOR_YOU = "for-you"
SORTS = {
    "popular": "Most popular",
    FOR_YOU: "For you",
    "newest": "Newest",
    "cheapest": "Price, low first",
    "dearest": "Price, high first",
}
MOST_DIGITS = 10
Choice = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Link:
    """An option and where choosing it, or taking it back, leads."""

    option: Option
    url: str


@dataclass(frozen=True)
class Group:
    """A facet with its options; `chosen` is how many of them are."""

    title: str
    key: str
    links: Sequence[Link]

    @property
    def chosen(self) -> int:
        return sum(link.option.chosen for link in self.links)


@require_safe
def listing(request: HttpRequest, **places: int) -> HttpResponse:
    keys = list(places.values())
    steps = trail(keys)
    sort = request.GET.get("sort", "popular")
    if len(steps) < len(keys) or sort not in SORTS:
        raise Http404("there is no such place or order")
    here, goods = steps[-1], assortment()
    choice = choice_of(request, goods)
    page = _page(request, goods, keys, choice, sort)
    nodes = [above.node for above in steps]
    groups = groups_of(goods, keys, choice, sort)
    context = {
        "trail": steps,
        "here": here,
        "children": [step([*nodes, child]) for child in here.node.children],
        "page": page,
        "cards": with_colours(list(page.object_list)),
        "groups": groups,
        "chips": [link for group in groups for link in group.links if link.option.chosen],
        "clear": f"?{query({}, sort)}",
        "sort": sort,
        "sorts": [(key, label, f"?{query(choice, key)}") for key, label in SORTS.items()],
    }
    return render(request, "shop/listing.html", context)


def choice_of(request: HttpRequest, goods: Assortment) -> Choice:
    """The values chosen of each facet; 404 for what can't be one."""
    choice = {facet.key: request.GET.getlist(facet.key) for facet in goods.facets}
    texts = [text for values in choice.values() for text in values]
    if not all(t.isascii() and t.lstrip("-").isdigit() and len(t) <= MOST_DIGITS for t in texts):
        raise Http404("a filter is a number")
    return {key: sorted({int(text) for text in values}) for key, values in choice.items()}


def _page(
    request: HttpRequest, goods: Assortment, keys: Sequence[int], choice: Choice, sort: str
) -> Page[Article]:
    first: list[int] = []
    if sort == FOR_YOU:
        shelf = recommend(FOR_YOU, shopper=shopper_of(request), index_group=keys[0], k=MAX_K)
        first = [item.article for item in shelf.items]
    order = "popular" if sort == FOR_YOU else sort
    articles = goods.listed(goods.chosen(keys, choice), order, first)
    page = page_of(request, articles)
    found = Article.objects.for_cards().in_bulk(page.object_list)
    page.object_list = [found[key] for key in page.object_list if key in found]
    return page


def groups_of(goods: Assortment, keys: Sequence[int], choice: Choice, sort: str) -> list[Group]:
    """The facets that leave something to choose here."""
    groups = []
    for facet in goods.facets:
        options = goods.options(facet, keys, choice)
        if len(options) > 1 or any(option.chosen for option in options):
            links = [Link(o, f"?{toggled(choice, facet.key, o.value, sort)}") for o in options]
            groups.append(Group(facet.title, facet.key, links))
    return groups


def toggled(choice: Choice, key: str, value: int, sort: str) -> str:
    """The query with one value more, or less."""
    return query({**choice, key: sorted({*choice[key]} ^ {value})}, sort)


def query(choice: Choice, sort: str) -> str:
    chosen = [(k, str(v)) for k, values in choice.items() for v in values]
    return urlencode([*chosen, *([("sort", sort)] if sort != "popular" else [])])
