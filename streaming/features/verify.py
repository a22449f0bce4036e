"""What the store must hold, from the log or from history by the very reducer of the stream.

So what differs from the store is the store's fault: an event lost, doubled or out of order.
streaming.features.offline computes the same from history in another way, for all customers at once.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

import msgspec
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from django.conf import settings

from streaming import history, kafka
from streaming.consumer import batch
from streaming.consumer.batch import PoisonError, Taken
from streaming.events.schema import Event, key_of
from streaming.features.articles import load
from streaming.features.reducer.tastes import Attributes
from streaming.features.state import pack, unpack
from streaming.identity.shoppers import customer_shopper
from streaming.replay import encoding

QUIET_S: Final = 10.0
Packed = dict[str, bytes | None]


class Difference(NamedTuple):
    """A field of a shopper's state: the store's value, and the right one."""

    shopper: str
    name: str
    theirs: object
    ours: object


class LogError(Exception):
    """The log doesn't hold what the store has already been made of."""


class Twin:
    """Packed states by shopper: those asked for, kept as the events go by."""

    def __init__(self, shoppers: Iterable[str], articles: Mapping[int, Attributes]) -> None:
        self.packed: Packed = dict.fromkeys(shoppers)
        self.articles = articles

    def take(self, good: list[tuple[int, str, Event]]) -> None:
        """Reduce (offset, key, event)s; an event that breaks the reducer is left out."""
        mine = [item for item in good if item[1] in self.packed]
        while mine:
            try:
                packed = {key: self.packed[key] for _, key, _ in mine}
                states = batch.reduce(mine, packed, self.articles, []).states
            except PoisonError as poison:
                mine = [item for item in mine if item[0] != poison.offset]
                continue
            self.packed.update({key: pack(state) for key, state in states.items()})
            return


def from_history(
    customers: Collection[int], first: date, as_of_ms: int, *, browse: bool = False
) -> Packed:
    """What a replay from `first` on makes of these customers before the moment `as_of_ms`.

    `browse`: as a replay with --browse, whose synthetic views follow from the purchases.
    """
    twin = Twin(map(customer_shopper, customers), load())
    last = datetime.fromtimestamp(as_of_ms / 1000, UTC).date()
    for lines in history.of_database(first, last, sorted(customers)):
        for of_day in lines.days():
            made = encoding.events(of_day, browse=browse)
            twin.take([(0, key_of(event), event) for event in made if event.ts < as_of_ms])
    return twin.packed


def from_log(shoppers: Iterable[str], fences: Mapping[int, int]) -> Packed:
    """What the events before the fences make of these shoppers.

    Raise LogError where the log doesn't begin at its beginning, KafkaException.
    """
    twin = Twin(shoppers, load())
    consumer = Consumer(kafka.consumer("verify"))
    open_ = {p: fence for p, fence in fences.items() if fence > 0}
    places = [TopicPartition(settings.KAFKA_TOPIC, p, OFFSET_BEGINNING) for p in open_]
    consumer.assign(places)
    try:
        _read(consumer, open_, twin)
    finally:
        consumer.close()
    return twin.packed


def _read(consumer: Consumer, open_: dict[int, int], twin: Twin) -> None:
    number, seen = settings.KAFKA_PARTITIONS, dict.fromkeys(open_, 0)
    quiet_at = time.monotonic() + QUIET_S
    while any(seen[p] < fence for p, fence in open_.items()):
        taken: dict[int, list[Taken]] = {}
        for message in consumer.consume(5000, 0.2):
            if (error := message.error()) is not None:
                raise KafkaException(error)
            partition, offset = message.partition() or 0, message.offset() or 0
            if not seen[partition] and offset:
                raise LogError(f"Partition {partition} begins at offset {offset}")
            seen[partition] = offset + 1
            if offset < open_[partition]:
                taken.setdefault(partition, []).append(Taken(offset, message.value() or b""))
        for partition, messages in taken.items():
            twin.take(batch.decode(partition, number, messages).good)
        if taken:
            quiet_at = time.monotonic() + QUIET_S
        elif time.monotonic() > quiet_at:
            raise LogError(f"Nothing more comes after {seen}; the features stand at {open_}")


def differences(online: Packed, computed: Packed) -> list[Difference]:
    """In the fields of the states; empty when all is well."""
    return [
        difference
        for shopper, mine in computed.items()
        if online.get(shopper) != mine
        for difference in unlike(shopper, unpack(online.get(shopper)), unpack(mine))
    ]


def unlike(shopper: str, theirs: msgspec.Struct, ours: msgspec.Struct) -> list[Difference]:
    """The fields in which two states of a shopper differ."""
    pairs = [(name, getattr(theirs, name), getattr(ours, name)) for name in ours.__struct_fields__]
    return [Difference(shopper, name, a, b) for name, a, b in pairs if a != b]
