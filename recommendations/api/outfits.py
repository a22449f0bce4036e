"""GET and POST /api/v1/outfits/: a look around a bag or one article."""

from decimal import Decimal
from typing import Final

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response

from catalog.api.fields import ArticleIdField
from catalog.quantities import MAX_KEY
from recommendations.outfits.slots import slots
from recommendations.serving.outfits import ALTERNATIVES, MAX_ARTICLES, Request, outfit
from streaming.identity.shoppers import known_shopper
from web.api.problems import documented
from web.api.quotas import Limited

MAX_SWAPPED = 200


@extend_schema_field({"type": "string", "pattern": r"^\d{1,7}(\.\d{1,2})?$", "examples": ["80.00"]})
class MoneyField(serializers.DecimalField):
    """An amount with up to two decimals; numbers are accepted too."""


class OutfitQuery(serializers.Serializer[dict[str, object]]):
    """What to dress. In a query string lists repeat the name."""

    articles = serializers.ListField(
        child=ArticleIdField(),
        default=list,
        max_length=MAX_ARTICLES,
        help_text="The bag, or the article to start from; unknown articles are ignored.",
    )
    locked = serializers.ListField(
        child=ArticleIdField(),
        default=list,
        max_length=MAX_ARTICLES,
        help_text="Pieces of the look to keep.",
    )
    swapped = serializers.ListField(
        child=ArticleIdField(),
        default=list,
        max_length=MAX_SWAPPED,
        help_text="Pieces not to propose again.",
    )
    slots = serializers.ListField(
        child=serializers.ChoiceField(choices=slots().names[:-1]),
        required=False,
        min_length=1,
        help_text="Fill only these slots (default: the everyday slots that are empty).",
    )
    avoid_colours = serializers.ListField(
        child=serializers.IntegerField(min_value=-1, max_value=MAX_KEY),
        default=list,
        help_text="perceived_colour_master_id",
    )
    budget = MoneyField(
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        help_text="Maximum total of all new pieces.",
    )
    k = serializers.IntegerField(
        default=ALTERNATIVES, min_value=0, max_value=10, help_text="Alternatives per slot."
    )


class GarmentSerializer(serializers.Serializer[object]):
    slot = serializers.CharField()
    title = serializers.CharField(help_text="The slot's name, as text for the shopper.")
    article = ArticleIdField()
    price = serializers.DecimalField(max_digits=9, decimal_places=2)
    score = serializers.FloatField(help_text="Comparable within this response only.")
    reason = serializers.CharField(
        help_text="Why this article is recommended, as text for the shopper."
    )
    locked = serializers.BooleanField()
    alternatives = serializers.ListField(child=ArticleIdField())


class GapSerializer(serializers.Serializer[object]):
    slot = serializers.CharField()
    title = serializers.CharField(help_text="The slot's name, as text for the shopper.")
    reason = serializers.CharField(help_text="Why nothing is proposed, as text for the shopper.")


class OutfitSerializer(serializers.Serializer[object]):
    rec_id = serializers.CharField(
        help_text="Include it in the impressions and clicks that follow."
    )
    strategy = serializers.CharField()
    model_version = serializers.CharField(allow_null=True)
    degraded = serializers.BooleanField(help_text="There is no model.")
    unknown = serializers.ListField(
        child=ArticleIdField(), help_text="Unknown articles that were ignored."
    )
    occasion = serializers.CharField(
        allow_null=True, help_text="Occasion of the look: everyday, office, sport, swim, …"
    )
    pieces = GarmentSerializer(many=True)
    missing = GapSerializer(
        many=True, help_text="Slots that such a look usually has but that stay empty, and why."
    )
    total = serializers.DecimalField(
        max_digits=10, decimal_places=2, help_text="Total price of the pieces."
    )


ANSWERS = {
    200: OutfitSerializer,
    400: documented("The messages of each field that is wrong"),
}


# Built once: each new serializer instance copies all of its fields.
QUERY: Final = OutfitQuery()
OUTFIT: Final = OutfitSerializer()


class OutfitView(Limited):
    """Complementary pieces for the whole bag, one for each slot it misses, with alternatives."""

    throttle_scope = "recommendations"

    @extend_schema(
        operation_id="outfit",
        summary="Complete the outfit",
        parameters=[OutfitQuery],
        responses=ANSWERS,
        tags=["recommendations"],
    )
    def get(self, request: HttpRequest) -> Response:
        return self.answer(request, request.query_params)

    @extend_schema(
        operation_id="outfit_for_bag",
        summary="Complete the outfit of a bag",
        request=OutfitQuery,
        responses=ANSWERS,
        tags=["recommendations"],
    )
    def post(self, request: HttpRequest) -> Response:
        return self.answer(request, request.data)

    def answer(self, request: HttpRequest, data: object) -> Response:
        asked = Request(**QUERY.run_validation(data))
        found = outfit(asked, known_shopper(request._request))
        return Response(OUTFIT.to_representation(found))
