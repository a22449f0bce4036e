"""What the stream's workers say of themselves: written each second, read by pages and commands."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec
import numpy as np
import redis

from streaming import keys
from streaming.clock import wall_ms
from streaming.connection import available, client

TTL_S: Final = 15
# An hour's points, one each five seconds.
SERIES_EVERY_S: Final = 5.0
SERIES_KEPT: Final = 720
SERIES_TTL_S: Final = 86_400
RATE_WINDOW_S: Final = 10.0
# Delays are told of the last minute, from a few events of each batch and not of all batches.
BATCHES_KEPT: Final = 2_000
DELAYS_PER_BATCH: Final = 10
DELAYS_OF_S: Final = 60.0
# Upper bounds of the delays' histogram; its last count is of what took longer.
DELAY_BOUNDS_MS: Final = (5, 10, 25, 50, 100, 200, 300, 500, 1000, 2500, 5000, 10_000, 60_000)
DAYS_KEPT_S: Final = 60 * 86_400


class PartitionStatus(msgspec.Struct):
    """`position` is the next offset to work on, `end` the log's end as last fetched.

    `behind_ms` is the time since the acceptance of the newest event worked on while a lag is left,
    0 without one, None where none was worked on yet.
    """

    position: int
    end: int | None
    behind_ms: int | None = None

    @property
    def lag(self) -> int | None:
        return None if self.end is None else max(0, self.end - self.position)

    @property
    def behind_s(self) -> float | None:
        return None if self.behind_ms is None else self.behind_ms / 1000


class WorkerStatus(msgspec.Struct):
    """`delay_*` is the time from an event's acceptance to its features, over the last minute's
    events, or the last batch's before.

    `behind_ms` is that of the partition that is furthest behind. `delay_counts` are all delays
    since the start by DELAY_BOUNDS_MS, and `delay_sum_ms` is their sum.
    """

    worker: str
    heartbeat_ms: int
    state: str
    topic_id: str
    partitions: dict[int, PartitionStatus]
    events: int
    events_per_s: float
    batch_size: float
    batch_ms: float
    delay_p50_ms: float | None
    delay_p99_ms: float | None
    behind_ms: int
    dead: int
    merges: int
    refused: int
    rebalances: int
    started_ms: int = 0
    delay_counts: list[int] = []
    delay_sum_ms: int = 0

    @property
    def lag(self) -> int:
        return sum(partition.lag or 0 for partition in self.partitions.values())


class Point(msgspec.Struct, array_like=True, frozen=True):
    """A worker's figures at one moment (ms of wall time)."""

    at_ms: int
    events_per_s: float
    lag: int
    delay_p50_ms: float | None
    delay_p99_ms: float | None
    dead: int
    behind_ms: int = 0


def point(status: WorkerStatus) -> bytes:
    return msgspec.msgpack.encode(
        Point(
            status.heartbeat_ms,
            status.events_per_s,
            status.lag,
            status.delay_p50_ms,
            status.delay_p99_ms,
            status.dead,
            status.behind_ms,
        )
    )


def series(worker: str) -> list[Point]:
    """A worker's points of the last hour, oldest first; may raise StoreUnavailable."""
    with available():
        values: list[Any] = client().lrange(keys.series(worker), 0, -1)
    return [msgspec.msgpack.decode(value, type=Point) for value in reversed(values)]


def publish(client: redis.Redis, status: WorkerStatus) -> None:
    """Let readers know; the status goes when the worker says nothing more."""
    with available(), client.pipeline(transaction=False) as pipeline:
        pipeline.set(keys.status(status.worker), msgspec.json.encode(status), ex=TTL_S)
        pipeline.zadd(keys.WORKERS, {status.worker: status.heartbeat_ms})
        pipeline.zremrangebyscore(keys.WORKERS, 0, status.heartbeat_ms - 1000 * SERIES_TTL_S)
        pipeline.execute()


def names() -> list[str]:
    """The workers of the last day; may raise StoreUnavailable. Looks at no other key."""
    with available():
        found: list[Any] = client().zrange(keys.WORKERS, 0, -1)
    return sorted(name.decode() for name in found)


def workers() -> list[WorkerStatus]:
    """Every live worker's status, by name; may raise StoreUnavailable."""
    known = names()
    with available(), client().pipeline(transaction=False) as pipeline:
        for name in known:
            pipeline.get(keys.status(name))
        values = pipeline.execute()
    return [msgspec.json.decode(value, type=WorkerStatus) for value in values if value]


def count_events(client: redis.Redis, events: int) -> None:
    """Add to today's events, by wall time; may raise StoreUnavailable."""
    name = keys.events_of_day(datetime.now(UTC).date())
    with available(), client.pipeline(transaction=False) as pipeline:
        pipeline.incrby(name, events)
        pipeline.expire(name, DAYS_KEPT_S)
        pipeline.execute()


def events_of_days(days: Sequence[date]) -> list[int]:
    """How many events were worked on, each day; may raise StoreUnavailable."""
    with available(), client().pipeline(transaction=False) as pipeline:
        for day in days:
            pipeline.get(keys.events_of_day(day))
        return [int(value or 0) for value in pipeline.execute()]


@dataclass
class Meter:
    """Counts what a worker does."""

    worker: str
    state: str = "starting"
    events: int = 0
    batches: int = 0
    batch_s: float = 0.0
    dead: int = 0
    merges: int = 0
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

    def batch(self, stamps: Sequence[int], newest: Mapping[int, int], seconds: float) -> None:
        """A batch took effect; `stamps` are its messages' times of acceptance, in ms, and `newest`
        the last of each partition."""
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
        self.newest.update(newest)

    def part(self, name: str, since: float) -> float:
        """Add the time since a monotonic moment to a part of the step; returns the moment now."""
        now = time.monotonic()
        self.parts[name] = self.parts.get(name, 0.0) + now - since
        return now

    def statistics(self, text: str, topic: str) -> None:
        """librdkafka's own figures: the ends of the partitions it fetches."""
        found: dict[str, Any] = msgspec.json.decode(text)["topics"]
        for name, partition in found.get(topic, {}).get("partitions", {}).items():
            if int(name) >= 0 and partition["hi_offset"] >= 0:
                self.ends[int(name)] = partition["hi_offset"]

    def report(self, topic_id: str, positions: dict[int, int]) -> WorkerStatus:
        delays = sorted(self._recent_delays())
        partitions = {p: self._partition(p, at) for p, at in sorted(positions.items())}
        return WorkerStatus(
            worker=self.worker,
            heartbeat_ms=wall_ms(),
            state=self.state,
            topic_id=topic_id,
            partitions=partitions,
            events=self.events,
            events_per_s=self._rate(),
            batch_size=self.events / self.batches if self.batches else 0.0,
            batch_ms=1000 * self.batch_s / self.batches if self.batches else 0.0,
            delay_p50_ms=_quantile(delays, 0.5),
            delay_p99_ms=_quantile(delays, 0.99),
            behind_ms=max((p.behind_ms or 0 for p in partitions.values()), default=0),
            dead=self.dead,
            merges=self.merges,
            refused=self.refused,
            rebalances=self.rebalances,
            started_ms=self.started_ms,
            delay_counts=self.delay_counts,
            delay_sum_ms=self.delay_sum_ms,
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
