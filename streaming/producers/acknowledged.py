"""Publishing that waits for the broker's acknowledgement: for tasks, commands and the worker."""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from django.conf import settings

from streaming import kafka
from streaming.events import schema
from streaming.kafka import topics
from streaming.partitions import home_of

logger = logging.getLogger(__name__)


class Outgoing(NamedTuple):
    """One message; without a partition the broker's client chooses."""

    topic: str
    key: str
    value: bytes
    partition: int = -1
    headers: list[tuple[str, bytes]] = []


class Sender:
    """A producer that is replaced after a failure, for the messages that the old one may have lost.

    No message has a time-out of its own: when all are given up, each partition has received the
    first ones of its messages in order, and a repetition is recognised by how far they came.
    """

    def __init__(self, timeout_s: float = 5.0) -> None:
        self.timeout_s = timeout_s
        self._producer: Producer | None = None

    def send(self, messages: Sequence[Outgoing]) -> list[int]:
        """The places of the messages that weren't acknowledged in time; none if all were."""
        try:
            producer = self._connected()
        except KafkaException as error:
            logger.warning("Kafka is unavailable: %s", error)
            return list(range(len(messages)))
        failed = self._queue(producer, messages)
        if producer.flush(self.timeout_s + 1):
            producer.purge()
            producer.flush(1.0)
        if failed:
            self._producer = None
        return sorted(failed)

    def _connected(self) -> Producer:
        if self._producer is None:
            topics.ensure()
            config = kafka.producer(0)
            self._producer = kafka.connected(config, self.timeout_s)
        return self._producer

    def _queue(self, producer: Producer, messages: Sequence[Outgoing]) -> set[int]:
        failed: set[int] = set()
        for place, message in enumerate(messages):

            def report(error: KafkaError | None, _: Message, place: int = place) -> None:
                if error is not None:
                    failed.add(place)

            try:
                producer.produce(
                    message.topic,
                    message.value,
                    key=message.key,
                    partition=message.partition,
                    headers=list(message.headers),
                    on_delivery=report,
                )
            except (BufferError, KafkaException) as error:
                logger.warning("Could not queue a message: %s", error)
                failed.add(place)
        return failed


def outgoing(value: bytes) -> Outgoing:
    """An encoded event as a message; anything else goes to the dead letters."""
    try:
        key = schema.key_of(schema.decode(value))
    except msgspec.DecodeError as error:
        return dead_letter(value, str(error))
    return Outgoing(settings.KAFKA_TOPIC, key, value, home_of(key))


class DeadLetter(msgspec.Struct, omit_defaults=True):
    """A message that couldn't be processed; `value` is base64. No `topic`: it was never sent."""

    error: str
    value: bytes
    topic: str = ""
    partition: int = -1
    offset: int = -1
    cut_from: int = 0  # bytes of a value that was too long for a letter


# A third more in base64; a broker takes a megabyte.
LONGEST: Final = 500_000


def dead_letter(
    value: bytes, error: str, topic: str = "", partition: int = -1, offset: int = -1
) -> Outgoing:
    cut_from = len(value) if len(value) > LONGEST else 0
    letter = DeadLetter(error[:500], value[:LONGEST], topic, partition, offset, cut_from)
    key = f"{topic}/{partition}/{offset}"
    return Outgoing(settings.KAFKA_DEAD_TOPIC, key, msgspec.json.encode(letter), 0)
