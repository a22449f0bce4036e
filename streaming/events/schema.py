"""The event contract: one JSON object per Kafka message, decoded and validated here and only here.

A message is keyed by `shopper`, so one shopper's events keep their order within a partition.
"""

import re
from functools import lru_cache
from typing import Annotated, Final, Literal

import msgspec

from catalog.quantities import (
    MAX_EVENT_ID,
    MAX_KEY,
    MAX_POSITION,
    MAX_PRICE,
    MAX_QUERY,
    MAX_SIZE,
    MAX_WIDGET,
)
from streaming.events.actions import Action
from web.json_types import decoded

VERSION: Final = 1

# c<customer key> for a customer, a<32 hex digits> for somebody not known yet.
CUSTOMER_PATTERN = r"^c[1-9][0-9]{0,9}\Z"
ANONYMOUS_PATTERN = r"^a[0-9a-f]{32}\Z"
SHOPPER_PATTERN = f"{CUSTOMER_PATTERN}|{ANONYMOUS_PATTERN}"

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_EVENT_ID)]
Shopper = Annotated[str, msgspec.Meta(max_length=33)]  # of SHOPPER_PATTERN: see decode
NO_SHOPPER = f"Expected `str` matching regex {SHOPPER_PATTERN!r} - at `$.shopper`"
Customer = Annotated[str, msgspec.Meta(pattern=CUSTOMER_PATTERN)]
Anonymous = Annotated[str, msgspec.Meta(pattern=ANONYMOUS_PATTERN)]
# Milliseconds since 1970 of event time, between 2000 and 2100.
Millis = Annotated[int, msgspec.Meta(ge=946_684_800_000, le=4_102_444_800_000)]
# The article_id as a number: 0108775015 is 108775015.
ArticleKey = Annotated[int, msgspec.Meta(ge=1, le=MAX_KEY)]
Price = Annotated[float, msgspec.Meta(gt=0, le=MAX_PRICE)]
Channel = Literal[1, 2]
Source = Literal["shop", "api", "replay", "stream"]
Widget = Annotated[str, msgspec.Meta(max_length=MAX_WIDGET)]
Position = Annotated[int, msgspec.Meta(ge=0, le=MAX_POSITION)]
Query = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUERY)]
# As the shop names it; absent where the article has no sizes, and in the history.
Size = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SIZE)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_KEY)]


class Base(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", gc=False
):
    """What every event has. `ts` is event time, which windows and decay use.

    Events contain no containers, so the garbage collector needn't track them (gc=False).
    """

    id: Id
    shopper: Shopper
    ts: Millis
    source: Source
    v: Literal[1] = VERSION  # absent on the wire means 1


class OfArticle(Base, frozen=True, kw_only=True, omit_defaults=True):
    """An event about one article; `rec_id`, `widget` and `position` name the shelf it came from."""

    article: ArticleKey
    rec_id: Id | None = None
    widget: Widget | None = None
    position: Position | None = None


class View(OfArticle, frozen=True, kw_only=True, omit_defaults=True, tag=Action.VIEW.value):
    """A product page was opened."""


class Click(OfArticle, frozen=True, kw_only=True, omit_defaults=True, tag=Action.CLICK.value):
    """A card on a shelf was followed, or one among the results of a search for `query`."""

    query: Query | None = None


class Impression(
    OfArticle, frozen=True, kw_only=True, omit_defaults=True, tag=Action.IMPRESSION.value
):
    """A card on a shelf was seen."""


class BagAdd(OfArticle, frozen=True, kw_only=True, omit_defaults=True, tag=Action.BAG_ADD.value):
    """One or more units went into the bag."""

    size: Size | None = None


class BagRemove(
    OfArticle, frozen=True, kw_only=True, omit_defaults=True, tag=Action.BAG_REMOVE.value
):
    """The last of the article, in this size, left the bag."""

    size: Size | None = None


class Purchase(OfArticle, frozen=True, kw_only=True, omit_defaults=True, tag=Action.PURCHASE.value):
    """One unit was bought, at `price` in the files' unit, in `channel` 1 (store) or 2 (online)."""

    price: Price
    channel: Channel
    size: Size | None = None


class Search(Base, frozen=True, kw_only=True, omit_defaults=True, tag=Action.SEARCH.value):
    """Words were searched for, and `found` products shown for them, if known."""

    query: Query
    found: Count | None = None


class Identify(Base, frozen=True, kw_only=True, omit_defaults=True, tag="identify"):
    """The anonymous `anonymous` turns out to be `shopper`: their features merge.

    Only an anonymous shopper's features are handed over, never a customer's.
    """

    shopper: Customer
    anonymous: Anonymous


class Merge(Base, frozen=True, kw_only=True, omit_defaults=True, tag="merge"):
    """What an anonymous shopper did, handed over to the customer they turned out to be.

    Only the stream itself makes it, out of an Identify (see reducer.handover); `state` is packed.
    """

    state: Annotated[bytes, msgspec.Meta(max_length=20_000)]


class Erase(Base, frozen=True, kw_only=True, omit_defaults=True, tag="erase"):
    """Forget the shopper, for good: nothing sent before or after this brings them back."""


class Reset(Base, frozen=True, kw_only=True, omit_defaults=True, tag="reset"):
    """Forget what was learned of the shopper so far, and go on learning."""


OF_ARTICLE: Final = (View, Click, Impression, BagAdd, BagRemove, Purchase)
Event = (
    View
    | Click
    | Impression
    | BagAdd
    | BagRemove
    | Purchase
    | Search
    | Identify
    | Merge
    | Reset
    | Erase
)

# What a shopper does; the other events only say something about a shopper.
Done = OfArticle | Search

ERASE: Final = str(Erase.__struct_config__.tag)
_NAME: Final = re.compile(rb'"(?:shopper|anonymous)"\s*:\s*"([ac][0-9a-f]{1,32})"')
_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_of_anything: msgspec.json.Decoder[object] = msgspec.json.Decoder(object)


def key_of(event: Event) -> str:
    """The message's key, which decides on the partition.

    An Identify goes to the anonymous shopper's partition, where the state to hand over is.
    """
    return event.anonymous if isinstance(event, Identify) else event.shopper


def encode(event: Event) -> bytes:
    return _encoder.encode(event)


def decode(message: bytes) -> Event:
    """Raise msgspec.ValidationError (naming the field) or msgspec.DecodeError on a bad message."""
    event = decoded(message, _decoder)
    if not is_shopper(event.shopper):
        raise msgspec.ValidationError(NO_SHOPPER)
    return event


@lru_cache(maxsize=1 << 16)
def is_shopper(name: str) -> bool:
    """The regular expression takes as long as decoding all the rest: one name comes many times."""
    return re.match(SHOPPER_PATTERN, name) is not None


def names_in(message: bytes) -> set[str]:
    """The shoppers that a message names, as far as a malformed one can be read.

    An Erase counts as naming nobody: it must outlive what it erases.
    """
    try:
        found = decoded(message, _of_anything)
    except msgspec.DecodeError:
        found = None
    if not isinstance(found, dict):
        return {name.decode() for name in _NAME.findall(message)}
    if found.get("type") == ERASE:
        return set()
    return {name for key in ("shopper", "anonymous") if isinstance(name := found.get(key), str)}
