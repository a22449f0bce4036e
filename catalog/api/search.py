"""GET /api/v1/search/: products for a query, how it was understood, and facet counts."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalog.api.conditional import unless_known
from catalog.api.filters import LARGEST_KEY, LEAST_KEY, ORDERS
from catalog.api.serializers import ProductSerializer
from catalog.products import shown_products
from catalog.search.facet_index import Assortment, Bools, Ints, assortment
from catalog.search.ranking import MOST_CHARACTERS, rank
from catalog.search.result import Ranked
from catalog.search.understanding.reading import Part, Reading
from web.problems import documented
from web.quotas import Limited

# Filter names, as in the article list, and the facet each maps to.
FACETS: Final = {
    "product_type": "type",
    "colour_master": "colour",
    "appearance": "pattern",
    "section": "section",
    "index_group": "index_group",
}
SORTS: Final = {
    "popular": "popular", "newest": "newest", "price": "cheapest", "-price": "dearest"
}  # fmt: skip
MOST_VALUES, MOST_SKIPPED = 200, 1_000_000


class KeysField(serializers.ListField):
    """Whole numbers with commas between."""

    child = serializers.IntegerField(min_value=LEAST_KEY, max_value=LARGEST_KEY)

    def get_value(self, dictionary: Any) -> Any:
        given = dictionary.get(self.field_name)
        return given.split(",") if given else serializers.empty


def keys_field() -> KeysField:
    return KeysField(required=False, default=list, max_length=MOST_VALUES)


class SearchQuery(serializers.Serializer[dict[str, Any]]):
    q = serializers.CharField(max_length=MOST_CHARACTERS)
    product_type = keys_field()
    colour_master = keys_field()
    appearance = keys_field()
    section = keys_field()
    index_group = keys_field()
    order = serializers.ChoiceField(choices=ORDERS, required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=24)
    cursor = serializers.IntegerField(min_value=0, max_value=MOST_SKIPPED, default=0)


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.IntegerField()
    name = serializers.CharField()
    count = serializers.IntegerField(help_text="Products, whatever is chosen of this filter.")
    chosen = serializers.BooleanField()


class PartSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="type, colour, audience, price, …; text: not a term.")
    words = serializers.CharField(help_text="Of what was searched for.")
    name = serializers.CharField(help_text="What it was understood as; empty for text and prices.")
    least = serializers.DecimalField(8, 2, allow_null=True, help_text="Of a price.")
    most = serializers.DecimalField(8, 2, allow_null=True, help_text="Of a price.")
    negated = serializers.BooleanField(help_text="What has it was taken out.")
    dropped = serializers.BooleanField(help_text="Nothing has everything: given up.")


class FoundSerializer(serializers.Serializer[Any]):
    words = serializers.CharField(help_text="What was searched for.")
    corrected = serializers.BooleanField(help_text="The words differ from those given.")
    partly = serializers.BooleanField(help_text="No product has everything: see the reading.")
    reading = PartSerializer(many=True, help_text="What the words were understood as.")
    count = serializers.IntegerField(help_text="Of products.")
    next = serializers.URLField(allow_null=True)
    results = ProductSerializer(many=True)
    facets = serializers.DictField(
        child=OptionSerializer(many=True), help_text="By the name of the filter."
    )


def keys_parameter(name: str) -> OpenApiParameter:
    item = {"type": "integer", "minimum": LEAST_KEY, "maximum": LARGEST_KEY}
    schema = {"type": "array", "items": item, "maxItems": MOST_VALUES}
    return OpenApiParameter(name, schema, explode=False, description="Any of these")


class Search(Limited):
    """Typing errors are forgiven; best match first unless `order` is given."""

    @extend_schema(
        operation_id="search",
        tags=["catalogue"],
        parameters=[
            SearchQuery,
            *map(keys_parameter, FACETS),
            OpenApiParameter("cursor", str, description="From `next` of a page."),
        ],
        responses={200: FoundSerializer, 400: documented("What is wrong with which field")},
    )
    @unless_known
    def get(self, request: Request) -> Response:
        query = SearchQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        goods = assortment()
        ranked = rank(asked["q"], goods)
        choice = {facet: asked[name] for name, facet in FACETS.items()}
        leads = goods.listed(ordered(goods, ranked, goods.chosen(ranked.rows, choice), asked))
        start, end = asked["cursor"], asked["cursor"] + asked["page_size"]
        address = request.build_absolute_uri()
        found = {
            **taken_for(ranked, asked["q"]),
            "count": len(leads),
            "next": replace_query_param(address, "cursor", end) if end < len(leads) else None,
            "results": shown_products(by_product(goods, leads[start:end])),
            "facets": facets(goods, ranked.rows, choice),
        }
        return Response(FoundSerializer(found, context={"request": request}).data)


def ordered(goods: Assortment, ranked: Ranked, rows: Bools, asked: dict[str, Any]) -> Ints:
    if "order" in asked:
        return goods.ordered(rows, SORTS[asked["order"]])
    return goods.by_score(rows, ranked.score)


def by_product(goods: Assortment, leads: Sequence[int]) -> dict[int, int]:
    """Lead articles by product."""
    rows, _ = goods.rows_of(np.array(leads, np.int64))
    return dict(zip(goods.of("product")[rows].tolist(), leads, strict=True))


def taken_for(ranked: Ranked, typed: str) -> dict[str, object]:
    reading = ranked.reading
    if reading is None:  # the query was an id, so there is nothing to explain
        return {"words": typed, "corrected": False, "partly": False, "reading": []}
    return {
        "words": reading.text,
        "corrected": reading.corrected,
        "partly": bool(ranked.dropped) and bool(ranked.rows.any()),
        "reading": [understood(part, reading, ranked) for part in reading.parts],
    }


def understood(part: Part, reading: Reading, ranked: Ranked) -> dict[str, object]:
    price = part.price
    return {
        "kind": part.kind,
        "words": reading.words_of(part),
        "name": part.concept.label if part.concept else "",
        "least": price.least if price else None,
        "most": price.most if price else None,
        "negated": part.negated,
        "dropped": part in ranked.dropped,
    }


def facets(goods: Assortment, rows: Bools, choice: dict[str, list[int]]) -> dict[str, object]:
    of = {facet.key: facet for facet in goods.facets}
    return {name: goods.options(of[facet], rows, choice) for name, facet in FACETS.items()}
