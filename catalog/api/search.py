"""GET /api/v1/search/: products for a query, how it was understood, and facet counts."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalog.api.conditional import not_modified_unless_changed
from catalog.api.filters import MIN_KEY, ORDERS
from catalog.api.serializers import ProductSerializer
from catalog.products import product_cards
from catalog.quantities import MAX_KEY
from catalog.search.facet_index import Bools, FacetIndex, Ints, facet_index
from catalog.search.ranking import MAX_REQUEST_CHARACTERS, rank_with_clicks
from catalog.search.result import Ranked
from catalog.search.understanding.reading import Part, Reading
from web.api.problems import documented
from web.api.quotas import Limited
from web.json_types import Json

# Filter names, as in the article list, and the facet each maps to.
FACETS: Final = {
    "product_type": "type", "colour_master": "colour", "appearance": "pattern",
    "section": "section", "index_group": "index_group",
}  # fmt: skip
SORTS: Final = {
    "popular": "popular", "newest": "newest", "price": "cheapest", "-price": "dearest"
}  # fmt: skip
MAX_VALUES, MAX_SKIPPED = 200, 1_000_000


class KeysField(serializers.ListField):
    """Whole numbers separated by commas; an empty part is an error."""

    child = serializers.IntegerField(min_value=MIN_KEY, max_value=MAX_KEY)

    def get_value(self, dictionary: Mapping[str, str]) -> object:
        given = dictionary.get(str(self.field_name))
        return given.split(",") if given else serializers.empty


def keys_field() -> KeysField:
    return KeysField(required=False, default=list, max_length=MAX_VALUES)


class SearchQuery(serializers.Serializer[dict[str, object]]):
    q = serializers.CharField(max_length=MAX_REQUEST_CHARACTERS)
    product_type = keys_field()
    colour_master = keys_field()
    appearance = keys_field()
    section = keys_field()
    index_group = keys_field()
    order = serializers.ChoiceField(choices=ORDERS, required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=200, default=24)
    cursor = serializers.IntegerField(min_value=0, max_value=MAX_SKIPPED, default=0)


class OptionSerializer(serializers.Serializer[object]):
    value = serializers.IntegerField()
    name = serializers.CharField()
    count = serializers.IntegerField(
        help_text="Number of products, ignoring this filter's own selection."
    )
    chosen = serializers.BooleanField()


class PartSerializer(serializers.Serializer[object]):
    kind = serializers.CharField(
        help_text="type, colour, audience, price, …; `text` for words that match no term."
    )
    words = serializers.CharField(help_text="The words of the query that this part covers.")
    name = serializers.CharField(
        help_text="The term they were recognised as; empty for text and prices."
    )
    least = serializers.DecimalField(8, 2, allow_null=True, help_text="Lowest price.")
    most = serializers.DecimalField(8, 2, allow_null=True, help_text="Highest price.")
    negated = serializers.BooleanField(help_text="Results exclude what matches this part.")
    dropped = serializers.BooleanField(
        help_text="No product matches every part, so this one was ignored."
    )


class SearchResultSerializer(serializers.Serializer[object]):
    words = serializers.CharField(help_text="The query that was run.")
    corrected = serializers.BooleanField(help_text="The query was corrected before it was run.")
    partly = serializers.BooleanField(
        help_text="No product matches the whole query; see `reading`."
    )
    reading = PartSerializer(many=True, help_text="How the query was understood, part by part.")
    count = serializers.IntegerField(help_text="Number of products found.")
    next = serializers.URLField(allow_null=True)
    results = ProductSerializer(many=True)
    facets = serializers.DictField(
        child=OptionSerializer(many=True), help_text="Options by filter name."
    )


def keys_parameter(name: str) -> OpenApiParameter:
    item = {"type": "integer", "minimum": MIN_KEY, "maximum": MAX_KEY}
    schema = {"type": "array", "items": item, "maxItems": MAX_VALUES}
    return OpenApiParameter(name, schema, explode=False, description="Matches any of these values.")


class Search(Limited):
    """Typing errors are forgiven; best match first unless `order` is given."""

    @extend_schema(
        operation_id="search",
        tags=["catalogue"],
        parameters=[
            SearchQuery,
            *map(keys_parameter, FACETS),
            OpenApiParameter("cursor", str, description="Cursor from the `next` link of a page."),
        ],
        responses={
            200: SearchResultSerializer,
            400: documented("The messages of each field that is wrong"),
        },
    )
    @not_modified_unless_changed
    def get(self, request: Request) -> Response:
        query = SearchQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        goods = facet_index()
        ranked = rank_with_clicks(asked["q"], goods)
        choice = {facet: asked[name] for name, facet in FACETS.items()}
        leads = goods.listed(ordered(goods, ranked, goods.chosen(ranked.rows, choice), asked))
        start, end = asked["cursor"], asked["cursor"] + asked["page_size"]
        address = request.build_absolute_uri()
        found = {
            **describe_reading(ranked, asked["q"]),
            "count": len(leads),
            "next": replace_query_param(address, "cursor", end) if end < len(leads) else None,
            "results": product_cards(leads_by_product(goods, leads[start:end])),
            "facets": facets(goods, ranked.rows, choice),
        }
        return Response(SearchResultSerializer(found, context={"request": request}).data)


def ordered(goods: FacetIndex, ranked: Ranked, rows: Bools, asked: Json) -> Ints:
    if "order" in asked:
        return goods.ordered(rows, SORTS[asked["order"]])
    return goods.by_score(rows, ranked.score)


def leads_by_product(goods: FacetIndex, leads: Sequence[int]) -> dict[int, int]:
    """Lead articles by product."""
    rows, _ = goods.rows_of(np.array(leads, np.int64))
    return dict(zip(goods.of("product")[rows].tolist(), leads, strict=True))


def describe_reading(ranked: Ranked, typed: str) -> dict[str, object]:
    reading = ranked.reading
    if reading is None:  # the query was an id, so there is nothing to explain
        return {"words": typed, "corrected": False, "partly": False, "reading": []}
    return {
        "words": reading.text,
        "corrected": reading.corrected,
        "partly": bool(ranked.dropped) and bool(ranked.rows.any()),
        "reading": [describe_part(part, reading, ranked) for part in reading.parts],
    }


def describe_part(part: Part, reading: Reading, ranked: Ranked) -> dict[str, object]:
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


def facets(goods: FacetIndex, rows: Bools, choice: dict[str, list[int]]) -> dict[str, object]:
    of = {facet.key: facet for facet in goods.facets}
    return {name: goods.options(of[facet], rows, choice) for name, facet in FACETS.items()}
