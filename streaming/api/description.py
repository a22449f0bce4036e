"""The body of POST /events/ in OpenAPI: which members each type needs."""

from typing import Final

from streaming.api.serializers import ARTICLE_SCHEMA, MAX_EVENTS, OF_ARTICLE
from web.json_types import Json

ID: Final[Json] = {
    "type": "string",
    "pattern": "^[0-9A-Za-z_-]{1,64}$",
    "description": "Makes retries safe: a known id is ignored. The server assigns an absent id.",
}


def _text(longest: int, description: str) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": longest, "description": description}


OF_AN_ARTICLE: Final[Json] = {
    "type": "object",
    "title": "Something done with an article",
    "required": ["type", "article"],
    "properties": {
        "id": ID,
        "type": {"type": "string", "enum": list(OF_ARTICLE)},
        "article": ARTICLE_SCHEMA,
        "rec_id": _text(64, "That of the recommendation that showed it"),
        "widget": _text(40, "The kind of recommendation that showed it"),
        "position": {"type": "integer", "minimum": 0, "maximum": 1000},
    },
}
SEARCH: Final[Json] = {
    "type": "object",
    "title": "A search",
    "required": ["type", "query"],
    "properties": {
        "id": ID,
        "type": {"type": "string", "const": "search"},
        "query": _text(200, "The words"),
    },
}
EVENT: Final[Json] = {"oneOf": [OF_AN_ARTICLE, SEARCH]}
EVENTS: Final[Json] = {
    "oneOf": [
        *EVENT["oneOf"],
        {"type": "array", "items": EVENT, "minItems": 1, "maxItems": MAX_EVENTS},
    ]
}
EXAMPLES: Final = [{"type": "view", "article": "0108775015"}, {"type": "search", "query": "linen"}]
