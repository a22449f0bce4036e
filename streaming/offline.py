"""The offline twin: the features that the stream must have, from PostgreSQL or from the log.

Both ways run the very reducer of the stream, event by event, over the shoppers asked for. So what
differs from the store is the store's fault: an event lost, doubled or out of order.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from django.conf import settings

from streaming import batch, history, kafka
from streaming.articles import load
from streaming.batch import PoisonError, Taken
from streaming.events import Event, key_of
from streaming.reducer import Attributes
from streaming.shoppers import customer_shopper
from streaming.state import ShopperState, State, pack, unpack, view

QUIET_S: Final = 10.0
Packed = dict[str, bytes | None]


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
    for day in history.days(first, last, customers=sorted(customers)):
        made = history.events(day, browse=browse)
        twin.take([(0, key_of(event), event) for event in made if event.ts < as_of_ms])
    return twin.packed


def features_as_of(
    customers: Collection[int], first: date, as_of_ms: int
) -> dict[int, ShopperState]:
    """By customer, the features a reader of the store would have seen at `as_of_ms`."""
    packed = from_history(customers, first, as_of_ms)
    return {int(shopper[1:]): view(unpack(value), as_of_ms) for shopper, value in packed.items()}


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


def differences(online: Packed, offline: Packed) -> list[tuple[str, str, object, object]]:
    """Shopper, field of the state, the store's value and ours; empty when all is well."""
    found: list[tuple[str, str, object, object]] = []
    for shopper, mine in offline.items():
        theirs = online.get(shopper)
        if theirs == mine:
            continue
        a, b = unpack(theirs), unpack(mine)
        fields = [name for name in State.__struct_fields__ if getattr(a, name) != getattr(b, name)]
        found += [(shopper, name, getattr(a, name), getattr(b, name)) for name in fields]
    return found
