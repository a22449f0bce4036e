"""A second reader of the stream, with places of its own in PostgreSQL.

It reads the log from the beginning, each event once: where it goes on is committed together with
what the events before it did. Whatever goes wrong it forgets the batch and asks PostgreSQL again.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from recommendations.attribution.models import AttributionFence
from recommendations.attribution.step import FenceError, Servings, work
from streaming import kafka
from streaming.kafka import topics

logger = logging.getLogger(__name__)

GROUP: Final = "attribution"
BATCH: Final = 2000
# A batch costs a transaction per partition, and nobody waits for the sums: the events of so long
# make one, unless it is full before.
GATHER_S: Final = 0.5
RETRY_S: Final = 0.5
RETRY: Final = (KafkaException, DatabaseError, FenceError, topics.TopicError)


class AttributionConsumer:
    """`run` works until `stopping` is set."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.assigned: list[int] = []
        self.places: dict[int, int] = {}

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                try:
                    self._live()
                except RETRY as error:
                    logger.warning("Attribution goes back to its fences: %s", error)
                    connections.close_all()
                    self.stopping.wait(RETRY_S)
        finally:
            connections.close_all()  # this thread's own

    def _live(self) -> None:
        """One Kafka consumer's life: until told to stop or until something fails."""
        self.topic_id, self.servings = topics.ensure(), Servings()
        # Half a second doesn't matter here, and the embedded broker works the harder for each fetch
        # the longer its log has become.
        self.consumer = Consumer({**kafka.consumer(GROUP), "fetch.wait.max.ms": 500})
        self.consumer.subscribe(
            [settings.KAFKA_TOPIC], on_assign=self._on_assign, on_revoke=self._on_revoke
        )
        try:
            while not self.stopping.is_set():
                self._turn()
        finally:
            self.consumer.close()
            self.assigned, self.places = [], {}

    def _turn(self) -> None:
        if self.assigned and not self.places:
            self._find_places()
        self._work(self.consumer.consume(BATCH, GATHER_S))

    def _work(self, messages: Sequence[Message]) -> None:
        by_partition: dict[int, list[Message]] = {}
        for message in messages:
            if (error := message.error()) is not None:
                raise KafkaException(error)
            by_partition.setdefault(message.partition() or 0, []).append(message)
        for partition, some in by_partition.items():
            following = (some[-1].offset() or 0) + 1
            values = [message.value() or b"" for message in some]
            work(self.servings, self.topic_id, partition, self.places[partition], following, values)
            self.places[partition] = following

    def _find_places(self) -> None:
        fences = AttributionFence.objects.filter(topic_id=self.topic_id)
        stored = dict(fences.values_list("partition", "following"))
        self.places = {p: stored.get(p, 0) for p in self.assigned}
        topic = settings.KAFKA_TOPIC
        self.consumer.assign(
            [TopicPartition(topic, p, at or OFFSET_BEGINNING) for p, at in self.places.items()]
        )

    def _on_assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Nothing is fetched before PostgreSQL has been asked where to go on."""
        self.assigned, self.places = [p.partition for p in partitions], {}
        consumer.assign([])

    def _on_revoke(self, _: Consumer, __: list[TopicPartition]) -> None:
        self.assigned, self.places = [], {}
