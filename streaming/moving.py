"""Saves the messages of a topic that has to be made again, by way of the spool."""

import logging
import time
from collections.abc import Iterator
from typing import Final

import msgspec
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

from streaming import events, kafka, spool
from streaming.consumer.batch import is_end
from streaming.topics import TopicError

logger = logging.getLogger(__name__)

PATIENCE_S: Final = 10.0


def has_messages(name: str, partitions: int) -> bool:
    """Whether anything lies in the topic: looked for, as watermarks of some brokers come late."""
    return next(_messages(name, partitions), None) is not None


def to_spool(name: str, partitions: int) -> None:
    """Write every message to the spool, from where it is sent again; raise TopicError.

    What isn't an event is spooled as it is and becomes a dead letter when it is sent.
    """
    lines = [_line(message.value() or b"") for message in _messages(name, partitions)]
    if spool.append(lines):
        raise TopicError(f"The {len(lines)} messages of {name} find no room in the spool.")
    logger.warning(
        "Topic %s has %d partitions, which are too few: its %d messages are moved by way of the"
        " spool into one of the right size.", name, partitions, len(lines),
    )  # fmt: skip


def _line(value: bytes) -> bytes:
    """Without line ends, which JSON may have between its tokens only."""
    try:
        return events.encode(events.decode(value))
    except (msgspec.DecodeError, RecursionError):
        return value.replace(b"\n", b" ")


def _messages(name: str, partitions: int) -> Iterator[Message]:
    """All that is there now; raise TopicError where its end can't be found."""
    consumer = Consumer({**kafka.consumer("moving"), "enable.partition.eof": True})
    try:
        consumer.assign([TopicPartition(name, p, OFFSET_BEGINNING) for p in range(partitions)])
        open_, deadline = set(range(partitions)), time.monotonic() + PATIENCE_S
        while open_:
            got = consumer.consume(500, 0.2)
            deadline = time.monotonic() + PATIENCE_S if got else deadline
            for message in got:
                if is_end(message):
                    open_.discard(message.partition())
                elif message.error() is None:
                    yield message
            if time.monotonic() > deadline:
                raise TopicError(f"The end of topic {name} wasn't reached in {PATIENCE_S:.0f} s.")
    finally:
        consumer.close()
