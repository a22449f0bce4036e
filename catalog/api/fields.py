"""Fields that several endpoints share."""

import re
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from catalog.quantities import MAX_KEY


@extend_schema_field({"type": "string", "pattern": r"^\d{1,10}$", "example": "0108775015"})
class ArticleIdField(serializers.Field[int, object, str, int]):
    """Text of up to ten digits (a lost leading zero is forgiven), converted to an integer key."""

    default_error_messages = {"invalid": "An article_id is a number of up to ten digits."}

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", str(data)) or not 0 < int(data) <= MAX_KEY:
            self.fail("invalid")
        return int(data)

    def to_representation(self, value: int) -> str:
        return f"{value:010d}"


class CommaSeparatedField(serializers.ListField):
    """A comma-separated list in one parameter: `?kinds=for-you,trending`."""

    def get_value(self, dictionary: Mapping[str, str]) -> object:
        text = dictionary.get(str(self.field_name))
        return empty if text is None else [part for part in text.split(",") if part]
