"""How much of the log waits. Log and store are asked directly, so that no worker needs to run."""

import time
from contextlib import closing
from typing import Final, NamedTuple

from confluent_kafka import Consumer, TopicPartition
from django.conf import settings

from streaming import kafka
from streaming.consumer.assignment import ends
from streaming.consumer.processor import NO_POSITION
from streaming.kafka import is_end

FETCH_S: Final = 3.0


class PartitionLag(NamedTuple):
    """Of one partition: its reader's position, and what the log holds."""

    partition: int
    position: int
    first: int
    end: int

    @property
    def events(self) -> int:
        begin = self.first if self.position == NO_POSITION else max(self.position, self.first)
        return max(0, self.end - begin)

    @property
    def lost(self) -> int:
        """Unread events that the log no longer holds."""
        return 0 if self.position == NO_POSITION else max(0, self.first - self.position)


def partition_lags(positions: dict[int, int]) -> list[PartitionLag]:
    """By partition; raise KafkaException."""
    config = {**kafka.consumer("lag"), "enable.partition.eof": True}
    with closing(Consumer(config)) as consumer:
        found = ends(consumer, settings.KAFKA_TOPIC, sorted(positions))
        begins = {p: max(positions[p], first) for p, (first, _) in found.items()}
        fetched = _fetched_ends(consumer, begins)
    return [
        PartitionLag(p, positions[p], first, max(end, fetched.get(p, 0)))
        for p, (first, end) in sorted(found.items())
    ]


def _fetched_ends(consumer: Consumer, begins: dict[int, int]) -> dict[int, int]:
    """The ends as fetching reports them: the embedded broker answers queries for the end
    wrongly."""
    consumer.assign([TopicPartition(settings.KAFKA_TOPIC, p, at) for p, at in begins.items()])
    ends_: dict[int, int] = {}
    deadline = time.monotonic() + FETCH_S
    while len(ends_) < len(begins) and time.monotonic() < deadline:
        for message in consumer.consume(100, 0.1):
            partition = message.partition() or 0
            if message.error() is not None and not is_end(message):
                ends_.setdefault(partition, 0)
            elif partition not in ends_:
                place = TopicPartition(settings.KAFKA_TOPIC, partition)
                ends_[partition] = consumer.get_watermark_offsets(place, cached=True)[1]
    return ends_
