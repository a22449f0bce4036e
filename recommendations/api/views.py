"""GET /api/v1/recommendations/<kind>/: recommendations for the shopper who sends the request."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommendations.api.serializers import (
    QUERIES,
    AudienceQuery,
    ItemSerializer,
    ShelfSerializer,
    json_of,
)
from recommendations.bundle.lookups import check_known
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving.serving import recommend
from streaming.identity.shoppers import known_shopper
from web.api.problems import documented
from web.api.quotas import Limited

CACHE_SECONDS = 5


class ShelfView(Limited):
    """One kind of recommendation; the shopper is the one of the session or the signed cookie.

    Without either, the request is anonymous: reading creates no shopper, the first event does.
    """

    throttle_scope = "recommendations"
    kind: ClassVar[Kind]

    def get(self, request: Request) -> HttpResponse:
        query = QUERIES[self.kind].run_validation(request.query_params)
        check_known(query)
        shelf = recommend(self.kind, shopper=known_shopper(request._request), **query)
        return HttpResponse(json_of(shelf), content_type="application/json")


def view_of(kind: Kind) -> type[ShelfView]:
    """The view of one kind, with its own entry in the OpenAPI schema."""
    view = type(f"{kind.title().replace('-', '')}View", (ShelfView,), {"kind": kind})
    described = extend_schema(
        operation_id=f"recommend_{kind.replace('-', '_')}",
        summary=RECOMMENDERS[kind].title,
        parameters=[type(QUERIES[kind])],
        responses={
            200: ShelfSerializer,
            400: documented("The messages of each field that is wrong"),
            404: documented("There is no such article"),
        },
        tags=["recommendations"],
    )
    return extend_schema_view(get=described)(view)


class TrendingSerializer(serializers.Serializer[object]):
    strategy = serializers.CharField(help_text="live_trends, or the fallback that found the items.")
    degraded = serializers.BooleanField(help_text="A dependency was down and a fallback answered.")
    items = ItemSerializer(
        many=True,
        help_text="Best first. The score grows with each event and halves with time; it is 0 for "
        "what doesn't trend and fills the list up, best sellers first.",
    )


class Trending(Limited):
    """What shoppers view and buy now, over all or of one audience."""

    throttle_scope = "recommendations"

    @extend_schema(
        operation_id="trending",
        tags=["recommendations"],
        parameters=[AudienceQuery],
        responses={200: TrendingSerializer, 400: documented("Unknown audience, or k out of range")},
    )
    def get(self, request: Request) -> Response:
        query = AudienceQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        check_known(query.validated_data)
        shelf = recommend(Kind.TRENDING, **query.validated_data)
        headers = {"Cache-Control": f"public, max-age={CACHE_SECONDS}"}
        return Response(TrendingSerializer(shelf).data, headers=headers)
