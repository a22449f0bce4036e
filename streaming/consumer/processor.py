"""The contract between the runtime and what is done with the events.

`recommendations/tests/test_processors.py` holds every processor to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from streaming.consumer.batch import DeadRecord, PartitionBatch
from streaming.producers.acknowledged import Outgoing

NO_POSITION: Final = -1  # nothing of the partition was applied yet


class RefusedError(Exception):
    """A position has moved: another worker has the partition, or the batch is in already."""


class NotReadyError(Exception):
    """The processor must not work now; the text says why, and what to do about it."""


@dataclass(frozen=True)
class Log:
    """Which log is read: an offset is valid for one topic id only."""

    topic: str
    topic_id: str


@dataclass(frozen=True)
class Polling:
    """How much a poll takes at most, and how long it waits for the first record and for more."""

    records: int = 6000
    idle_s: float = 0.2
    gather_s: float = 0.0
    kafka: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Work:
    """What batches result in, before anything of it is written.

    `dead` and `outgoing` are safe in Kafka before `Processor.commit` is called.
    """

    batches: Sequence[PartitionBatch]
    dead: list[DeadRecord] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)


class Processor(Protocol):
    """Applies each record once: its positions are stored together with what the records do.

    With `passes_gaps` it continues where the log begins if unread events were deleted from it (by
    retention); else such a partition stops until somebody decides. `unavailable` are the
    errors that say that something is down: they are waited out. Any other error is the fault of a
    record, which is found and filed as a dead letter.
    """

    name: str
    polling: Polling
    passes_gaps: bool
    unavailable: tuple[type[Exception], ...]

    def open(self) -> None:
        """Get what is needed. Raise NotReadyError or one of `unavailable`."""

    def positions(self, log: Log, partitions: Sequence[int]) -> dict[int, int]:
        """The next offset of each partition, NO_POSITION where nothing was applied yet."""

    def begin(self, log: Log, partitions: Sequence[int]) -> None:
        """These partitions are read from the log's beginning, whatever is already stored of
        them."""

    def prepare(self, log: Log, batches: Sequence[PartitionBatch]) -> Work:
        """Compute the batches' results; nothing is written."""

    def commit(self, log: Log, positions: Mapping[int, int], work: Work) -> None:
        """Write the work and the batches' next offsets, all of a partition or nothing.

        Raise RefusedError, and leave that partition alone, where its position isn't the given one.
        """

    def turn(self) -> None:
        """Periodic work besides the batches; called at each turn of the loop."""
