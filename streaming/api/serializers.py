"""Validates what a client says of a shopper, field by field."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from rest_framework import serializers

from catalog.api.fields import ArticleIdField
from catalog.models import Article
from catalog.quantities import MAX_EVENT_ID, MAX_KEY, MAX_POSITION, MAX_QUERY, MAX_SIZE, MAX_WIDGET
from streaming.events import schema
from streaming.events.actions import Action
from streaming.events.schema import Event
from streaming.producers.producer import new_id
from web.json_types import Json

MAX_EVENTS: Final = 100
OF_ARTICLE: Final[dict[str, Callable[..., Event]]] = {
    Action.VIEW: schema.View, Action.CLICK: schema.Click, Action.IMPRESSION: schema.Impression,
    Action.BAG_ADD: schema.BagAdd, Action.BAG_REMOVE: schema.BagRemove,
}  # fmt: skip
SIZED: Final = (Action.BAG_ADD, Action.BAG_REMOVE)
ID_PATTERN: Final = "^[0-9A-Za-z_-]{1,64}$"
REFUSED: Final = {
    Action.PURCHASE: "Purchases come from the shop's checkout only.",
    "identify": "Only the shop itself tells who somebody is.",
    "erase": "Only an operator erases a shopper.",
    "merge": "Only the stream itself merges shoppers.",
    "reset": "A shopper starts afresh on the page “your style” only.",
}


class TypeField(serializers.ChoiceField):
    """Says why the types that exist but aren't for clients are refused."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and data in REFUSED:
            raise serializers.ValidationError(REFUSED[data])
        return super().to_internal_value(data)


ARTICLE_SCHEMA: Final[dict[str, object]] = {
    "oneOf": [
        {"type": "string", "pattern": "^[0-9]{1,10}$", "examples": ["0108775015"]},
        {"type": "integer", "minimum": 1, "maximum": MAX_KEY},
    ]
}


class KnownArticles:
    """Keys already found in PostgreSQL, so that only others are looked up.

    Events of known articles are accepted even while PostgreSQL is down. The stream skips an article
    that has left the catalogue meanwhile.
    """

    def __init__(self) -> None:
        self.keys: set[int] = set()

    def missing(self, asked: set[int]) -> set[int]:
        if new := asked - self.keys:
            self.keys.update(Article.objects.filter(pk__in=new).values_list("pk", flat=True))
        return asked - self.keys


known_articles = KnownArticles()


def unknown_articles(checked: list[Json]) -> dict[int, dict[str, list[str]]]:
    """An error for each event whose article isn't in the catalogue, by place."""
    missing = known_articles.missing({event["article"] for event in checked if "article" in event})
    return {
        place: {"article": [f"No article {event['article']:010d}."]}
        for place, event in enumerate(checked)
        if event.get("article") in missing
    }


class EventSerializer(serializers.Serializer[object]):
    """One event (EVENT describes it). Its shopper is the session's, its time the shop's."""

    id = serializers.RegexField(ID_PATTERN, required=False)
    type = TypeField(choices=[*OF_ARTICLE, Action.SEARCH])
    article = ArticleIdField(required=False)
    rec_id = serializers.CharField(required=False, max_length=MAX_EVENT_ID)
    widget = serializers.CharField(required=False, max_length=MAX_WIDGET)
    position = serializers.IntegerField(required=False, min_value=0, max_value=MAX_POSITION)
    size = serializers.CharField(required=False, max_length=MAX_SIZE)
    query = serializers.CharField(required=False, max_length=MAX_QUERY)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        needed = "query" if attrs["type"] == Action.SEARCH else "article"
        if needed not in attrs:
            raise serializers.ValidationError({needed: f"A {attrs['type']} needs one."})
        if "size" in attrs and attrs["type"] not in SIZED:
            raise serializers.ValidationError({"size": f"Only {' and '.join(SIZED)} have one."})
        return attrs


class AcceptedSerializer(serializers.Serializer[object]):
    ids = serializers.ListField(child=serializers.CharField())


def to_event(data: Json, shopper: str, ts: int) -> Event:
    """The event for validated data."""
    common: Json = {
        "id": data.get("id") or new_id(), "shopper": shopper, "ts": ts, "source": "api"
    }  # fmt: skip
    if data["type"] == Action.SEARCH:
        return schema.Search(**common, query=data["query"])
    if "size" in data:
        common["size"] = data["size"]
    return OF_ARTICLE[data["type"]](
        **common,
        article=data["article"],
        rec_id=data.get("rec_id"),
        widget=data.get("widget"),
        position=data.get("position"),
    )


ID: Final[Json] = {
    "type": "string",
    "pattern": ID_PATTERN,
    "description": "Makes retries safe: a known id is ignored. The server assigns an absent id.",
}


def _text(longest: int, description: str) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": longest, "description": description}


def _of_article(title: str, types: Iterable[str], **more: Json) -> Json:
    properties = {
        "id": ID,
        "type": {"type": "string", "enum": [*types]},
        "article": ARTICLE_SCHEMA,
        "rec_id": _text(MAX_EVENT_ID, "That of the recommendation that showed it"),
        "widget": _text(MAX_WIDGET, "The kind of recommendation that showed it"),
        "position": {"type": "integer", "minimum": 0, "maximum": MAX_POSITION},
        **more,
    }
    required = ["type", "article"]
    return {"type": "object", "title": title, "required": required, "properties": properties}


SIZE: Final[Json] = _text(MAX_SIZE, "One of the article's `sizes`")
SEARCH: Final[Json] = {
    "type": "object",
    "title": "A search",
    "required": ["type", "query"],
    "properties": {
        "id": ID,
        "type": {"type": "string", "const": "search"},
        "query": _text(MAX_QUERY, "The words"),
    },
}
EVENT: Final[Json] = {
    "oneOf": [
        _of_article("Something done with an article", [t for t in OF_ARTICLE if t not in SIZED]),
        _of_article("Something put into the bag, or taken out of it", SIZED, size=SIZE),
        SEARCH,
    ]
}
EVENTS: Final[Json] = {
    "oneOf": [
        *EVENT["oneOf"],
        {"type": "array", "items": EVENT, "minItems": 1, "maxItems": MAX_EVENTS},
    ]
}
EXAMPLES: Final = [{"type": "view", "article": "0108775015"}, {"type": "search", "query": "linen"}]
