"""What the store must hold, computed from the log or from history with the stream's own reducer.

So any difference is the store's fault: an event lost, doubled or out of order.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from confluent_kafka import Consumer, TopicPartition
from django.conf import settings

from streaming import clock, dead_letters, history, kafka
from streaming.consumer.assignment import ends
from streaming.consumer.batch import partition_batches
from streaming.features import batch as event_batch
from streaming.features.articles import load
from streaming.features.batch import NO_LOG, ByShopper, LocatedEvent, unlogged
from streaming.features.state import (
    BOOKKEEPING,
    Attributes,
    State,
    UnreadableStateError,
    buckets_of,
    pack,
    recents_of,
    tastes_of,
    unpack,
)
from streaming.features.trends import Increments
from streaming.history import encoding
from streaming.identity.shoppers import customer_shopper
from streaming.kafka import between, topics
from streaming.partitions import homes

Packed = dict[str, bytes | None]
READERS: Final[Mapping[str, Callable[[State], object]]] = {
    "recents": recents_of, "tastes": tastes_of, "buckets": buckets_of,
}  # fmt: skip


class Difference(NamedTuple):
    """A field of a shopper's state: the store's value, and the right one."""

    shopper: str
    name: str
    theirs: object
    ours: object


class LogError(Exception):
    """The log no longer holds what the store was made of."""


class ReferenceStates:
    """Packed states of the shoppers asked for, updated event by event."""

    def __init__(
        self, shoppers: Iterable[str], articles: Mapping[int, Attributes], log: int = NO_LOG
    ) -> None:
        self.packed: Packed = dict.fromkeys(shoppers)
        self.articles, self.log = articles, log

    def take(self, good: Mapping[str, Sequence[LocatedEvent]]) -> None:
        mine = {shopper: good[shopper] for shopper in good if shopper in self.packed}
        found = event_batch.reduce(mine, self.packed, self.articles, Increments(0, 0), self.log)
        self.packed.update({key: pack(state) for key, state in found.states.items()})


def from_history(
    customers: Collection[int], first: date, as_of_ms: int, *, browse: bool = False
) -> Packed:
    """The states of these customers after a replay from `first` on, before the moment `as_of_ms`.

    `browse`: as a replay with --browse, whose synthetic views follow from the purchases.
    """
    twin = ReferenceStates(map(customer_shopper, customers), load())
    last = datetime.fromtimestamp(as_of_ms / 1000, UTC).date()
    for lines in history.of_database(first, last, sorted(customers)):
        for of_day in lines.days():
            made = encoding.events(of_day, browse=browse)
            twin.take(unlogged(event for event in made if event.ts < as_of_ms))
    return twin.packed


def from_log(shoppers: Iterable[str], positions: Mapping[int, int]) -> Packed:
    """The states of these shoppers after the events before the positions.

    Events that were filed as dead letters don't count, as in the stream. Raise LogError if the log
    no longer has its beginning, KafkaException.
    """
    twin = ReferenceStates(shoppers, load(), topics.tag(topics.ensure()))
    ends_at = {p: position for p, position in positions.items() if position > 0}
    number, filed, now_ms = homes(), dead_letters.dead_positions(), clock.latest_ms()
    with closing(Consumer({**kafka.consumer("verify"), "enable.partition.eof": True})) as consumer:
        for partition, (first, _) in ends(consumer, settings.KAFKA_TOPIC, [*ends_at]).items():
            if first > 0:
                raise LogError(f"Partition {partition} starts at offset {first}")
        for partition, end in ends_at.items():
            begin = TopicPartition(settings.KAFKA_TOPIC, partition, 0)
            for messages in between(consumer, begin, end):
                for batch in partition_batches(messages, {partition: 0}):
                    good = event_batch.decode(batch, number, now_ms).good
                    twin.take(_without(filed, partition, good))
    return twin.packed


def _without(filed: set[tuple[int, int]], partition: int, good: ByShopper) -> ByShopper:
    """The events that weren't filed as dead letters."""
    return {
        shopper: [event for event in made if (partition, event.offset) not in filed]
        for shopper, made in good.items()
    }


def differences(online: Packed, computed: Packed) -> list[Difference]:
    """In the fields of the states; empty when all are equal."""
    return [
        difference
        for shopper, mine in computed.items()
        if online.get(shopper) != mine
        for difference in _differences_of(shopper, online.get(shopper), mine)
    ]


def _differences_of(
    shopper: str, online: bytes | None, computed: bytes | None
) -> Sequence[Difference]:
    try:
        return differing_fields(shopper, unpack(online), unpack(computed))
    except UnreadableStateError as error:
        return [Difference(shopper, "state", str(error), "what the log tells")]


def differing_fields(shopper: str, theirs: State, ours: State) -> list[Difference]:
    """The fields in which two states of a shopper differ, except for where they come from."""
    names = [name for name in ours.__struct_fields__ if name not in BOOKKEEPING]
    differ = [name for name in names if getattr(theirs, name) != getattr(ours, name)]
    return [Difference(shopper, name, _read(theirs, name), _read(ours, name)) for name in differ]


def _read(state: State, name: str) -> object:
    """The field's value, unpacked."""
    return READERS[name](state) if name in READERS else getattr(state, name)
