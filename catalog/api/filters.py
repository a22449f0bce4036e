"""Filters of the article list. An invalid value is a 400 that names its field."""

from decimal import Decimal

from django import forms
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from catalog import money
from catalog.api.pagination import with_sort_key
from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from catalog.quantities import MAX_KEY
from catalog.search.ranking import MAX_REQUEST_CHARACTERS, find

MIN_KEY = -1  # H&M's "unknown"
MAX_MONEY = 1_000_000
ORDERS = [
    ("popular", "best-selling of the last 28 days first"),
    ("newest", "last to enter the shop first"),
    ("price", "cheapest first"),
    ("-price", "dearest first"),
]


class KeyFilter(filters.Filter):
    field_class = forms.IntegerField


class KeysFilter(filters.BaseInFilter, KeyFilter):
    """One or more comma-separated numbers."""


def keys(field: str, help_text: str) -> KeysFilter:
    bounds = {"minimum": MIN_KEY, "maximum": MAX_KEY}
    described = {
        "type": "integer",
        **bounds,
        "description": f"{help_text}; separate several with commas",
    }
    keys_filter = KeysFilter(
        field_name=field, lookup_expr="in", min_value=MIN_KEY, max_value=MAX_KEY
    )
    return extend_schema_field(described)(keys_filter)


def money_filter(method: str, help_text: str) -> filters.NumberFilter:
    bounds = {"minimum": 0, "maximum": MAX_MONEY, "multipleOf": 0.01}
    money_filter = filters.NumberFilter(
        method=method, min_value=0, max_value=MAX_MONEY, decimal_places=2
    )
    return extend_schema_field({"type": "number", **bounds, "description": help_text})(money_filter)


class ArticleFilter(filters.FilterSet):
    index_group = keys("index__group", "index_group_no")
    section = keys("section", "section_no")
    garment_group = keys("garment_group", "garment_group_no")
    product_type = keys("product_type", "product_type_no")
    colour = keys("colour", "colour_group_code")
    colour_master = keys("colour_master", "perceived_colour_master_id")
    appearance = keys("appearance", "graphical_appearance_no")
    product = keys("product", "product_code")
    price_min = money_filter("at_least", "money, inclusive")
    price_max = money_filter("at_most", "money, inclusive")
    search = filters.CharFilter(
        method="matching",
        max_length=MAX_REQUEST_CHARACTERS,
        help_text="Words to search for; typos are fixed. Best match first unless `order` is set.",
    )
    order = filters.ChoiceFilter(
        choices=ORDERS, method="as_it_is", help_text="Default: popular; relevance for a search."
    )

    class Meta:
        model = Article
        fields: list[str] = []

    def filter_queryset(self, queryset: ArticleQuerySet) -> ArticleQuerySet:
        """The order comes last: a search can be ordered by rank, except when the query is an id."""
        found = super().filter_queryset(queryset)
        default = "relevance" if "rank" in found.query.annotations else "popular"
        return with_sort_key(found, self.form.cleaned_data["order"] or default)

    def at_least(self, articles: ArticleQuerySet, name: str, value: Decimal) -> ArticleQuerySet:
        return articles.filter(summary__price__gte=money.lowest_price(value))

    def at_most(self, articles: ArticleQuerySet, name: str, value: Decimal) -> ArticleQuerySet:
        return articles.filter(summary__price__lte=money.highest_price(value))

    def matching(self, articles: ArticleQuerySet, name: str, value: str) -> ArticleQuerySet:
        """Best match first; typing errors are tolerated."""
        return find(value, articles)

    def as_it_is(self, articles: ArticleQuerySet, name: str, value: str) -> ArticleQuerySet:
        return articles
