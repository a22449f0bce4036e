"""Search synonyms, with a preview of their effect before they are saved."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from catalog.admin.base import ReadOnlyAdmin, pictures
from catalog.article_cache import in_order
from catalog.models import SearchQuery, SearchSynonym
from catalog.search.facet_index import FacetIndex, facet_index
from catalog.search.ranking import known_words, rank, ranked
from catalog.search.result import Ranked
from catalog.search.synonyms import synonyms
from catalog.search.understanding.parsing import read
from catalog.search.understanding.tokens import words
from catalog.search.understanding.vocabulary import vocabulary

PREVIEWED = 8


class SynonymForm(forms.ModelForm[SearchSynonym]):
    def clean_words(self) -> str:
        given: str = self.cleaned_data["words"]
        if not words(given):
            raise forms.ValidationError("Enter at least one word.")
        return given

    def clean_means(self) -> str:
        given: str = self.cleaned_data["means"]
        if not read(given, vocabulary()).parts:
            raise forms.ValidationError("Search doesn't understand any of these words.")
        if words(given) == words(self.cleaned_data.get("words", "")):
            raise forms.ValidationError("These are the same words.")
        return given


@admin.register(SearchSynonym)
class SearchSynonymAdmin(admin.ModelAdmin[SearchSynonym]):
    form = SynonymForm
    list_display = ("words", "means", "found", "created_at")
    search_fields = ("words", "means")
    fields = ("words", "means", "preview")
    readonly_fields = ("preview",)

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """Prefill from ?words= and ?means=, as linked from a query without results."""
        return {key: request.GET.get(key, "") for key in ("words", "means")}

    @admin.display(description="Products")
    def found(self, synonym: SearchSynonym) -> int:
        goods = facet_index()
        return len(goods.listed(goods.ordered(rank(synonym.words, goods).rows, "popular")))

    @admin.display(description="What it finds")
    def preview(self, synonym: SearchSynonym) -> SafeString:
        """The first results for the words without and with the synonym."""
        if not synonym.words or not synonym.means:
            return format_html("{}", "Save and continue to see it.")
        goods = facet_index()
        plain = rank(f'"{synonym.words}"', goods)
        own = {**synonyms(), words(synonym.words): words(synonym.means)}
        with_it = ranked(read(synonym.words, vocabulary(), known_words(goods), own), goods)
        return format_html_join(
            "",
            "<p>{}: {}</p>{}",
            (
                (label, int(found.rows.sum()), _first_pictures(found, goods))
                for label, found in (("Without it, articles", plain), ("With it", with_it))
            ),
        )


def _first_pictures(found: Ranked, goods: FacetIndex) -> SafeString:
    keys = goods.listed(goods.by_score(found.rows, found.score))[:PREVIEWED]
    return pictures(in_order(keys))


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
