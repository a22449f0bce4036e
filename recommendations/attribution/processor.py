"""Attribution as a processor of the log: its offsets are stored in PostgreSQL, beside its rows."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import DatabaseError, IntegrityError

from recommendations.attribution import step
from recommendations.attribution.models import AttributionFence
from recommendations.attribution.step import Servings
from streaming.consumer.batch import PartitionBatch
from streaming.consumer.processor import NO_POSITION, Log, Polling, Work

# A batch costs a transaction per partition, and nobody waits for the totals, so events are
# collected for this long unless the batch fills up first.
GATHER_S: Final = 0.5
# Half a second of latency doesn't matter here, and the embedded broker's cost per fetch grows with
# its log.
KAFKA: Final = {"fetch.wait.max.ms": 500}


class AttributionProcessor:
    """The processor of the queue `attribution`; see consumer.processor.Processor."""

    name = "attribution"
    passes_gaps = True
    unavailable: tuple[type[Exception], ...] = (DatabaseError,)

    def __init__(self) -> None:
        self.polling = Polling(records=2000, gather_s=GATHER_S, kafka=KAFKA)
        self.servings = Servings()

    def open(self) -> None:
        self.servings = Servings()

    def positions(self, log: Log, partitions: Sequence[int]) -> dict[int, int]:
        rows = AttributionFence.objects.filter(topic_id=log.topic_id)
        stored = dict(rows.values_list("partition", "following"))
        return {p: stored.get(p, NO_POSITION) for p in partitions}

    def begin(self, log: Log, partitions: Sequence[int]) -> None:
        """Nothing to restore: rows recognise a repeated event by its id."""

    def prepare(self, log: Log, batches: Sequence[PartitionBatch]) -> Work:
        """The feature processor dead-letters whatever isn't an event."""
        return Work(batches)

    def commit(self, log: Log, positions: Mapping[int, int], work: Work) -> None:
        """One transaction per partition."""
        for batch in work.batches:
            try:
                step.work(self.servings, log.topic_id, positions[batch.partition], batch)
            except IntegrityError:  # a known serving was deleted meanwhile
                self.servings = Servings()
                raise

    def turn(self) -> None:
        """No work between batches."""
