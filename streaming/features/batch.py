"""One partition's records become states, trends, dead letters and what is passed on. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from streaming.consumer.batch import DeadRecord, Origin, PartitionBatch
from streaming.events import schema as events
from streaming.events.actions import Action
from streaming.events.schema import Event, key_of
from streaming.features import reducer
from streaming.features.reducer.handover import hand_over, owner_at
from streaming.features.reducer.rings import is_first
from streaming.features.reducer.tastes import Attributes
from streaming.features.state import State, unpack
from streaming.features.trends import AHEAD_MS, Increments
from streaming.partitions import partition_of

ACTION_OF: Final[dict[type[events.OfArticle], Action]] = {
    event: Action(str(event.__struct_config__.tag)) for event in events.OF_ARTICLE
}
NO_LOG: Final = 0
EMPTY: Final = "an empty value (a tombstone): events are never deleted that way"
AHEAD_OF: Final = "ts: "
AHEAD: Final = AHEAD_OF + (
    "{day} is more than a day ahead of the shop's clock: the sender's clock is wrong, or its"
    " time isn't in milliseconds"
)


class LocatedEvent(NamedTuple):
    """An event with its offset, the shopper it concerns, and its origin if it was passed on."""

    offset: int
    key: str
    event: Event
    origin: Origin | None = None


class ForwardedEvent(NamedTuple):
    """An event for another partition, made of the record at `offset`."""

    offset: int
    event: Event


@dataclass
class Decoded:
    good: list[LocatedEvent] = field(default_factory=list)
    dead: list[DeadRecord] = field(default_factory=list)
    misplaced: list[ForwardedEvent] = field(default_factory=list)

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
    passed_on: list[ForwardedEvent] = field(default_factory=list)


def decode(batch: PartitionBatch, homes: int, now_ms: int) -> Decoded:
    """Tell events from what isn't one, and from those whose shopper has another home.

    `now_ms` is the latest that the shop's clock has been.
    """
    result, latest_ms = Decoded(), now_ms + AHEAD_MS
    for record in batch.records:
        try:
            event = events.decode(record.value or b"")
        except (msgspec.DecodeError, RecursionError) as error:
            why = str(error) if record.value else EMPTY
            result.dead.append(DeadRecord(batch.partition, record, why))
            continue
        key = key_of(event)
        if event.ts > latest_ms:
            result.dead.append(DeadRecord(batch.partition, record, _ahead(event.ts)))
        elif partition_of(key, homes) == batch.partition:
            origin = record.origin if record.headers else None
            result.good.append(LocatedEvent(record.offset, key, event, origin))
        else:
            result.misplaced.append(ForwardedEvent(record.offset, event))
    return result


def _ahead(ts: int) -> str:
    return AHEAD.format(day=f"{datetime.fromtimestamp(ts / 1000, UTC):%Y-%m-%d %H:%M}")


def reduce(
    good: Sequence[LocatedEvent],
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
    for offset, key, event, origin in good:
        state = states[key]
        if log == NO_LOG:
            _step(result, state, offset, event, articles)
        elif origin is None and state.log == log and offset >= state.next_offset:
            state.next_offset = offset + 1  # mostly, and worth no call
            _step(result, state, offset, event, articles)
        elif state.takes(log, offset, origin):
            _step(result, state, offset, event, articles)
        elif isinstance(event, events.OfArticle) and state.is_read_again(offset):
            # Where a partition is read again because its position was lost, its trends are too.
            _trend(result, event, articles.get(event.article))
    return result


def _step(
    result: Reduced,
    state: State,
    offset: int,
    event: Event,
    articles: Mapping[int, Attributes],
) -> None:
    if state.owners and _is_somebodys(result, state, offset, event):
        return
    if isinstance(event, events.OfArticle):
        about = articles.get(event.article)
        if reducer.apply(state, event, about) and about is not None:
            kind = ACTION_OF[type(event)]
            result.trends.add(kind, event.ts, event.article, about.index_group)
    elif not isinstance(event, events.Identify):
        reducer.apply(state, event, None)
    elif (merge := hand_over(state, event)) is not None:
        result.passed_on.append(ForwardedEvent(offset, merge))


def _is_somebodys(result: Reduced, state: State, offset: int, event: Event) -> bool:
    """Pass on what an anonymous shopper did before they were recognised, and comes after that."""
    owner = owner_at(state, event.ts)
    if owner is None or not isinstance(event, events.Done):
        return False
    if is_first(state, event):
        handed = msgspec.structs.replace(event, shopper=owner)
        result.passed_on.append(ForwardedEvent(offset, handed))
    return True


def _trend(result: Reduced, event: events.OfArticle, about: Attributes | None) -> None:
    if about is not None:
        result.trends.add(ACTION_OF[type(event)], event.ts, event.article, about.index_group)
