"""Applies a poll's batches; a record that can't be processed is filed as a dead letter."""

import logging
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from confluent_kafka import KafkaException
from django.db import DataError, IntegrityError

from streaming.consumer.assignment import Assignment
from streaming.consumer.batch import DeadRecord, PartitionBatch
from streaming.consumer.processor import Log, NotReadyError, Processor, RefusedError, Work
from streaming.consumer.tracing import applied
from streaming.consumer.worker_metrics import WorkerMetrics
from streaming.producers.acknowledged import Sender, dead_letter

WINDOW: Final = 10_000
SHARE: Final = 0.01
IN_A_ROW: Final = 1_000
ADVICE: Final = (
    "They are filed, and the worker continues after them when it is started again. List them with"
    " `manage.py dead_letters list`; send them again with `manage.py dead_letters replay` once"
    " their cause is fixed."
)
logger = logging.getLogger(__name__)
# Records that the dead-letter limit judges at a time.
BLOCK: Final = 500
# Database errors that are a record's fault, not those of a database that is down.
OF_THE_RECORD: Final = (DataError, IntegrityError)


class DeadLetterLimitError(Exception):
    """Too many dead letters: something is wrong with a producer, or with us."""


class DeadLetterLimit:
    """At most 1 % of the last 10,000 records may be dead, and 1,000 one after another.

    It judges what is filed already, so that a worker that is started again gets past it.
    """

    def __init__(self) -> None:
        self.blocks: deque[tuple[int, int]] = deque()  # (records, dead), newest last
        self.records = self.dead = self.row = 0

    def watch(self, records: int, dead: int, example: str = "") -> None:
        """Take note of a batch; raise DeadLetterLimitError where it is too much."""
        if not records:
            return
        self.blocks.append((records, dead))
        self.records += records
        self.dead += dead
        self.row = self.row + dead if dead == records else 0
        while self.records - self.blocks[0][0] >= WINDOW:
            old, old_dead = self.blocks.popleft()
            self.records -= old
            self.dead -= old_dead
        cause = f" The last one: {example}." if example else ""
        if self.row > IN_A_ROW:
            raise DeadLetterLimitError(f"{self.row} dead letters in a row.{cause} {ADVICE}")
        if self.records >= WINDOW and self.dead > SHARE * self.records:
            raise DeadLetterLimitError(
                f"{self.dead} dead letters among the last {self.records} records.{cause} {ADVICE}"
            )


class UndeliveredError(Exception):
    """Kafka didn't acknowledge dead letters or forwarded events: the batch must not count."""


WAITED_OUT: Final = (KafkaException, UndeliveredError, RefusedError, NotReadyError)


class Applier:
    """`waited_out` are the errors that mean that something is down; any other is a record's
    fault."""

    def __init__(
        self, processor: Processor, assignment: Assignment, metrics: WorkerMetrics
    ) -> None:
        self.processor, self.assignment, self.metrics = processor, assignment, metrics
        self.limit, self.sender = DeadLetterLimit(), Sender()
        self.waited_out: tuple[type[Exception], ...] = (*processor.unavailable, *WAITED_OUT)

    def apply(self, log: Log, batches: Sequence[PartitionBatch]) -> None:
        """Raise DeadLetterLimitError, or one of `waited_out`; the batches must then be read
        again."""
        try:
            self._apply(log, batches)
        except Exception as error:
            if not self._is_records_fault(error):
                raise
            logger.warning("A record failed its batch: %s: %s", type(error).__name__, error)
            for batch in batches:
                self._apply_or_file(log, batch)

    def _is_records_fault(self, error: Exception) -> bool:
        if isinstance(error, DeadLetterLimitError):
            return False
        return isinstance(error, OF_THE_RECORD) or not isinstance(error, self.waited_out)

    def _apply(self, log: Log, batches: Sequence[PartitionBatch]) -> None:
        """Raise what the processor raises. Everything before its commit is safe to repeat."""
        began = time.monotonic()
        work = self.processor.prepare(log, batches)
        at = self.metrics.part("work out", began)
        self._write(log, work, at)
        self.metrics.batch(batches, time.monotonic() - began)
        applied(batches)

    def _write(self, log: Log, work: Work, at: float) -> None:
        self._deliver(log, work)
        at = self.metrics.part("send", at)
        self.processor.commit(log, self.assignment.positions, work)
        self.metrics.part("write", at)
        self.assignment.advance(work.batches)
        self.metrics.dead += len(work.dead)
        self._watch(work)

    def _watch(self, work: Work) -> None:
        """Raise DeadLetterLimitError. Block by block, since a poll may be larger than the limit's
        window."""
        dead = {(d.partition, d.record.offset) for d in work.dead}
        example, filed_alone = work.dead[-1].error if work.dead else "", len(dead)
        for batch in work.batches:
            for first in range(0, len(batch.records), BLOCK):
                block = batch.records[first : first + BLOCK]
                found = sum((batch.partition, r.offset) in dead for r in block) if dead else 0
                self.limit.watch(len(block), found, example)
                filed_alone -= found
        self.limit.watch(filed_alone, filed_alone, example)

    def _deliver(self, log: Log, work: Work) -> None:
        """Dead letters and forwarded events are safe in Kafka before the position moves past their
        records."""
        messages = [
            dead_letter(d.record.value or b"", d.error, log.topic, d.partition, d.record.offset)
            for d in work.dead
        ]
        messages += work.outgoing
        if messages and self.sender.send(messages):
            raise UndeliveredError(f"{len(messages)} dead letters or events were not acknowledged")
        self.metrics.passed_on += len(work.outgoing)

    def _apply_or_file(self, log: Log, batch: PartitionBatch) -> None:
        """Halve a failing batch until the record at fault is found, and file that record."""
        error = self._fault_of(log, batch)
        if error is not None and len(batch.records) > 1:
            for half in batch.halves():
                self._apply_or_file(log, half)
        elif error is not None:
            self._file(log, batch, error)

    def _fault_of(self, log: Log, batch: PartitionBatch) -> Exception | None:
        """Apply the batch; the error that one of its records caused, None where all went well."""
        try:
            self._apply(log, [batch])
        except Exception as error:
            if not self._is_records_fault(error):
                raise
            return error
        return None

    def _file(self, log: Log, batch: PartitionBatch, error: Exception) -> None:
        why = f"{self.processor.name} can't work on it: {type(error).__name__}: {error}"
        logger.error("Filed as a dead letter: %s", why, exc_info=error)
        passed = PartitionBatch(batch.partition, [], batch.next_offset)
        dead = [DeadRecord(batch.partition, record, why) for record in batch.records]
        self._write(log, Work([passed], dead), time.monotonic())
