"""A poll's records by partition. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import methodcaller
from typing import Final, NamedTuple

import msgspec
from confluent_kafka import Message

Headers = tuple[tuple[str, bytes | None], ...]
ORIGIN: Final = "origin"  # the header of a record that another partition passed on
# confluent-kafka 2 returns although it has failed, which Python notices at some later place if the
# method is called directly.
_read_headers: Final = methodcaller("headers")


class Origin(NamedTuple):
    """Where a record was before it was passed on to its shopper's partition."""

    partition: int
    offset: int

    @classmethod
    def read(cls, header: bytes | None) -> "Origin | None":
        """None for an invalid header: it can be anything."""
        try:
            partition, offset = map(int, (header or b"").split(b":"))
        except (ValueError, TypeError):
            return None
        return cls(partition, offset)

    def header(self) -> tuple[str, bytes]:
        return ORIGIN, f"{self.partition}:{self.offset}".encode()


class Record(msgspec.Struct, frozen=True, gc=False):
    """A message of a partition; `value` None is a tombstone of a compacted topic."""

    offset: int
    value: bytes | None
    accepted_ms: int = 0
    headers: Headers = ()

    @property
    def origin(self) -> Origin | None:
        return next((Origin.read(value) for name, value in self.headers if name == ORIGIN), None)


class DeadRecord(NamedTuple):
    """A record that can't be processed, and why."""

    partition: int
    record: Record
    error: str


@dataclass(frozen=True)
class PartitionBatch:
    """One partition's share of a poll. `next_offset` is the partition's position after it.

    Without records it only moves on, over what isn't for readers (aborted transactions, markers).
    """

    partition: int
    records: list[Record]
    next_offset: int

    def halves(self) -> "tuple[PartitionBatch, PartitionBatch]":
        middle = len(self.records) // 2
        begin = self.records[middle].offset
        first = replace(self, records=self.records[:middle], next_offset=begin)
        return first, replace(self, records=self.records[middle:])


def partition_batches(
    messages: Iterable[Message], positions: Mapping[int, int]
) -> list[PartitionBatch]:
    """The messages by partition, without those that are done already or aren't ours.

    An end-of-partition event says how far everything has been read, whatever was there.
    """
    records: dict[int, list[Record]] = {}
    ends: dict[int, int] = {}
    for message in messages:
        partition, offset = message.partition(), message.offset()
        # A fetched message has both, though its type allows None.
        if partition is None or offset is None or partition not in positions:
            continue
        if offset < positions[partition]:
            continue
        ends[partition] = offset
        if message.error() is None:
            ends[partition] += 1
            records.setdefault(partition, []).append(_record(message, offset))
    return [
        PartitionBatch(partition, records.get(partition, []), end)
        for partition, end in ends.items()
        if partition in records or end > max(positions[partition], 0)
    ]


def _record(message: Message, offset: int) -> Record:
    return Record(offset, message.value(), message.timestamp()[1], _headers(message))


def _headers(message: Message) -> Headers:
    """No headers at all where a name isn't UTF-8: our own names are."""
    try:
        return tuple(_read_headers(message) or ())
    except (SystemError, UnicodeDecodeError):
        return ()
