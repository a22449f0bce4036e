"""Attribution as a processor of the log: its positions lie in PostgreSQL, beside its rows."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import DatabaseError, IntegrityError

from recommendations.attribution import step
from recommendations.attribution.models import AttributionFence
from recommendations.attribution.step import Servings
from streaming.consumer.batch import PartitionBatch
from streaming.consumer.processor import NO_POSITION, Log, Polling, Work

# A batch costs a transaction per partition, and nobody waits for the sums: the events of so long
# make one, unless it is full before.
GATHER_S: Final = 0.5
# Half a second doesn't matter here, and the embedded broker works the harder for each fetch the
# longer its log has become.
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
        """Nothing is kept beside the rows, which know a repetition by its event."""

    def prepare(self, log: Log, batches: Sequence[PartitionBatch]) -> Work:
        """What isn't an event is filed by the processor of the features."""
        return Work(batches)

    def commit(self, log: Log, positions: Mapping[int, int], work: Work) -> None:
        """A transaction for each partition."""
        for batch in work.batches:
            try:
                step.work(self.servings, log.topic_id, positions[batch.partition], batch)
            except IntegrityError:  # a serving that is known here was deleted meanwhile
                self.servings = Servings()
                raise

    def turn(self) -> None:
        """Nothing is due beside the batches."""
