"""Which partitions a consumer has, and where it continues in each of them."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from streaming.clock import wall_ms
from streaming.consumer.batch import PartitionBatch
from streaming.consumer.processor import NO_POSITION, Log, Processor, Work
from streaming.status import Stop

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 5.0
CUT: Final = (
    "the log begins at offset {low}: what was before it was deleted unread (retention). `manage.py"
    " stream_positions skip {partition}` continues there; `manage.py rebuild_features` brings"
    " purchases back"
)
OUT_OF_RANGE: Final = (
    "the log ends at offset {high}, before that: the broker has lost what was read already. Stop"
    " the workers and run `manage.py rebuild_features --source=log`"
)


@dataclass
class Assignment:
    """`partitions` are ours. `log` is None until their positions were asked for (`positions`).

    A partition in `stopped` is left out, while the others are worked on.
    """

    partitions: list[int] = field(default_factory=list)
    log: Log | None = None
    positions: dict[int, int] = field(default_factory=dict)
    stopped: dict[int, Stop] = field(default_factory=dict)

    def give_up(self) -> None:
        self.partitions = []
        self.forget()

    def forget(self) -> None:
        """The positions must be asked for again."""
        self.log, self.positions, self.stopped = None, {}, {}

    def find(self, consumer: Consumer, processor: Processor, log: Log) -> None:
        """Ask the processor for each partition's position, and read on from there."""
        stored = processor.positions(log, self.partitions)
        lows = {p: first_offset(consumer, log.topic, p) for p in self.partitions}
        if fresh := [p for p, position in stored.items() if position == NO_POSITION]:
            processor.begin(log, fresh)
        for partition in fresh:
            if lows[partition] > 0:
                logger.warning(
                    "Partition %d begins at offset %d: what was before it is no longer in the log."
                    " `manage.py rebuild_features` brings purchases back.",
                    partition, lows[partition],
                )  # fmt: skip
        if processor.passes_gaps:
            stored |= self._pass_gaps(processor, log, stored, lows)
        self.log, self.positions = log, dict(stored)
        self.stopped = {
            p: _stop(stored[p], CUT.format(low=low, partition=p))
            for p, low in lows.items()
            if NO_POSITION < stored[p] < low
        }
        for partition, stop in self.stopped.items():
            logger.error(
                "Partition %d stopped at offset %d: %s", partition, stop.offset, stop.reason
            )
        consumer.assign(self._places(log))
        logger.info("%s: resuming topic %s at %s", processor.name, log.topic_id, stored)

    def _pass_gaps(
        self, processor: Processor, log: Log, stored: Mapping[int, int], lows: Mapping[int, int]
    ) -> dict[int, int]:
        """Continue where the log begins; the new positions."""
        gone = {p: low for p, low in lows.items() if NO_POSITION < stored[p] < low}
        for partition, low in gone.items():
            lost = low - stored[partition]
            logger.error("%s: %d unread events of partition %d were deleted by retention.",
                         processor.name, lost, partition)  # fmt: skip
        if gone:
            processor.commit(
                log, stored, Work([PartitionBatch(p, [], at) for p, at in gone.items()])
            )
        return gone

    def stop(self, consumer: Consumer, log: Log, partition: int, reason: str) -> None:
        """Leave a partition out from now on."""
        self.stopped[partition] = _stop(self.positions[partition], reason)
        logger.error(
            "Partition %d stopped at offset %d: %s", partition, self.positions[partition], reason
        )
        consumer.assign(self._places(log))

    def advance(self, batches: Sequence[PartitionBatch]) -> None:
        for batch in batches:
            self.positions[batch.partition] = batch.next_offset

    def _places(self, log: Log) -> list[TopicPartition]:
        return [
            TopicPartition(log.topic, p, OFFSET_BEGINNING if at == NO_POSITION else at)
            for p, at in self.positions.items()
            if p not in self.stopped
        ]


def _stop(offset: int, reason: str) -> Stop:
    return Stop(since_ms=wall_ms(), offset=offset, reason=reason)


def first_offset(consumer: Consumer, topic: str, partition: int) -> int:
    """The first offset that the log still has."""
    return ends(consumer, topic, [partition])[partition][0]


def ends(
    consumer: Consumer, topic: str, partitions: Sequence[int]
) -> Mapping[int, tuple[int, int]]:
    """The first offset of each partition, and the one after its last; raise KafkaException."""
    found = {}
    deadline = time.monotonic() + TIMEOUT_S
    for partition in partitions:
        left = max(0.1, deadline - time.monotonic())
        place = TopicPartition(topic, partition)
        answer = consumer.get_watermark_offsets(place, timeout=left)
        if answer is None:
            raise KafkaException("the broker doesn't say where the log begins and ends")
        found[partition] = answer
    return found
