"""A shopper's features over HTTP: for that shopper, and for whoever may look at customers."""

import msgspec
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.fields import ArticleIdField
from catalog.api.keys import has_scope
from catalog.models.api_key import Scope
from streaming.connection import StoreUnavailable
from streaming.events.schema import is_shopper
from streaming.features import store
from streaming.identity.shoppers import shopper_of
from web.api.problems import documented
from web.api.quotas import Limited

MAX_ARTICLES = 200


class StoreUnavailableError(APIException):
    status_code = 503
    default_detail = "The feature store is unavailable."
    default_code = "unavailable"


class FeaturesQuerySerializer(serializers.Serializer[object]):
    article = serializers.ListField(
        child=ArticleIdField(), required=False, default=list, max_length=MAX_ARTICLES
    )


class Features(Limited):
    """A shopper's features now, and those of the articles asked for."""

    @extend_schema(
        operation_id="features_retrieve",
        tags=["features"],
        parameters=[
            OpenApiParameter(
                "shopper", str, OpenApiParameter.PATH,
                description="“me”, or a shopper's id (another's: a features:read key, or a "
                "user who may view customers)",
            ),
            OpenApiParameter("article", str, many=True, description="article_ids, at most 200"),
        ],
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "Features, see docs/features.md"),
            400: documented("What is wrong with the articles"),
            403: documented("Somebody else's"),
            404: documented("Not a shopper's id"),
            503: documented("Redis is down"),
        },
    )  # fmt: skip
    def get(self, request: Request, shopper: str) -> Response:
        shopper = _allowed(request, shopper)
        asked = FeaturesQuerySerializer(data={"article": request.query_params.getlist("article")})
        asked.is_valid(raise_exception=True)
        try:
            found = store.snapshot(shopper, articles=asked.validated_data["article"])
        except StoreUnavailable as error:
            raise StoreUnavailableError from error
        return Response(_answer(shopper, found))


def _allowed(request: Request, shopper: str) -> str:
    """The shopper asked for; raise NotFound, PermissionDenied."""
    own = shopper_of(request._request)
    if shopper in ("me", own):
        return own
    if not (has_scope(request, Scope.FEATURES) or request.user.has_perm("catalog.view_customer")):
        raise PermissionDenied("These are somebody else's features.")
    if not is_shopper(shopper):
        raise NotFound(f"{shopper} isn't a shopper's id.")
    return shopper


def _answer(shopper: str, found: store.Snapshot) -> dict[str, object]:
    state = msgspec.to_builtins(found.state, str_keys=True)
    for recent in state["recents"]:
        recent["article"] = f"{recent['article']:010d}"
    state["bag"] = [f"{article:010d}" for article in state["bag"]]
    articles = {
        f"{article:010d}": msgspec.to_builtins(features)
        for article, features in found.articles.items()
    }
    times = {"now": found.now_ms, "age_ms": found.age_ms}
    return {"shopper": shopper, **times, "features": state, "articles": articles}
