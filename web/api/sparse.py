"""Sparse fieldsets: `?fields=name,price` omits all other members."""

from typing import ClassVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

FIELDS = "fields"


class SparseSerializer(serializers.Serializer[object]):
    """The `fields` of the context select the members; `key` is always present."""

    key: ClassVar[str]

    def get_fields(self) -> dict[str, serializers.Field[object, object, object, object]]:
        every = super().get_fields()
        chosen = self.context.get(FIELDS) if self._is_outermost() else None
        if not chosen:
            return every
        return {name: field for name, field in every.items() if name in chosen or name == self.key}

    def _is_outermost(self) -> bool:
        """Whether this is the requested object (alone or in a list), not a nested one."""
        listed = isinstance(self.parent, serializers.ListSerializer)
        return self.parent is None or (listed and self.parent is self.root)

    @classmethod
    def parameter(cls) -> OpenApiParameter:
        return OpenApiParameter(
            FIELDS,
            str,
            many=True,
            explode=False,
            enum=names_of(cls),
            description="Comma-separated fields to return (default: all).",
        )


def names_of(serializer: type[SparseSerializer]) -> list[str]:
    return list(serializer().get_fields())


def chosen_fields(request: Request, serializer: type[SparseSerializer]) -> set[str]:
    """The requested members, empty for all. Raise ValidationError for an unknown one."""
    given = request.query_params.get(FIELDS, "")
    chosen = {name for name in given.split(",") if name}
    if unknown := chosen.difference(names_of(serializer)):
        raise ValidationError({FIELDS: [f"There is no field {min(unknown)[:40]!r}."]})
    return chosen


class SparseSchema(OpenApiSerializerExtension):
    """In the schema only the key is required."""

    target_class = SparseSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, object]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "required": [self.target.key]}
