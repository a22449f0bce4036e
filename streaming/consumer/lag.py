"""How much of the log waits, asked of log and store themselves, whether or not a worker lives."""

from contextlib import closing
from typing import NamedTuple

from confluent_kafka import Consumer
from django.conf import settings

from streaming import kafka
from streaming.consumer.assignment import ends
from streaming.consumer.processor import NO_POSITION


class Waiting(NamedTuple):
    """Of one partition: where its reader goes on, and what the log holds."""

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


def waiting(positions: dict[int, int]) -> list[Waiting]:
    """By partition; raise KafkaException."""
    with closing(Consumer(kafka.consumer("lag"))) as consumer:
        found = ends(consumer, settings.KAFKA_TOPIC, sorted(positions))
    return [Waiting(p, positions[p], *found[p]) for p in sorted(positions)]
