"""Turns what a shopper does on the pages into events.

Publishing never fails and never blocks, so it can't break a page: see streaming.producers.producer.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from django.http import HttpRequest

from streaming import clock
from streaming.events.schema import Base, Id, Impression, OfArticle, Position, Query, Widget
from streaming.identity.shoppers import shopper_of
from streaming.producers import producer

E = TypeVar("E", bound=Base)
A = TypeVar("A", bound=OfArticle)
S = TypeVar("S", bound=msgspec.Struct)

# The widget of a click on a search result.
SEARCH = "search"
MAX_IMPRESSIONS = 50
ArticleId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{10}$")]


class Origin(msgspec.Struct, frozen=True):
    """The shelf a card was on: its recommendation id, its widget, and the position."""

    rec_id: Id
    widget: Widget
    position: Position


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One card that came into view."""

    article: ArticleId
    rec: Id
    w: Widget
    p: Position


class SeenBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    items: Annotated[list[Seen], msgspec.Meta(min_length=1, max_length=MAX_IMPRESSIONS)]


class SearchOrigin(msgspec.Struct, frozen=True):
    """The search among whose results a card was, and its position on the page."""

    query: Query
    position: Position


def origin_of(parameters: Mapping[str, object]) -> Origin | None:
    """The origin given by a link or form (`rec`, `w`, `p`), if valid."""
    rec_id, widget, position = map(parameters.get, ("rec", "w", "p"))
    return _valid(Origin, rec_id=rec_id, widget=widget, position=position)


def search_origin_of(parameters: Mapping[str, object]) -> SearchOrigin | None:
    """The search given by a link (`w`, `q`, `p`), if valid."""
    if parameters.get("w") != SEARCH:
        return None
    return _valid(SearchOrigin, query=parameters.get("q"), position=parameters.get("p"))


def _valid(kind: type[S], **given: object) -> S | None:
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError:
        return None


def made(kind: type[E], request: HttpRequest, **fields: Any) -> E:
    """An event of this request's shopper, with the current time."""
    return kind(
        id=producer.new_id(),
        shopper=shopper_of(request),
        ts=clock.now_ms(),
        source="shop",
        **fields,
    )


def of_article(
    kind: type[A], request: HttpRequest, article: int, origin: Origin | None, **fields: object
) -> A:
    where = msgspec.structs.asdict(origin) if origin else {}
    return made(kind, request, article=article, **where, **fields)


def impressions(request: HttpRequest, batch: SeenBatch) -> list[Impression]:
    return [
        of_article(Impression, request, int(seen.article), Origin(seen.rec, seen.w, seen.p))
        for seen in batch.items
    ]
