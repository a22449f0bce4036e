"""Reading all that a topic holds, whatever its broker says of its end."""

import time
from collections.abc import Iterator
from typing import Final

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from streaming import kafka

PATIENCE_S: Final = 10.0
# Messages at a time.
MOST: Final = 10_000


class UnreadError(Exception):
    """The end of a topic wasn't reached."""


def is_end(message: Message) -> bool:
    """Whether it only tells that a partition was read to its end."""
    error = message.error()
    return error is not None and error.code() == KafkaError._PARTITION_EOF


def messages(name: str, partitions: int) -> Iterator[Message]:
    """All that is there now; raise UnreadError where nothing comes and the end isn't reached."""
    consumer = Consumer({**kafka.consumer("reading"), "enable.partition.eof": True})
    try:
        consumer.assign([TopicPartition(name, p, OFFSET_BEGINNING) for p in range(partitions)])
        unread, deadline = set(range(partitions)), time.monotonic() + PATIENCE_S
        while unread:
            got = consumer.consume(500, 0.2)
            deadline = time.monotonic() + PATIENCE_S if got else deadline
            for message in got:
                if is_end(message):
                    unread.discard(message.partition() or 0)
                elif message.error() is None:
                    yield message
            if time.monotonic() > deadline:
                raise UnreadError(f"Could not read topic {name} to its end.")
    finally:
        consumer.close()


def between(consumer: Consumer, begin: TopicPartition, end: int) -> Iterator[list[Message]]:
    """A partition's messages from `begin` to before offset `end`, as they come; `consumer` tells of
    ends (`enable.partition.eof`). Raise KafkaException, also where the log lost them meanwhile, and
    UnreadError where nothing comes."""
    consumer.assign([begin])
    reached, deadline = begin.offset, time.monotonic() + PATIENCE_S
    while reached < end:
        got = consumer.consume(MOST, 0.2)
        deadline = time.monotonic() + PATIENCE_S if got else deadline
        if broken := [m for m in got if m.error() is not None and not is_end(m)]:
            raise KafkaException(broken[0].error())
        # The place of an end is behind what compaction or a transaction has left out.
        reached = max([reached, *((m.offset() or 0) + (not is_end(m)) for m in got)])
        yield [m for m in got if m.error() is None and (m.offset() or 0) < end]
        if time.monotonic() > deadline:
            raise UnreadError(f"Could not read {begin.topic} [{begin.partition}] to {end}.")


def has_messages(name: str, partitions: int) -> bool:
    """Read to find out: some brokers report the last messages late."""
    return next(messages(name, partitions), None) is not None
