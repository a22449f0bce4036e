"""A list of articles with facets and sort orders: its links, its page of cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from catalog import article_cache
from catalog.models import Article
from catalog.search.facet_index import Bools, Facet, FacetIndex, Ints, Option
from storefront.listing.swatches import with_colours

BEST, FOR_YOU = "best", "for-you"
ORDERS = {
    "popular": _("Most popular"), FOR_YOU: _("For you"), "newest": _("Newest"),
    "cheapest": _("Price, low first"), "dearest": _("Price, high first"),
}  # fmt: skip
MAX_DIGITS = 10
Choice = Mapping[str, Sequence[int]]
PER_PAGE = 24
MAX_PAGES = 10


@dataclass(frozen=True)
class Link:
    """An option, and the address that selects or deselects it."""

    option: Option
    url: str


@dataclass(frozen=True)
class Group:
    """A facet with its options; `chosen` is the number selected."""

    title: str
    key: str
    links: Sequence[Link]

    @property
    def chosen(self) -> int:
        return sum(link.option.chosen for link in self.links)


@dataclass(frozen=True)
class PageRange:
    """The articles of the pages from `first` to `page`."""

    page: Page[int]
    first: int
    articles: Sequence[Article]


@dataclass(frozen=True)
class QueryFacet:
    """A facet value found in the words of a search: the articles without it, and the remaining
    words, for when it is replaced or removed."""

    value: int
    rows: Bools
    rest: str


@dataclass(frozen=True)
class FacetedList:
    """`rows` are the articles before any filter; the first of `sorts` is the default and needs no
    parameter, and `fixed` (the words of a search) is in every address. `understood` are the facet
    values found in the words."""

    goods: FacetIndex
    rows: Bools
    choice: Choice
    sort: str
    sorts: Mapping[str, str]
    fixed: Mapping[str, str] = field(default_factory=dict)
    understood: Mapping[str, QueryFacet] = field(default_factory=dict)

    @classmethod
    def requested(
        cls,
        request: HttpRequest,
        goods: FacetIndex,
        rows: Bools,
        sorts: Mapping[str, str],
        **of_search: Mapping[str, Any],
    ) -> Self:
        """With the filters and the order of the address; 404 for invalid ones."""
        choice, sort = choice_of(request, goods), sort_of(request, sorts)
        return cls(goods, rows, choice, sort, sorts, **of_search)

    @property
    def left(self) -> Bools:
        return self.goods.chosen(self.rows, self.choice)

    def groups(self) -> list[Group]:
        """The facets with options left to choose."""
        groups = []
        for facet in self.goods.facets:
            options = self._options(facet)
            if len(options) > 1 or any(option.chosen for option in options):
                links = [Link(o, self.toggled(facet.key, o.value)) for o in options]
                groups.append(Group(facet.title, facet.key, links))
        return groups

    def _options(self, facet: Facet) -> list[Option]:
        said = self.understood.get(facet.key)
        if said is None or self.choice[facet.key]:
            return self.goods.options(facet, self.rows, self.choice)
        options = self.goods.options(facet, said.rows, self.choice)
        return [replace(o, chosen=o.chosen or o.value == said.value) for o in options]

    def toggled(self, key: str, value: int) -> str:
        """The address with one value added or removed; a value from the words is removed from them
        when another one is selected."""
        chosen, words = {*self.choice[key]}, None
        if (said := self.understood.get(key)) and not chosen:
            chosen, words = {said.value}, said.rest
        return self.url({**self.choice, key: sorted(chosen ^ {value})}, self.sort, words)

    def url(self, choice: Choice, sort: str, words: str | None = None) -> str:
        """The address for a selection, an order and, if given, other words."""
        parameters = self.fixed if words is None else {**self.fixed, "q": words}
        chosen = [(key, str(value)) for key, values in choice.items() for value in values]
        order = [("sort", sort)] if sort != next(iter(self.sorts)) else []
        return f"?{urlencode([*parameters.items(), *chosen, *order])}"

    def context(self, stretch: PageRange) -> dict[str, object]:
        """Context of shop/facets.html and shop/grid.html."""
        groups = self.groups()
        return {
            "page": stretch.page,
            "first": stretch.first,
            "cards": with_colours(stretch.articles),
            "groups": groups,
            "chips": [
                link
                for group in groups
                for link in group.links
                if link.option.value in self.choice[group.key]
            ],
            "clear": self.url({}, self.sort),
            "sort": self.sort,
            "sorts": [
                (key, gettext(name), self.url(self.choice, key)) for key, name in self.sorts.items()
            ],
        }


def choice_of(request: HttpRequest, goods: FacetIndex) -> Choice:
    """The selected values of each facet; 404 for an invalid one."""
    choice = {facet.key: request.GET.getlist(facet.key) for facet in goods.facets}
    texts = [text for values in choice.values() for text in values]
    if not all(t.isascii() and t.lstrip("-").isdigit() and len(t) <= MAX_DIGITS for t in texts):
        raise Http404("a filter is a number")
    return {key: sorted({int(text) for text in values}) for key, values in choice.items()}


def sort_of(request: HttpRequest, sorts: Mapping[str, str]) -> str:
    """The requested sort, by default the first; 404 for an unknown one."""
    sort = request.GET.get("sort", next(iter(sorts)))
    if sort not in sorts:
        raise Http404("there is no such order")
    return sort


def page_range(request: HttpRequest, goods: FacetIndex, ordered: Ints) -> PageRange:
    """The requested pages; htmx, which already shows the earlier ones, gets only the last."""
    listed = goods.listed(ordered)
    page = page_of(request, listed)
    first = first_of(request, page)
    begin = page.number if "HX-Request" in request.headers else first
    keys = listed[(begin - 1) * page.paginator.per_page : page.end_index()]
    found = article_cache.articles(keys)
    return PageRange(page, first, [found[key] for key in keys if key in found])


def page_of(request: HttpRequest, articles: Sequence[int]) -> Page[int]:
    """The page of ?page=; 404 if it doesn't exist."""
    try:
        return Paginator(articles, PER_PAGE).page(request.GET.get("page", "1"))
    except (PageNotAnInteger, EmptyPage) as error:
        raise Http404(str(error)) from error


def first_of(request: HttpRequest, page: Page[int]) -> int:
    """The first of the pages that are shown as one list, which ends with the page.

    "Load more" records the list's length in its address, ?from=1&page=3, so that coming back
    restores it. At most MAX_PAGES are shown at once.
    """
    try:
        asked = int(request.GET.get("from", page.number))
    except ValueError as error:
        raise Http404("a page is a number") from error
    if not 1 <= asked <= page.number:
        raise Http404("a list doesn't begin there")
    return max(asked, page.number - MAX_PAGES + 1)
