"""Cursor pages that stay stable: no article twice and none left out while a client pages on."""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Value
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from catalog.models.sort_keys import article_in, packed, place, whole
from catalog.products import shown_products

RANK_STEPS = 1_000_000
NOT_NARROWING = {"order", "cursor", "page_size", "fields"}
PLACE = re.compile(r"-?[0-9]{1,19}")


def in_place(articles: ArticleQuerySet, order: str) -> ArticleQuerySet:
    """Annotate `place`: by one of its ORDERS, or by relevance (of a searched query set)."""
    if order == "relevance":
        rank = whole(F("rank") * Value(float(RANK_STEPS)))
        return articles.annotate(place=packed(rank, F("pk")))
    return articles.annotate(place=place(order, "summary__"))


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False,
        "description": description, "schema": schema,
    }  # fmt: skip


class WholeCursor(CursorPagination):
    """Pages by a whole number that is unique; a cursor or size that is no such thing is a 400."""

    ordering = "-pk"
    page_size = 24
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size", str(self.page_size))
        if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= self.max_page_size:
            raise ValidationError({"page_size": [f"Between 1 and {self.max_page_size}."]})
        return int(given)

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({"cursor": [str(error.detail)]}) from error
        position = "0" if cursor is None or cursor.position is None else str(cursor.position)
        if not PLACE.fullmatch(position) or abs(int(position)) >= 2**63:
            raise ValidationError({"cursor": ["Invalid cursor"]})
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            _parameter("cursor", "From `next` or `previous` of a page.", {"type": "string"}),
            _parameter("page_size", "How many on a page.", {"type": "integer", **bounds}),
        ]


class PlaceCursor(WholeCursor):
    """Pages of articles with a `place`."""

    ordering = "-place"

    def paginate_queryset(  # type: ignore[override]
        self, queryset: ArticleQuerySet, request: Request, view: Any = None
    ) -> list[Any] | None:
        """The keys of the page first: nothing but keys and places is sorted, then it is loaded."""
        rows: list[Any] | None = super().paginate_queryset(
            self.places(queryset, request), request, view
        )
        return self.loaded(rows or [])

    def places(self, articles: ArticleQuerySet, request: Request) -> Any:
        return articles.values("pk", "place")  # type: ignore[misc]

    def loaded(self, rows: Sequence[Any]) -> list[Any]:
        pks = [row["pk"] for row in rows]
        return list(Article.objects.in_order_of(pks).for_cards())


class ProductCursor(PlaceCursor):
    """Pages of the products of articles: each has the place of its best one, which leads it."""

    ordering = "-best"

    def places(self, articles: ArticleQuerySet, request: Request) -> Any:
        """Of a few articles the products are grouped; of all there are that would take longer
        than asking, for each on its way down the index, whether it is its product's best."""
        if request.query_params.keys() - NOT_NARROWING:
            return articles.order_by().values("product").annotate(best=Max("place"))
        better = articles.filter(  # type: ignore[misc]
            product=OuterRef("product"), place__gt=OuterRef("place")
        )
        return articles.filter(~Exists(better)).values("product").annotate(best=F("place"))

    def loaded(self, rows: Sequence[Any]) -> list[Any]:
        return shown_products({row["product"]: article_in(row["best"]) for row in rows})
