"""Reads, replays and purges dead letters."""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

import msgspec
from confluent_kafka import KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from django.conf import settings

from streaming.events.schema import names_in
from streaming.kafka import messages, topics
from streaming.producers.acknowledged import DeadLetter, Outgoing, Sender, dead_letter, outgoing
from web.json_types import decoded

PARTITION: Final = 0  # the only one
_decoder = msgspec.json.Decoder(DeadLetter)


def dead_letters() -> Iterator[tuple[int, DeadLetter]]:
    """Each dead letter with its number (its offset), oldest first; raise KafkaException."""
    topics.ensure()
    for message in messages(settings.KAFKA_DEAD_TOPIC, 1):
        yield message.offset() or 0, _letter(message)


def dead_positions() -> set[tuple[int, int]]:
    """Partition and offset, in the events' topic, of each dead letter's message."""
    return {(x.partition, x.offset) for _, x in dead_letters() if x.topic == settings.KAFKA_TOPIC}


def _letter(message: Message) -> DeadLetter:
    value = message.value() or b""
    try:
        return decoded(value, _decoder)
    except msgspec.DecodeError as error:
        return DeadLetter(f"not a dead letter: {error}", value)


def replay(numbers: set[int] | None) -> tuple[int, int]:
    """Send letters (None: all) to their topic again; return how many were sent and how many failed.

    A message that still can't be processed becomes a new dead letter; an event that was applied
    after all is recognised by its id.
    """
    chosen = [letter for number, letter in dead_letters() if numbers is None or number in numbers]
    failed = Sender().send([_again(letter) for letter in chosen])
    return len(chosen) - len(failed), len(failed)


def _again(letter: DeadLetter) -> Outgoing:
    """An event, wherever it belongs; what isn't one goes back to its partition."""
    message = outgoing(letter.value)
    if message.topic == settings.KAFKA_TOPIC:
        return message
    return Outgoing(settings.KAFKA_TOPIC, "", letter.value, max(letter.partition, 0))


def drop(shoppers: Collection[str]) -> Counter[str]:
    """Remove these shoppers' letters; return how many of each. The others get new numbers.

    Kafka can't delete from the middle of a log: the others are sent to its end again, then
    everything before them is deleted. Raise KafkaException.
    """
    dropped: Counter[str] = Counter()
    kept, end = [], 0
    for offset, letter in dead_letters():
        end = offset + 1
        theirs = names_in(letter.value).intersection(shoppers)
        dropped.update(theirs)
        if not theirs:
            place = (letter.error, letter.topic, letter.partition, letter.offset)
            kept.append(dead_letter(letter.value, *place))
    if dropped:
        _cut_off(end, kept)
    return dropped


def _cut_off(end: int, kept: list[Outgoing]) -> None:
    """Killed halfway, letters exist twice; if both are replayed, the event's id tells."""
    _resend(kept)
    client = topics.admin()  # its futures need it alive
    place = TopicPartition(settings.KAFKA_DEAD_TOPIC, PARTITION, end)
    try:
        topics.answer(client.delete_records([place])[place])
    except KafkaException as error:
        if error.args[0].code() not in topics.UNSUPPORTED:
            raise
        purge()
        _resend(kept)


def _resend(letters: list[Outgoing]) -> None:
    if failed := Sender().send(letters):
        raise topics.TopicError(f"{len(failed)} dead letters weren't acknowledged")


def purge() -> None:
    """Purge all of them; raise KafkaException."""
    client: AdminClient = topics.admin()
    name = settings.KAFKA_DEAD_TOPIC
    topics.answer(client.delete_topics([name])[name])
    deadline = time.monotonic() + topics.TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            topics.ensure()
            return
        except KafkaException:  # a real Kafka takes a moment to forget the old one
            time.sleep(0.1)
    topics.ensure()
