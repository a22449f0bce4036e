"""An article's id, as every endpoint takes and gives it."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.quantities import key_of


@extend_schema_field({"type": "string", "pattern": r"^\d{1,10}$", "example": "0108775015"})
class ArticleIdField(serializers.Field[int, object, str, int]):
    """Text of up to ten digits (a lost leading zero is forgiven), converted to an integer key."""

    default_error_messages = {"invalid": "An article_id is a number of up to ten digits."}

    def to_internal_value(self, data: object) -> int:
        key = key_of(str(data))
        if not key:
            self.fail("invalid")
        return key

    def to_representation(self, value: int) -> str:
        return f"{value:010d}"
