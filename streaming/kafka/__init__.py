"""Our clients' settings for the broker, and reading all that a topic holds."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from django.conf import settings

# A broker that comes back is found again within half a second.
RECONNECT: Final = {"reconnect.backoff.ms": 100, "reconnect.backoff.max.ms": 500}
PATIENCE_S: Final = 10.0
# Messages at a time.
MOST: Final = 10_000


def common() -> dict[str, Any]:
    return {
        "bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,
        "client.id": "shop",
        # Lost connections reach us as errors; the library would log them once more.
        "log_level": 2,
        **RECONNECT,
    }


def producer(timeout_ms: int, linger_ms: int = 2) -> dict[str, object]:
    """Idempotent: the library's own retries never double or reorder a message.

    Only failures are reported: after `timeout_ms` without the broker's acknowledgement.
    """
    return {
        **common(),
        "enable.idempotence": True,
        "linger.ms": linger_ms,
        "message.timeout.ms": timeout_ms,
        "delivery.report.only.error": True,
    }


def connected(config: dict[str, object], timeout_s: float) -> Producer:
    """A producer that has connected to its broker; raise KafkaException.

    An idempotent producer that is given messages before that waits up to a second for its id, since
    it asks for it only every half second.
    """
    made = Producer(config)
    made.list_topics(settings.KAFKA_TOPIC, timeout_s)
    return made


def consumer(group: str) -> dict[str, object]:
    """We find and commit offsets ourselves: no reset, no automatic commit."""
    return {
        **common(),
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "partition.assignment.strategy": "roundrobin",
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
        "topic.metadata.refresh.interval.ms": 10_000,
        "fetch.wait.max.ms": 50,
        "fetch.queue.backoff.ms": 5,
        "queued.max.messages.kbytes": 16_384,
        "statistics.interval.ms": 1000,
    }


class UnreadError(KafkaException):
    """The end of a topic wasn't reached."""


def is_end(message: Message) -> bool:
    """Whether the message only reports the end of a partition."""
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def messages(name: str, partitions: int) -> Iterator[Message]:
    """All messages there are now; raise UnreadError where none comes before the end is reached."""
    with closing(Consumer({**consumer("reading"), "enable.partition.eof": True})) as reader:
        reader.assign([TopicPartition(name, p, OFFSET_BEGINNING) for p in range(partitions)])
        unread, deadline = set(range(partitions)), time.monotonic() + PATIENCE_S
        while unread:
            got = reader.consume(500, 0.2)
            deadline = time.monotonic() + PATIENCE_S if got else deadline
            for message in got:
                if is_end(message):
                    unread.discard(message.partition() or 0)
                elif message.error() is None:
                    yield message
            if time.monotonic() > deadline:
                raise UnreadError(f"Could not read topic {name} to its end.")


def between(reader: Consumer, begin: TopicPartition, end: int) -> Iterator[list[Message]]:
    """A partition's messages from `begin` to before offset `end`, as they come; `reader`
    reports ends (`enable.partition.eof`). Raise KafkaException, also where the log lost them
    meanwhile, and UnreadError where nothing comes."""
    reader.assign([begin])
    reached, deadline = begin.offset, time.monotonic() + PATIENCE_S
    while reached < end:
        got = reader.consume(MOST, 0.2)
        deadline = time.monotonic() + PATIENCE_S if got else deadline
        if broken := [m for m in got if m.error() is not None and not is_end(m)]:
            raise KafkaException(broken[0].error())
        # An end's offset is after those that compaction or a transaction has left out.
        reached = max([reached, *((m.offset() or 0) + (not is_end(m)) for m in got)])
        yield [m for m in got if m.error() is None and (m.offset() or 0) < end]
        if time.monotonic() > deadline:
            raise UnreadError(f"Could not read {begin.topic} [{begin.partition}] to {end}.")


def has_messages(name: str, partitions: int) -> bool:
    """Found out by reading: some brokers report the last messages late."""
    return next(messages(name, partitions), None) is not None
