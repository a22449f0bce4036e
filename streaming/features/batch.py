"""Turns a partition's records into states, trends, dead letters and forwarded events. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple, cast

import msgspec

from streaming.consumer.batch import DeadRecord, Origin, PartitionBatch
from streaming.events import schema as events
from streaming.events.actions import Action
from streaming.events.schema import Event, key_of
from streaming.features import reducer
from streaming.features.reducer.handover import hand_over, owner_at
from streaming.features.reducer.rings import is_first
from streaming.features.state import Attributes, State, read
from streaming.features.trends import AHEAD_MS, Increments
from streaming.partitions import partition_of

ACTION_OF: Final[dict[type[Event], Action]] = {
    event: Action(str(event.__struct_config__.tag)) for event in events.OF_ARTICLE
}
TYPE_AND_MOMENT: Final = attrgetter("event.__class__", "event.ts")
NO_LOG: Final = 0
EMPTY: Final = "an empty value (a tombstone): events are never deleted that way"
AHEAD_OF: Final = "ts: "
AHEAD: Final = AHEAD_OF + (
    "{day} is more than a day ahead of the shop's clock: the sender's clock is wrong, or its"
    " time isn't in milliseconds"
)


class LocatedEvent(msgspec.Struct, gc=False):
    """An event with its offset, and its origin if it was passed on."""

    offset: int
    event: Event
    origin: Origin | None = None


ByShopper = dict[str, list[LocatedEvent]]  # in order


class ForwardedEvent(NamedTuple):
    """An event for another partition, made of the record at `offset`."""

    offset: int
    event: Event


@dataclass
class Decoded:
    good: ByShopper = field(default_factory=lambda: defaultdict(list))
    dead: list[DeadRecord] = field(default_factory=list)
    misplaced: list[ForwardedEvent] = field(default_factory=list)

    @property
    def is_ahead(self) -> bool:
        """Whether an event was rejected because its time is too far ahead."""
        return any(dead.error.startswith(AHEAD_OF) for dead in self.dead)


@dataclass
class Reduced:
    """`has_unknown`: there were articles without attributes."""

    trends: Increments
    states: dict[str, State] = field(default_factory=dict)
    passed_on: list[ForwardedEvent] = field(default_factory=list)
    has_unknown: bool = False
    additions: reducer.Additions = field(default_factory=reducer.Additions)


def decode(batch: PartitionBatch, homes: int, now_ms: int) -> Decoded:
    """Separate events from malformed messages, and from events that belong to another partition.

    `now_ms` is the latest time that the shop's clock has had.
    """
    result, latest_ms = Decoded(), now_ms + AHEAD_MS
    for record in batch.records:
        try:
            event = events.decode(record.value or b"")
        except msgspec.DecodeError as error:
            why = str(error) if record.value else EMPTY
            result.dead.append(DeadRecord(batch.partition, record, why))
            continue
        if event.ts > latest_ms:
            result.dead.append(DeadRecord(batch.partition, record, _ahead(event.ts)))
            continue
        origin = record.origin if record.headers else None
        result.good[key_of(event)].append(LocatedEvent(record.offset, event, origin))
    for key in [key for key in result.good if partition_of(key, homes) != batch.partition]:
        result.misplaced += [ForwardedEvent(e.offset, e.event) for e in result.good.pop(key)]
    return result


def unlogged(made: Iterable[Event]) -> ByShopper:
    """Events that are in no log."""
    result: ByShopper = defaultdict(list)
    for event in made:
        result[key_of(event)].append(LocatedEvent(0, event))
    return result


def _ahead(ts: int) -> str:
    return AHEAD.format(day=f"{datetime.fromtimestamp(ts / 1000, UTC):%Y-%m-%d %H:%M}")


def reduce(
    good: Mapping[str, Sequence[LocatedEvent]],
    packed: Mapping[str, bytes | None],
    articles: Mapping[int, Attributes],
    trends: Increments,
    log: int = NO_LOG,
) -> Reduced:
    """Apply each shopper's events in order; add their articles' counts to `trends`.

    With a `log` (topics.tag) a state takes each place of it once: reading the log again changes
    nothing. NO_LOG: the events are in no log.
    """
    result = Reduced(trends)
    for shopper, mine in good.items():
        state = result.states[shopper] = read(packed[shopper])
        for _, together in groupby(mine, TYPE_AND_MOMENT):
            _step(result, state, _taken(result, state, together, articles, log), articles)
    result.additions.settle()
    return result


def _taken(
    result: Reduced,
    state: State,
    together: Iterable[LocatedEvent],
    articles: Mapping[int, Attributes],
    log: int,
) -> list[LocatedEvent]:
    if log == NO_LOG:
        return list(together)
    fresh = []
    for located in together:
        if state.takes(log, located.offset, located.origin):
            fresh.append(located)
        elif state.is_read_again(located.offset):
            # If a partition is read again because its position was lost, its trends were lost too.
            _trend(result, [located.event], articles)
    return fresh


def _step(
    result: Reduced,
    state: State,
    together: Sequence[LocatedEvent],
    articles: Mapping[int, Attributes],
) -> None:
    if state.owners:
        together = [located for located in together if not _is_somebodys(result, state, located)]
    if not together:
        return
    if not isinstance(together[0].event, events.Identify):
        made = [located.event for located in together]
        _trend(result, reducer.apply(state, made, articles, result.additions), articles)
        return
    result.additions.settle()
    for offset, event in ((located.offset, located.event) for located in together):
        if isinstance(event, events.Identify) and (merge := hand_over(state, event)) is not None:
            result.passed_on.append(ForwardedEvent(offset, merge))


def _is_somebodys(result: Reduced, state: State, located: LocatedEvent) -> bool:
    """Forward a late event of an anonymous shopper, from before they were recognised, to the
    customer."""
    event = located.event
    owner = owner_at(state, event.ts)
    if owner is None or not isinstance(event, events.Done):
        return False
    if is_first(state, event):
        handed = msgspec.structs.replace(event, shopper=owner)
        result.passed_on.append(ForwardedEvent(located.offset, handed))
    return True


def _trend(result: Reduced, made: Sequence[Event], articles: Mapping[int, Attributes]) -> None:
    """Events of one type and moment."""
    if not made or (kind := ACTION_OF.get(type(made[0]))) is None:
        return
    known = [
        (event.article, about.index_group)
        for event in cast("Sequence[events.OfArticle]", made)
        if (about := articles.get(event.article)) is not None
    ]
    result.has_unknown |= len(known) < len(made)
    result.trends.add(kind, made[0].ts, known)
