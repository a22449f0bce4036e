"""GET /api/v1/recommendations/<kind>/: recommendations for the shopper who sends the request."""

from typing import ClassVar

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request

from recommendations.api.serializers import (
    ShelfQuery,
    ShelfSerializer,
    SimilarQuery,
    read_query,
    shelf_body,
)
from recommendations.bundle.lookups import check_known
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.serving.serving import recommend
from streaming.identity.shoppers import known_shopper
from web.problems import documented
from web.quotas import Limited


class ShelfView(Limited):
    """One kind of recommendation; the shopper is the one of the session or the signed cookie.

    Who has neither is nobody: reading makes no shopper up, the first event sent does.
    """

    throttle_scope = "recommendations"
    kind: ClassVar[Kind]
    query: ClassVar[type[ShelfQuery]] = ShelfQuery

    def get(self, request: Request) -> HttpResponse:
        query = read_query(self.query, request._request)
        check_known(query)
        shelf = recommend(self.kind, shopper=known_shopper(request._request), **query)
        # Rendered directly: DRF's renderer takes longer than filtering the shelf.
        return HttpResponse(orjson.dumps(shelf_body(shelf)), content_type="application/json")


def view_of(kind: Kind) -> type[ShelfView]:
    """The view of one kind, with its own entry in the OpenAPI schema."""
    query = SimilarQuery if RECOMMENDERS[kind].article else ShelfQuery
    view = type(
        f"{kind.title().replace('-', '')}View", (ShelfView,), {"kind": kind, "query": query}
    )
    described = extend_schema(
        operation_id=f"recommend_{kind.replace('-', '_')}",
        summary=RECOMMENDERS[kind].title,
        parameters=[query],
        responses={
            200: ShelfSerializer,
            400: documented("The messages of each field that is wrong"),
            404: documented("There is no such article"),
        },
        tags=["recommendations"],
    )
    return extend_schema_view(get=described)(view)
