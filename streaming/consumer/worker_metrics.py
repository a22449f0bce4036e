"""What a worker counts and times until it reports a status."""

import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from streaming import keys
from streaming.clock import wall_ms
from streaming.connection import StoreUnavailable, connect, execute
from streaming.consumer.assignment import Assignment
from streaming.consumer.batch import PartitionBatch
from streaming.status import (
    DELAY_BOUNDS_MS,
    SERIES_EVERY_S,
    SERIES_LENGTH,
    SERIES_TTL_S,
    STOPPED,
    STOPPED_TTL_S,
    PartitionStatus,
    WorkerStatus,
    count_events,
    point,
    publish,
)
from web.json_types import Json

RATE_WINDOW_S: Final = 10.0
# Delays cover the last minute, sampled from a few events of some batches.
BATCHES_KEPT: Final = 2_000
DELAYS_PER_BATCH: Final = 10
DELAYS_OF_S: Final = 60.0
logger = logging.getLogger(__name__)
HEARTBEAT_S: Final = 1.0
TIMEOUT_S: Final = 1.0


@dataclass
class WorkerMetrics:
    """Counts what a worker does."""

    worker: str
    processor: str = "features"
    state: str = "starting"
    reason: str = ""  # of waiting or having stopped
    since_ms: int = 0  # of the state
    events: int = 0
    batches: int = 0
    batch_s: float = 0.0
    dead: int = 0
    passed_on: int = 0
    refused: int = 0
    rebalances: int = 0
    newest: dict[int, int] = field(default_factory=dict)  # acceptance (ms) by partition
    started_ms: int = field(default_factory=wall_ms)
    delay_sum_ms: int = 0
    delay_counts: list[int] = field(default_factory=lambda: [0] * (len(DELAY_BOUNDS_MS) + 1))
    parts: dict[str, float] = field(default_factory=dict)  # seconds by part of the step
    ends: dict[int, int] = field(default_factory=dict)
    # (monotonic s, delays in ms) of a sample of each batch's events.
    delays: deque[tuple[float, list[int]]] = field(
        default_factory=lambda: deque(maxlen=BATCHES_KEPT)
    )
    marks: deque[tuple[float, int]] = field(default_factory=deque)  # (monotonic s, events)

    def __setattr__(self, name: str, value: object) -> None:
        """A change of state gets a time."""
        if name == "state" and value != getattr(self, "state", None):
            super().__setattr__("since_ms", wall_ms())
        super().__setattr__(name, value)

    def batch(self, batches: Sequence[PartitionBatch], seconds: float) -> None:
        """Count batches that were applied."""
        stamps = [record.accepted_ms for batch in batches for record in batch.records]
        if not stamps:
            return
        self.newest |= {b.partition: b.records[-1].accepted_ms for b in batches if b.records}
        self.events += len(stamps)
        self.batches += 1
        self.batch_s += seconds
        delays = np.maximum(wall_ms() - np.array(stamps, np.int64), 0)
        sample = delays[:: max(1, len(stamps) // DELAYS_PER_BATCH)].tolist()
        self.delays.append((time.monotonic(), sample))
        self.delay_sum_ms += int(delays.sum())
        found = np.bincount(
            np.searchsorted(DELAY_BOUNDS_MS, delays), minlength=len(DELAY_BOUNDS_MS) + 1
        )
        self.delay_counts = (found + self.delay_counts).tolist()

    def part(self, name: str, since: float) -> float:
        """Add the time since a monotonic moment to a part of the step; returns the moment now."""
        now = time.monotonic()
        self.parts[name] = self.parts.get(name, 0.0) + now - since
        return now

    def statistics(self, text: str, topic: str) -> None:
        """librdkafka's own figures: the ends of the partitions it fetches."""
        found: Json = msgspec.json.decode(text)["topics"]
        for name, partition in found.get(topic, {}).get("partitions", {}).items():
            if int(name) >= 0 and partition["hi_offset"] >= 0:
                self.ends[int(name)] = partition["hi_offset"]

    def report(self, assignment: Assignment) -> WorkerStatus:
        delays = sorted(self._recent_delays())
        positions = assignment.positions
        partitions = {p: self._partition(p, at) for p, at in sorted(positions.items())}
        for number, stop in assignment.stopped.items():
            partitions[number].stop = stop
        return WorkerStatus(
            worker=self.worker,
            heartbeat_ms=wall_ms(),
            state=self.state,
            topic_id="" if assignment.log is None else assignment.log.topic_id,
            partitions=partitions,
            events=self.events,
            events_per_s=self._rate(),
            batch_size=self.events / self.batches if self.batches else 0.0,
            batch_ms=1000 * self.batch_s / self.batches if self.batches else 0.0,
            delay_p50_ms=_quantile(delays, 0.5),
            delay_p99_ms=_quantile(delays, 0.99),
            behind_ms=max((p.behind_ms or 0 for p in partitions.values()), default=0),
            dead=self.dead,
            passed_on=self.passed_on,
            refused=self.refused,
            rebalances=self.rebalances,
            started_ms=self.started_ms,
            delay_counts=self.delay_counts,
            delay_sum_ms=self.delay_sum_ms,
            processor=self.processor,
            reason=self.reason,
            since_ms=self.since_ms,
        )

    def _partition(self, number: int, position: int) -> PartitionStatus:
        found = PartitionStatus(max(position, 0), self.ends.get(number))
        if found.lag == 0:
            found.behind_ms = 0
        elif number in self.newest:
            found.behind_ms = max(0, wall_ms() - self.newest[number])
        return found

    def _recent_delays(self) -> list[int]:
        since = time.monotonic() - DELAYS_OF_S
        while len(self.delays) > 1 and self.delays[0][0] < since:
            self.delays.popleft()
        return [delay for _, sample in self.delays for delay in sample]

    def _rate(self) -> float:
        now = time.monotonic()
        self.marks.append((now, self.events))
        while len(self.marks) > 2 and now - self.marks[1][0] >= RATE_WINDOW_S:
            self.marks.popleft()
        since, before = self.marks[0]
        return (self.events - before) / (now - since) if now > since else 0.0


def _quantile(ordered: Sequence[int], q: float) -> float | None:
    return float(ordered[min(len(ordered) - 1, int(q * len(ordered)))]) if ordered else None


class Heartbeat:
    """With Redis down nothing is written, and the work continues."""

    def __init__(self, metrics: WorkerMetrics) -> None:
        self.metrics = metrics
        self.beat_at = self.point_at = 0.0
        self.counted = 0  # of the events, those that the day's count has already

    def due(self, assignment: Assignment) -> bool:
        """Write what is due; True once a second, when it was."""
        if time.monotonic() - self.beat_at < HEARTBEAT_S:
            return False
        self.beat(assignment)
        return True

    def beat(self, assignment: Assignment) -> None:
        self.beat_at = time.monotonic()
        try:
            self._beat(self.metrics.report(assignment))
        except StoreUnavailable as error:
            logger.info("Could not write the heartbeat: %s", error)

    def stopped(self, reason: str, assignment: Assignment) -> None:
        """A worker's last status: it stays until the worker runs again."""
        self.metrics.state, self.metrics.reason = STOPPED, reason
        status = self.metrics.report(assignment)
        try:
            publish(connect(TIMEOUT_S), status, STOPPED_TTL_S)
        except StoreUnavailable as error:
            logger.warning("Could not record that the worker stopped: %s", error)

    def _beat(self, status: WorkerStatus) -> None:
        self.redis = getattr(self, "redis", None) or connect(TIMEOUT_S)
        publish(self.redis, status)
        if status.processor != "features":
            return
        if status.events > self.counted:
            count_events(self.redis, status.events - self.counted)
            self.counted = status.events
        if time.monotonic() - self.point_at >= SERIES_EVERY_S:
            self.point_at = time.monotonic()
            self._note(status)

    def _note(self, status: WorkerStatus) -> None:
        """Add a point to the series, which stays bounded."""
        name = keys.series(status.worker)
        execute(
            ("LPUSH", name, point(status)),
            ("LTRIM", name, 0, SERIES_LENGTH - 1),
            ("EXPIRE", name, SERIES_TTL_S),
            on=self.redis,
        )
