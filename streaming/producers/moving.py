"""Saves the messages of a topic that has to be created again, by way of the spool."""

import logging

import msgspec

from streaming.events import schema as events
from streaming.kafka import messages
from streaming.kafka.topics import TopicError
from streaming.producers import spool

logger = logging.getLogger(__name__)


def to_spool(name: str, partitions: int) -> None:
    """Write every message to the spool, from where it is sent again; raise TopicError.

    A message that isn't an event is spooled unchanged and becomes a dead letter when it is sent.
    """
    lines = [_line(message.value() or b"") for message in messages(name, partitions)]
    if spool.append(lines):
        raise TopicError(f"The {len(lines)} messages of {name} don't fit into the spool.")
    logger.warning(
        "Topic %s has %d partitions, which are too few: its %d messages are moved by way of the"
        " spool into one of the right size.", name, partitions, len(lines),
    )  # fmt: skip


def _line(value: bytes) -> bytes:
    """Without line ends, which JSON may have between its tokens only."""
    try:
        return events.encode(events.decode(value))
    except msgspec.DecodeError:
        return value.replace(b"\n", b" ")
