"""GET /api/v1/trending/: the same for everybody and tied to no shopper, so it can be cached."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recommendations.api.serializers import AudienceQuery, ItemSerializer
from recommendations.bundle.lookups import check_known
from recommendations.recommenders.kinds import Kind
from recommendations.serving.serving import recommend
from web.problems import documented
from web.quotas import Limited

CACHE_SECONDS = 5


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
