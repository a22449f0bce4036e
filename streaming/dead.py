"""The dead letters: read, sent again, thrown away."""

import time
from collections.abc import Iterator
from typing import Final

import msgspec
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from django.conf import settings

from streaming import kafka, topics
from streaming.delivery import DeadLetter, Outgoing, Sender, outgoing

PARTITION: Final = 0
# The topic has one partition, and its end is where nothing more comes for this long: the embedded
# broker answers questions for the end wrongly.
QUIET_S: Final = 1.5


def letters() -> Iterator[tuple[int, DeadLetter]]:
    """Each dead letter with its number (its offset), oldest first; raise KafkaException."""
    topics.ensure()
    consumer = Consumer({**kafka.consumer("dead-letters"), "enable.partition.eof": True})
    try:
        place = TopicPartition(settings.KAFKA_DEAD_TOPIC, PARTITION, OFFSET_BEGINNING)
        consumer.assign([place])
        quiet_at = time.monotonic() + QUIET_S
        while time.monotonic() < quiet_at:
            for message in consumer.consume(500, 0.2):
                if message.error() is not None:
                    continue
                quiet_at = time.monotonic() + QUIET_S
                yield message.offset() or 0, _letter(message)
    finally:
        consumer.close()


def _letter(message: Message) -> DeadLetter:
    value = message.value() or b""
    try:
        return msgspec.json.decode(value, type=DeadLetter)
    except msgspec.DecodeError as error:
        return DeadLetter(f"not a dead letter: {error}", value)


def replay(numbers: set[int] | None) -> tuple[int, int]:
    """Send letters (None: all) to their topic again; return how many were sent and how many not.

    What still can't be worked on comes back as a new dead letter; an event that was done after all
    is recognised by its id.
    """
    chosen = [letter for number, letter in letters() if numbers is None or number in numbers]
    failed = Sender().send([_again(letter) for letter in chosen])
    return len(chosen) - len(failed), len(failed)


def _again(letter: DeadLetter) -> Outgoing:
    message = outgoing(letter.value)
    if message.topic == settings.KAFKA_TOPIC:
        return message
    return Outgoing(settings.KAFKA_TOPIC, "", letter.value, max(letter.partition, 0))


def purge() -> None:
    """Throw all of them away; raise KafkaException."""
    client: AdminClient = topics.admin()
    name = settings.KAFKA_DEAD_TOPIC
    client.delete_topics([name])[name].result(topics.TIMEOUT_S)
    deadline = time.monotonic() + topics.TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            topics.ensure()
            return
        except KafkaException:  # a real Kafka takes a moment to forget the old one
            time.sleep(0.1)
    topics.ensure()
