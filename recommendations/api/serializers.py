"""Input and output of the endpoints. Articles use the ten-digit ids of the files."""

from typing import Final

import orjson
from rest_framework import serializers

from catalog.api.fields import ArticleIdField, CommaSeparatedField
from catalog.quantities import MAX_KEY
from recommendations.recommenders.recommenders import RECOMMENDERS
from recommendations.recommenders.shelf import Shelf
from recommendations.serving.serving import DEFAULT_K, MAX_K


class AudienceQuery(serializers.Serializer[dict[str, object]]):
    """The number of items, and the audience."""

    index_group = serializers.IntegerField(
        required=False,
        min_value=-1,
        max_value=MAX_KEY,
        help_text="Return only articles of this audience (an index_group_no).",
    )
    k = serializers.IntegerField(required=False, default=DEFAULT_K, min_value=1, max_value=MAX_K)


class ShelfQuery(AudienceQuery):
    """The parameters of every kind."""

    article = ArticleIdField(required=False, help_text="The article on the page; it is excluded.")


class SimilarQuery(ShelfQuery):
    """The parameters of a kind that is about an article."""

    article = ArticleIdField(help_text="The article to find similar ones to.")


class PageQuery(serializers.Serializer[dict[str, object]]):
    """The shelves of a page, in order, and the articles that the page already shows."""

    kinds = CommaSeparatedField(
        child=serializers.ChoiceField(choices=list(RECOMMENDERS)), max_length=20
    )
    beside = CommaSeparatedField(
        child=ArticleIdField(), max_length=300, required=False, default=list
    )
    article = ArticleIdField(required=False)
    made_of = serializers.CharField(required=False, allow_blank=True, max_length=40)


# Built once: a new instance copies all of its fields.
QUERIES: Final[dict[str, ShelfQuery]] = {
    kind: SimilarQuery() if recommender.article else ShelfQuery()
    for kind, recommender in RECOMMENDERS.items()
}


class ItemSerializer(serializers.Serializer[object]):
    article = ArticleIdField()
    score = serializers.FloatField(help_text="Comparable within this response only.")
    reason = serializers.CharField(
        help_text="Why this article is recommended, as text for the shopper."
    )


class ShelfSerializer(serializers.Serializer[object]):
    rec_id = serializers.CharField(
        help_text="Include it in the impressions and clicks that follow."
    )
    kind = serializers.CharField()
    title = serializers.CharField()
    strategy = serializers.CharField(help_text="Name of the method that found the items.")
    model_version = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    feature_age_ms = serializers.IntegerField(
        allow_null=True,
        help_text="Milliseconds since the shopper's last event; null if there is none.",
    )
    degraded = serializers.BooleanField(help_text="A dependency was down and a fallback answered.")
    items = ItemSerializer(many=True)


def json_of(shelf: Shelf) -> bytes:
    """What ShelfSerializer describes. Rendered field by field, it took a tenth of an answer."""
    items = [{**item._asdict(), "article": f"{item.article:010d}"} for item in shelf.items]
    return orjson.dumps({**vars(shelf), "items": items})
