"""Follows an event by its id: from the shop into Kafka, then through a worker to the features."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from django.conf import settings

from demo.run.checks.waiting import eventually
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
    """An event and its position in the topic."""

    event: schema.Event
    partition: int
    offset: int


class Log:
    """Everything ever published to the topic, read incrementally."""

    def __init__(self) -> None:
        self.consumer: Consumer | None = None
        self.topic_id = ""
        self.read: list[Logged] = []

    def read_new(self) -> None:
        """Read new messages."""
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
            return  # not one of ours; the worker dead-letters it
        self.read.append(Logged(event, partition, offset))

    def _open(self) -> None:
        """Start at the beginning, as the embedded broker reports wrong end offsets."""
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
    """Whether anything listens on Kafka's address."""
    return ports.is_listening(settings.KAFKA_BOOTSTRAP_SERVERS)


@dataclass(frozen=True)
class Traced:
    """An event that has reached the features, with the latency of each leg in ms."""

    logged: Logged
    to_kafka: float
    to_features: float

    def __str__(self) -> str:
        name = self.logged.event.id
        return f"{name[:8]} in Kafka {self.to_kafka:.0f} ms, features {self.to_features:.0f} ms"


def follow(
    log: Log, wanted: Callable[[schema.Event], bool], what: str, works: Callable[[], bool]
) -> Traced:
    """The first `wanted` event, once it is in the shopper's features.

    `works` tells whether a stream worker runs. Raises CheckError saying where the event got stuck.
    """
    start = time.monotonic()

    def published() -> Logged | None:
        log.read_new()
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
    """Whether the worker has passed it and the shopper's state contains its id."""
    shopper = schema.key_of(logged.event)
    try:
        fences, states = store.stored(topic_id, [shopper])
    except StoreUnavailable:
        return False
    state = unpack(states[shopper])
    passed = fences[logged.partition] > logged.offset
    return passed and holds(state.seen, mark_of(logged.event.id))


def has_passed(topic_id: str, logged: Logged) -> bool:
    """Whether the worker has passed it; among thousands of events the state drops its id."""
    try:
        fences, _ = store.stored(topic_id, [schema.key_of(logged.event)])
    except StoreUnavailable:
        return False
    return fences[logged.partition] > logged.offset
