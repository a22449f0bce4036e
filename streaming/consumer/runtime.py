"""The stream's consumer: who has which partitions, where each goes on, and the loop over both.

It is built to be interrupted anywhere. Whatever goes wrong (Redis away, a refused batch, a dead
letter that isn't acknowledged, partitions come and gone) it forgets the batch, asks Redis where
each of its partitions stands, and reads the log again from there.
"""

import gc
import logging
import threading
import time
from collections.abc import Sequence
from typing import Final

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from streaming import kafka
from streaming.connection import StoreUnavailable, connect
from streaming.consumer.dead_letter_limit import Brake
from streaming.consumer.heartbeat import Reports
from streaming.consumer.worker_metrics import Meter
from streaming.features.articles import Articles
from streaming.features.processor import RETRY, Step, Tools
from streaming.features.store.writer import NO_FENCE, Writer
from streaming.kafka import topics
from streaming.producers.acknowledged import Sender

logger = logging.getLogger(__name__)

GROUP: Final = "features"
BATCH: Final = 1000
IDLE_S: Final = 0.2
RETRY_S: Final = 0.5
REDIS_TIMEOUT_S: Final = 5.0
GC_THRESHOLD: Final = (100_000, 50, 100)


class OffsetLostError(Exception):
    """The log no longer holds what the features need next."""


class FeatureConsumer:
    """`run` works until `stopping` is set; raises BrakeError, OffsetLostError or TopicError."""

    def __init__(self, worker: str) -> None:
        self.stopping = threading.Event()
        self.meter = Meter(worker)
        self.assigned: list[int] = []
        self.step: Step | None = None  # None: where to go on must be asked first
        self.turned_at = time.monotonic()

    def run(self) -> None:
        # A batch makes ten thousands of small lists and no cycles: looking for cycles as often as
        # Python does by itself takes a fifth of the time.
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLD)
        try:
            while not self.stopping.is_set():
                self._run_once()
        finally:
            connections.close_all()  # this thread's own

    def idle_s(self) -> float:
        """Seconds since the loop was last seen to turn; waiting for a service is turning too."""
        return time.monotonic() - self.turned_at

    def _run_once(self) -> None:
        self.turned_at = time.monotonic()
        try:
            self._live(self._prepare())
        except (KafkaException, DatabaseError, StoreUnavailable) as error:
            logger.warning("The stream waits: %s", error)
            self.stopping.wait(RETRY_S)

    def _prepare(self) -> Tools:
        """What must be there to begin at all: the topics, the articles, Redis."""
        topics.ensure()
        articles = Articles()
        articles.refresh()
        self.redis = connect(REDIS_TIMEOUT_S)
        return Tools(Writer(self.redis), Sender(), articles, Brake(), self.meter)

    def _live(self, tools: Tools) -> None:
        """One Kafka consumer's life: until told to stop or until it is broken."""
        self.tools = tools
        self.reports = Reports(self.redis, tools)
        self.consumer = Consumer(
            {**kafka.consumer(GROUP), "stats_cb": self._statistics, "error_cb": self._error}
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
            self.step, self.assigned = None, []

    def _turn(self) -> None:
        self.turned_at = time.monotonic()
        if self.assigned and self.step is None:
            self._find_place()
        messages = self._poll()
        if messages and self.step is not None:
            self._work(self.step, messages)
        if self.reports.due(self.step):
            self._commit()
            self._check_fences()

    def _poll(self) -> list[Message]:
        """What is there, up to a batch; with nothing there, what comes first."""
        first = self.consumer.consume(1, IDLE_S)
        rest = self.consumer.consume(BATCH - 1, 0) if first else []
        return [message for message in [*first, *rest] if not self._is_error(message)]

    def _work(self, step: Step, messages: Sequence[Message]) -> None:
        try:
            step.work(messages)
        except RETRY as error:
            self._lose_place(f"{type(error).__name__}: {error}")

    # --- where to go on ---

    def _find_place(self) -> None:
        """Seek each partition to its fence in Redis."""
        try:
            topic_id = topics.ensure()
            fences = self.tools.writer.fences(topic_id, self.assigned)
            epochs = self.tools.writer.epochs(self.assigned)
        except (KafkaException, StoreUnavailable) as error:
            self._lose_place(str(error))
            return
        places = [
            TopicPartition(
                settings.KAFKA_TOPIC, p, OFFSET_BEGINNING if offset == NO_FENCE else offset
            )
            for p, offset in fences.items()
        ]
        self.consumer.assign(places)
        self.step = Step(self.tools, topic_id, fences, epochs)
        self.meter.state = "running"
        logger.info("Topic %s goes on at %s", topic_id, fences)

    def _check_fences(self) -> None:
        """A Redis that was wiped while nothing happened must not wait for the next event."""
        if self.step is None:
            return
        try:
            stored = self.tools.writer.fences(self.step.topic_id, list(self.step.fences))
        except StoreUnavailable as error:
            self._lose_place(str(error))
            return
        if stored != self.step.fences:
            self._lose_place(f"Redis has the fences at {stored}, not at {self.step.fences}")

    def _lose_place(self, why: str) -> None:
        """Fetch nothing more until Redis has been asked; the group still sees us alive."""
        if self.meter.state != "waiting":
            logger.warning("The stream goes back to its fences: %s", why)
        self.meter.state = "waiting"
        self.step = None
        self.consumer.assign([])

    def _is_error(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return False
        if error.fatal():
            raise KafkaException(error)
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            self._out_of_range(message.partition() or 0)
        else:
            logger.warning("Kafka: %s", error)
        return True

    def _out_of_range(self, partition: int) -> None:
        """Another topic under the same name has fences of its own; this one has lost events."""
        if self.step is not None and topics.topic_id() == self.step.topic_id:
            raise OffsetLostError(
                f"Partition {partition} no longer holds offset {self.step.fences[partition]}, where"
                " the features stand. Empty Redis and run rebuild_features."
            )
        self._lose_place("the topic was made anew")

    # --- the group ---

    def _on_assign(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self.meter.rebalances += 1
        self.assigned = [partition.partition for partition in partitions]
        self._lose_place(f"assigned {self.assigned}")

    def _on_revoke(self, _: Consumer, __: list[TopicPartition]) -> None:
        """Every batch is done before the next poll, so that nothing is under way here."""
        self._commit(wait=True)
        self._on_lost(_, __)

    def _on_lost(self, _: Consumer, __: list[TopicPartition]) -> None:
        self.assigned, self.step = [], None

    def _commit(self, *, wait: bool = False) -> None:
        """Tell Kafka where we are, for its own tools' sake: a failure costs nothing."""
        if self.step is None:
            return
        offsets = [
            TopicPartition(settings.KAFKA_TOPIC, p, fence)
            for p, fence in self.step.fences.items()
            if fence != NO_FENCE
        ]
        try:
            if offsets and wait:
                self.consumer.commit(offsets=offsets, asynchronous=False)
            elif offsets:
                self.consumer.commit(offsets=offsets)
        except KafkaException as error:
            logger.info("Offsets weren't committed: %s", error)

    def _statistics(self, text: str) -> None:
        self.meter.statistics(text, settings.KAFKA_TOPIC)

    def _error(self, error: KafkaError) -> None:
        """Each failed attempt to connect is told; that no broker is left says it once."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            logger.warning("Kafka is away: %s", error)
