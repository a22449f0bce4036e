"""What the endpoints take and give. Articles are the ten characters of the files."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recommendations.serving import DEFAULT_K, MAX_K

LARGEST_KEY = 2_147_483_647


@extend_schema_field({"type": "string", "pattern": r"^\d{1,10}$", "example": "0108775015"})
class ArticleIdField(serializers.Field[int, Any, str, int]):
    """An article_id: text of up to ten digits (a lost leading zero is forgiven), a key inside."""

    default_error_messages = {"invalid": "An article_id is a number of up to ten digits."}

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", str(data)) or not 0 < int(data) <= LARGEST_KEY:
            self.fail("invalid")
        return int(data)

    def to_representation(self, value: int) -> str:
        return f"{value:010d}"


class ShelfQuery(serializers.Serializer[dict[str, Any]]):
    """The query of every kind."""

    article = ArticleIdField(
        required=False, help_text="The article on the page: it is not recommended."
    )
    index_group = serializers.IntegerField(
        required=False,
        min_value=-1,
        max_value=LARGEST_KEY,
        help_text="Only this audience; the numbers are those of index_group_no.",
    )
    k = serializers.IntegerField(required=False, default=DEFAULT_K, min_value=1, max_value=MAX_K)


class SimilarQuery(ShelfQuery):
    """The query of a kind that is about an article."""

    article = ArticleIdField(help_text="The article to find similar ones for.")


class ItemSerializer(serializers.Serializer[Any]):
    article = ArticleIdField()
    score = serializers.FloatField(help_text="Compares within this answer only.")
    reason = serializers.CharField(help_text="Why this article, for the shopper to read.")


class ShelfSerializer(serializers.Serializer[Any]):
    rec_id = serializers.CharField(help_text="Name it in the impressions and clicks that follow.")
    kind = serializers.CharField()
    title = serializers.CharField()
    strategy = serializers.CharField(help_text="What found the items.")
    model_version = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    feature_age_ms = serializers.IntegerField(
        allow_null=True, help_text="Time since the shopper's last known event; null without one."
    )
    degraded = serializers.BooleanField(help_text="A part was away and a fallback answered.")
    items = ItemSerializer(many=True)
