"""The loop that every consumer of the log runs: poll, compute, file dead letters, write, repeat.

It is built to be interrupted anywhere. When anything goes wrong (a store that is down, a refused
batch, a dead letter that isn't acknowledged, partitions gained or lost), it forgets the batch, asks
the processor for its partitions' positions, and reads the log again from there.
"""

import gc
import logging
import math
import threading
import time
from collections.abc import Sequence
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from django.conf import settings
from django.db import connections

from streaming import kafka
from streaming.consumer.applier import Applier, DeadLetterLimitError
from streaming.consumer.assignment import CUT, OUT_OF_RANGE, Assignment, ends
from streaming.consumer.batch import PartitionBatch, partition_batches
from streaming.consumer.processor import (
    NO_POSITION,
    Log,
    NotReadyError,
    Processor,
    RefusedError,
)
from streaming.consumer.watchdog import Watchdog
from streaming.consumer.worker_metrics import Heartbeat, WorkerMetrics
from streaming.kafka import is_end, topics
from streaming.producers.moving import to_spool
from streaming.status import STOPPED

logger = logging.getLogger(__name__)

RETRY_S: Final = 0.5
# Three times what a join takes on the embedded broker.
JOIN_S: Final = 10.0
GC_THRESHOLD: Final = (100_000, 50, 100)


class ConsumerRuntime:
    """`run` works until `stopping` is set; raises DeadLetterLimitError."""

    def __init__(self, processor: Processor, worker: str) -> None:
        self.processor = processor
        self.stopping = threading.Event()
        self.watchdog = Watchdog(self.stopping)
        self.metrics = WorkerMetrics(worker, processor.name)
        self.heartbeat = Heartbeat(self.metrics)
        self.assignment = Assignment()
        self.applier = Applier(processor, self.assignment, self.metrics)

    def run(self) -> None:
        # A batch makes ten thousands of small lists and no cycles: looking for cycles as often as
        # Python does by itself takes a fifth of the time.
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
        try:
            while not self.stopping.is_set():
                self._run_once()
        except Exception as error:
            self._tell_stopped(error)
            raise
        finally:
            connections.close_all()  # this thread's own

    def _tell_stopped(self, error: Exception) -> None:
        """Report the positions once, while they are known."""
        if self.metrics.state != STOPPED:
            self.heartbeat.stopped(str(error), self.assignment)

    def _run_once(self) -> None:
        self.watchdog.turned()
        try:
            topics.ensure(move=to_spool)
            self.processor.open()
            self._live()
        except DeadLetterLimitError:
            raise
        except self.applier.waited_out as error:
            self._wait(error)
            connections.close_all()
            self.stopping.wait(RETRY_S)

    def _wait(self, error: Exception) -> None:
        reason = (
            f"{error}" if isinstance(error, NotReadyError) else f"{type(error).__name__}: {error}"
        )
        if self.metrics.reason != reason:
            logger.warning("%s is waiting: %s", self.processor.name, reason)
        self.metrics.state, self.metrics.reason = "waiting", reason
        self.heartbeat.beat(self.assignment)

    def _live(self) -> None:
        """One Kafka consumer's life: until told to stop, or until the consumer is broken."""
        # Shops on one cluster each have a topic, and so groups of their own.
        self.group = f"{settings.KAFKA_TOPIC}.{self.processor.name}"
        self.joining_since = time.monotonic()
        self.consumer = Consumer(
            {
                **kafka.consumer(self.group),
                "enable.partition.eof": True,
                **self.processor.polling.kafka,
                "stats_cb": lambda text: self.metrics.statistics(text, settings.KAFKA_TOPIC),
                "error_cb": self._error,
            }
        )
        self.consumer.subscribe(
            [settings.KAFKA_TOPIC],
            on_assign=self._on_assign,
            on_revoke=self._on_revoke,
            on_lost=self._on_lost,
        )
        try:
            while not self.stopping.is_set():
                self._turn()
        finally:
            self.consumer.close()  # revokes, and so commits
            self.assignment.give_up()

    def _turn(self) -> None:
        self.watchdog.turned()
        if time.monotonic() - self.joining_since > JOIN_S:
            self.joining_since = time.monotonic()
            topics.forget_group(self.group)
        if self.assignment.partitions and self.assignment.log is None:
            self._find_positions()
        messages = self._poll()
        if (log := self.assignment.log) is not None:
            batches = partition_batches(messages, self.assignment.positions)
            if batches:
                self._work(log, batches)
        self.processor.turn()
        if self.heartbeat.due(self.assignment):
            self._commit()
            self._check_positions()

    def _poll(self) -> list[Message]:
        """The waiting records, up to a batch; if none wait, the first that arrive."""
        polling = self.processor.polling
        if polling.gather_s:
            got = self.consumer.consume(polling.records, polling.gather_s)
        else:
            first = self.consumer.consume(1, polling.idle_s)
            rest = self.consumer.consume(polling.records - 1, 0) if first else []
            got = [*first, *rest]
        return [m for m in got if m.error() is None or not self._is_error(m)]

    def _work(self, log: Log, batches: Sequence[PartitionBatch]) -> None:
        try:
            self.applier.apply(log, batches)
        except DeadLetterLimitError as error:
            self._tell_stopped(error)
            raise
        except self.applier.waited_out as error:
            self.metrics.refused += isinstance(error, RefusedError)
            self._lose_positions(f"{type(error).__name__}: {error}")

    # --- positions ---

    def _find_positions(self) -> None:
        try:
            log = Log(settings.KAFKA_TOPIC, topics.ensure())
            self.assignment.find(self.consumer, self.processor, log)
        except self.applier.waited_out as error:
            self._lose_positions(f"{type(error).__name__}: {error}")
            self.stopping.wait(RETRY_S)
        else:
            self.metrics.state, self.metrics.reason = "running", ""

    def _check_positions(self) -> None:
        """Notice a wiped store, or a moved position, without waiting for the next event."""
        if (log := self.assignment.log) is None:
            return
        try:
            stored = self.processor.positions(log, list(self.assignment.positions))
        except self.applier.waited_out as error:
            self._lose_positions(str(error))
            return
        if stored != self.assignment.positions:
            self._lose_positions(f"the store has {stored}, not {self.assignment.positions}")

    def _lose_positions(self, why: str) -> None:
        """Fetch nothing until the processor was asked again; the group still sees this consumer
        alive."""
        if self.metrics.state != "waiting":
            logger.warning(
                "%s is seeking back to its stored positions: %s", self.processor.name, why
            )
        self.metrics.state, self.metrics.reason = "waiting", why
        self.assignment.forget()
        self.consumer.assign([])

    def _is_error(self, message: Message) -> bool:
        """Whether a message only reports an error; the end of a partition isn't an error."""
        error = message.error()
        if error is None or is_end(message):
            return False
        if error.fatal():
            raise KafkaException(error)
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            self._out_of_range(message.partition() or 0)
        else:
            logger.warning("Kafka: %s", error)
        return True

    def _out_of_range(self, partition: int) -> None:
        """Another topic under the same name has other positions; this topic has lost events."""
        log = self.assignment.log
        if log is None or topics.topic_id() != log.topic_id:
            self._lose_positions("the topic was created again")
            return
        at = self.assignment.positions.get(partition, NO_POSITION)
        low, high = ends(self.consumer, log.topic, [partition])[partition]
        if (
            at == NO_POSITION or low <= at <= high or (at < low and self.processor.passes_gaps)
        ):  # it was cut while we asked, or isn't any more
            self._lose_positions(f"partition {partition} begins at {low} now")
            return
        text = CUT if at < low else OUT_OF_RANGE
        reason = text.format(low=low, high=high, partition=partition)
        self.assignment.stop(self.consumer, log, partition, reason)

    # --- the group ---

    def _on_assign(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self.joining_since = math.inf
        self.metrics.rebalances += 1
        self.assignment.partitions = [partition.partition for partition in partitions]
        self._lose_positions(f"assigned {self.assignment.partitions}")

    def _on_revoke(self, _: Consumer, __: list[TopicPartition]) -> None:
        """Every batch is finished before the next poll, so nothing is in progress here."""
        self._commit(wait=True)
        self._give_up()

    def _on_lost(self, _: Consumer, __: list[TopicPartition]) -> None:
        self._give_up()

    def _give_up(self) -> None:
        self.joining_since = time.monotonic()
        self.assignment.give_up()

    def _commit(self, *, wait: bool = False) -> None:
        """Tell Kafka the positions, for its own tools only: a failure does no harm."""
        offsets = [
            TopicPartition(settings.KAFKA_TOPIC, partition, position)
            for partition, position in self.assignment.positions.items()
            if position != NO_POSITION
        ]
        try:
            if offsets and wait:
                self.consumer.commit(offsets=offsets, asynchronous=False)
            elif offsets:
                self.consumer.commit(offsets=offsets)
        except KafkaException as error:
            logger.info("Could not commit offsets: %s", error)

    def _error(self, error: KafkaError) -> None:
        """Log once that no broker is left, not each failed attempt to connect."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            if self.joining_since < math.inf:
                self.joining_since = time.monotonic()
            logger.warning("Kafka is unavailable: %s", error)
