"""One partition's records become states, trends, dead letters and what is passed on. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from streaming.consumer.batch import DeadRecord, Origin, PartitionBatch, Record
from streaming.events import schema as events
from streaming.events.schema import Event, key_of
from streaming.events.spans import DAY_MS
from streaming.features import reducer
from streaming.features.reducer.handover import hand_over, owner_at
from streaming.features.reducer.rings import is_first
from streaming.features.reducer.tastes import Attributes
from streaming.features.state import State, unpack
from streaming.features.trends import Increments
from streaming.partitions import partition_of

TAGS: Final[dict[type[events.OfArticle], str]] = {
    kind: str(kind.__struct_config__.tag) for kind in events.OF_ARTICLE
}
# Further ahead of the shop's clock an event would spoil its shopper's windows, sessions and tastes.
AHEAD_MS: Final = 30 * DAY_MS
NO_LOG: Final = 0
EMPTY: Final = "an empty value (a tombstone): events are never deleted that way"
AHEAD_OF: Final = "ts: "
AHEAD: Final = AHEAD_OF + (
    "{day} is more than 30 days ahead of the shop's clock: the sender's clock is wrong, or its"
    " time isn't in milliseconds"
)


class Located(NamedTuple):
    """An event, whose state it changes, where it lies, and where it lay if it was passed on."""

    offset: int
    key: str
    event: Event
    origin: Origin | None = None


class PassedOn(NamedTuple):
    """An event for another partition, made of the record at `offset`."""

    offset: int
    event: Event


@dataclass
class Decoded:
    good: list[Located] = field(default_factory=list)
    dead: list[DeadRecord] = field(default_factory=list)
    misplaced: list[PassedOn] = field(default_factory=list)

    @property
    def is_ahead(self) -> bool:
        """Whether anything was refused for its time."""
        return any(dead.error.startswith(AHEAD_OF) for dead in self.dead)

    @property
    def shoppers(self) -> list[str]:
        return list(dict.fromkeys(located.key for located in self.good))

    @property
    def articles(self) -> set[int]:
        return {
            located.event.article
            for located in self.good
            if isinstance(located.event, events.OfArticle)
        }


@dataclass
class Reduced:
    states: dict[str, State]
    trends: Increments
    passed_on: list[PassedOn] = field(default_factory=list)


def decode(batch: PartitionBatch, homes: int, now_ms: int) -> Decoded:
    """Tell events from what isn't one, and from those whose shopper has another home.

    `now_ms` is the latest that the shop's clock has been.
    """
    result, latest_ms = Decoded(), now_ms + AHEAD_MS
    for record in batch.records:
        try:
            event = _event(record, latest_ms)
        except (msgspec.DecodeError, RecursionError) as error:
            result.dead.append(DeadRecord(batch.partition, record, str(error)))
            continue
        key = key_of(event)
        if partition_of(key, homes) == batch.partition:
            origin = record.origin if record.headers else None
            result.good.append(Located(record.offset, key, event, origin))
        else:
            result.misplaced.append(PassedOn(record.offset, event))
    return result


def _event(record: Record, latest_ms: int) -> Event:
    if not record.value:
        raise msgspec.DecodeError(EMPTY)
    event = events.decode(record.value)
    if event.ts > latest_ms:
        day = datetime.fromtimestamp(event.ts / 1000, UTC)
        raise msgspec.ValidationError(AHEAD.format(day=f"{day:%Y-%m-%d %H:%M}"))
    return event


def reduce(
    good: Sequence[Located],
    packed: Mapping[str, bytes | None],
    articles: Mapping[int, Attributes],
    trends: Increments,
    log: int = NO_LOG,
) -> Reduced:
    """Apply the events in order; add what they say of articles to `trends`.

    With a `log` (topics.tag) a state takes each place of it once: what it has taken already, in
    a log that is read again, leaves it as it is. NO_LOG: the events lie in no log.
    """
    states = {shopper: unpack(value) for shopper, value in packed.items()}
    result = Reduced(states, trends)
    for located in good:
        state = states[located.key]
        if log == NO_LOG or state.takes(log, located.offset, located.origin):
            _step(result, state, located, articles)
        elif isinstance(located.event, events.OfArticle) and state.is_read_again(located.offset):
            # Where a partition is read again because its position was lost, its trends are too.
            _trend(result, located.event, articles.get(located.event.article))
    return result


def _step(
    result: Reduced, state: State, located: Located, articles: Mapping[int, Attributes]
) -> None:
    event = located.event
    if isinstance(event, events.Identify):
        if (merge := hand_over(state, event)) is not None:
            result.passed_on.append(PassedOn(located.offset, merge))
    elif isinstance(event, events.Done) and (owner := owner_at(state, event.ts)) is not None:
        if is_first(state, event):
            handed = msgspec.structs.replace(event, shopper=owner)
            result.passed_on.append(PassedOn(located.offset, handed))
    elif isinstance(event, events.OfArticle):
        about = articles.get(event.article)
        if reducer.apply(state, event, about):
            _trend(result, event, about)
    else:
        reducer.apply(state, event, None)


def _trend(result: Reduced, event: events.OfArticle, about: Attributes | None) -> None:
    if about is not None:
        result.trends.add(TAGS[type(event)], event.ts, event.article, about.index_group)
