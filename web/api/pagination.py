"""Cursor pagination that stays stable: no item repeats or goes missing while a client pages."""

import re

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

POSITION = re.compile(r"-?[0-9]{1,19}")


def _parameter(name: str, description: str, schema: dict[str, object]) -> dict[str, object]:
    return {
        "name": name, "in": "query", "required": False,
        "description": description, "schema": schema,
    }  # fmt: skip


class StrictCursorPagination(CursorPagination):
    """Pages by a unique integer; an invalid cursor or page size is a 400."""

    ordering = "-pk"
    page_size = 24
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size", str(self.page_size))
        if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= self.max_page_size:
            raise ValidationError({"page_size": [f"Must be between 1 and {self.max_page_size}."]})
        return int(given)

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({"cursor": [str(error.detail)]}) from error
        position = "0" if cursor is None or cursor.position is None else str(cursor.position)
        if not POSITION.fullmatch(position) or abs(int(position)) >= 2**63:
            raise ValidationError({"cursor": ["Invalid cursor"]})
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, object]) -> dict[str, object]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: object) -> list[dict[str, object]]:
        bounds = {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            _parameter("cursor", "From `next` or `previous` of a page.", {"type": "string"}),
            _parameter("page_size", "How many on a page.", {"type": "integer", **bounds}),
        ]
