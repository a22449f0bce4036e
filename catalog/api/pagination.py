"""Cursor pages that stay stable: no article twice and none left out while a client pages on."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, F, FloatField, Func, IntegerField, Max, Value
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.functions import Cast, Coalesce, Round
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from catalog.models import Article
from catalog.products import shown_products
from catalog.querysets import ArticleQuerySet

KEYS = 2**31  # article keys are below this
EPOCH = date(1970, 1, 1)
RANK_STEPS = 1_000_000
PLACE = re.compile(r"-?[0-9]{1,19}")


def _whole(number: Combinable) -> Cast:
    return Cast(Round(number), BigIntegerField())


def _cents() -> Cast:
    return _whole(F("summary__price") * Value(settings.PRICE_UNIT * 100.0, FloatField()))


def _days_in_shop() -> Combinable:
    """PostgreSQL's date − date is a number of days, which Django takes for a duration."""
    days = Func(
        Coalesce(F("summary__first_sold"), Value(EPOCH)),
        Value(EPOCH),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    return Cast(days, BigIntegerField())


def in_place(articles: ArticleQuerySet, order: str) -> ArticleQuerySet:
    """Annotate `place`, one whole number, larger the earlier an article comes.

    It packs what is ordered by with the article's key. So it is unique, and a cursor that holds
    it names a place between two articles, however many of them sold equally well.
    `order` is popular, newest, price, -price, or relevance (of a searched query set).
    """
    first: dict[str, Combinable] = {
        "popular": Cast("summary__units_recent", BigIntegerField()),
        "newest": _days_in_shop(),
        "price": _cents() * Value(-1),
        "-price": _cents(),
        "relevance": _whole(F("rank") * Value(float(RANK_STEPS))),
    }
    place = first[order] * Value(KEYS, BigIntegerField()) + Value(KEYS - 1) - F("pk")
    return articles.annotate(place=ExpressionWrapper(place, BigIntegerField()))


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
        rows: list[Any] | None = super().paginate_queryset(self.places(queryset), request, view)
        return self.loaded(rows or [])

    def places(self, articles: ArticleQuerySet) -> Any:
        return articles.values("pk", "place")  # type: ignore[misc]

    def loaded(self, rows: Sequence[Any]) -> list[Any]:
        pks = [row["pk"] for row in rows]
        return list(Article.objects.in_order_of(pks).for_cards())


class ProductCursor(PlaceCursor):
    """Pages of the products of articles: each has the place of its best one, which leads it."""

    ordering = "-best"

    def places(self, articles: ArticleQuerySet) -> Any:
        return articles.order_by().values("product").annotate(best=Max("place"))

    def loaded(self, rows: Sequence[Any]) -> list[Any]:
        return shown_products({row["product"]: article_in(row["best"]) for row in rows})


def article_in(place: int) -> int:
    """The article's key that `in_place` packed."""
    return KEYS - 1 - place % KEYS
