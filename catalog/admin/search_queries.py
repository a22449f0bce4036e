"""What shoppers search for: the most frequent queries, those without results, and their clicks."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from catalog.admin.base import ReadOnlyAdmin
from catalog.models import SearchQuery


class WithoutResults(admin.SimpleListFilter):
    title = "results"
    parameter_name = "results"

    def lookups(self, request: HttpRequest, admin: object) -> list[tuple[str, str]]:
        return [("none", "Found nothing at least once"), ("unfollowed", "Nobody followed a result")]

    def queryset(
        self, request: HttpRequest, queries: QuerySet[SearchQuery]
    ) -> QuerySet[SearchQuery]:
        if self.value() == "none":
            return queries.filter(without_results__gt=0)
        if self.value() == "unfollowed":
            return queries.filter(clicks=0)
        return queries


@admin.register(SearchQuery)
class SearchQueryAdmin(ReadOnlyAdmin[SearchQuery]):
    list_display = (
        "words", "searches", "without_results", "clicks", "click_through", "last_searched",
        "synonym",
    )  # fmt: skip
    list_filter = (WithoutResults, "last_searched")
    search_fields = ("words",)
    ordering = ("-searches", "words")

    @admin.display(description="Clicks per search")
    def click_through(self, query: SearchQuery) -> str:
        return f"{query.clicks / query.searches:.0%}" if query.searches else ""

    @admin.display(description="Synonym")
    def synonym(self, query: SearchQuery) -> SafeString:
        address = reverse("admin:catalog_searchsynonym_add")
        return format_html(
            '<a href="{}?{}">Add a synonym</a>', address, urlencode({"words": query.words[:60]})
        )
