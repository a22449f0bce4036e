"""Follows an event by its id: from the shop into Kafka, and through a worker into the features."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from django.conf import settings

from demo.run.waiting import eventually
from demo.services import ports
from streaming import kafka
from streaming.events import schema
from streaming.features import store
from streaming.features.reducer.rings import holds, mark_of
from streaming.features.state import unpack
from streaming.features.store import StoreUnavailable
from streaming.kafka import topics


@dataclass(frozen=True)
class Logged:
    """An event and where it lies in the topic."""

    event: schema.Event
    partition: int
    offset: int


class Log:
    """All that was ever published, read on as it comes."""

    def __init__(self) -> None:
        self.consumer: Consumer | None = None
        self.topic_id = ""
        self.read: list[Logged] = []

    def look(self) -> None:
        """Read what is new."""
        if self.consumer is None:
            self._open()
        if self.consumer is None:
            return
        for message in self.consumer.consume(1000, 0.05):
            value = message.value()
            if message.error() is None and value is not None:
                self._take(value, message.partition() or 0, message.offset() or 0)

    def _take(self, value: bytes, partition: int, offset: int) -> None:
        try:
            event = schema.decode(value)
        except msgspec.DecodeError:
            return  # the worker's to file; no event of ours
        self.read.append(Logged(event, partition, offset))

    def _open(self) -> None:
        """Read from the start: the embedded broker tells the end of a topic wrongly."""
        if not is_there() or (found := topics.topic_id()) is None:
            return
        self.topic_id = found
        self.consumer = Consumer(kafka.consumer("demo-checks"))
        self.consumer.assign(
            [
                TopicPartition(settings.KAFKA_TOPIC, partition, OFFSET_BEGINNING)
                for partition in range(settings.KAFKA_PARTITIONS)
            ]
        )

    def close(self) -> None:
        if self.consumer is not None:
            self.consumer.close()

    def matching(self, wanted: Callable[[schema.Event], bool]) -> Iterator[Logged]:
        return (logged for logged in self.read if wanted(logged.event))


def is_there() -> bool:
    """Whether anybody listens where Kafka should be."""
    return ports.is_listening(settings.KAFKA_BOOTSTRAP_SERVERS)


@dataclass(frozen=True)
class Traced:
    """An event that has become a feature, and how long each part of its way took, in ms."""

    logged: Logged
    to_kafka: float
    to_features: float

    def __str__(self) -> str:
        name = self.logged.event.id
        return f"{name[:8]} in Kafka {self.to_kafka:.0f} ms, features {self.to_features:.0f} ms"


def follow(
    log: Log, wanted: Callable[[schema.Event], bool], what: str, works: Callable[[], bool]
) -> Traced:
    """The first event that is `wanted`, when the shopper's features have it.

    `works` says whether a stream worker runs. Raise CheckError with where its way ends.
    """
    start = time.monotonic()

    def published() -> Logged | None:
        log.look()
        return next(log.matching(wanted), None)

    logged = eventually(published, f"the {what} doesn't reach Kafka", possible=is_there)
    in_kafka = time.monotonic()
    eventually(
        lambda: is_applied(log.topic_id, logged),
        f"the {what} {logged.event.id[:8]} is in Kafka (partition {logged.partition}, offset "
        f"{logged.offset}), and no worker takes it into the features",
        possible=works,
    )
    return Traced(logged, (in_kafka - start) * 1000, (time.monotonic() - in_kafka) * 1000)


def is_applied(topic_id: str, logged: Logged) -> bool:
    """Whether the worker has passed it, and the shopper's state knows its id."""
    shopper = schema.key_of(logged.event)
    try:
        fences, states = store.stored(topic_id, [shopper])
    except StoreUnavailable:
        return False
    state = unpack(states[shopper])
    passed = fences[logged.partition] > logged.offset
    return passed and holds(state.seen, mark_of(logged.event.id))


def has_passed(topic_id: str, logged: Logged) -> bool:
    """Whether the worker has passed it; of one of thousands the state remembers no id."""
    try:
        fences, _ = store.stored(topic_id, [schema.key_of(logged.event)])
    except StoreUnavailable:
        return False
    return fences[logged.partition] > logged.offset
