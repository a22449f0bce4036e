"""What the stream's workers say of themselves: written each second, read by pages and commands."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from streaming import keys
from streaming.clock import wall_ms
from streaming.connection import available, client

TTL_S: Final = 15
# An hour's points, one each five seconds.
SERIES_EVERY_S: Final = 5.0
SERIES_KEPT: Final = 720
SERIES_TTL_S: Final = 86_400
RATE_WINDOW_S: Final = 10.0
DELAYS_KEPT: Final = 5_000
DELAYS_PER_BATCH: Final = 50


class PartitionStatus(msgspec.Struct):
    """`position` is the next offset to work on, `end` the log's end as last fetched."""

    position: int
    end: int | None

    @property
    def lag(self) -> int | None:
        return None if self.end is None else max(0, self.end - self.position)


class WorkerStatus(msgspec.Struct):
    """`delay_*` is the time from an event's acceptance to its features, over the last events.

    `behind_ms` is how old, by that measure, the newest worked-on event was while a lag is left.
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


def point(status: WorkerStatus) -> bytes:
    return msgspec.msgpack.encode(
        Point(
            status.heartbeat_ms,
            status.events_per_s,
            status.lag,
            status.delay_p50_ms,
            status.delay_p99_ms,
            status.dead,
        )
    )


def series(worker: str) -> list[Point]:
    """A worker's points of the last hour, oldest first; may raise StoreUnavailable."""
    with available():
        values: list[Any] = client().lrange(keys.series(worker), 0, -1)
    return [msgspec.msgpack.decode(value, type=Point) for value in reversed(values)]


def workers() -> list[WorkerStatus]:
    """Every live worker's status, by name; may raise StoreUnavailable."""
    with available(), client().pipeline(transaction=False) as pipeline:
        for name in sorted(client().scan_iter(match=keys.status("*"), count=1000)):
            pipeline.get(name)
        values = pipeline.execute()
    return [msgspec.json.decode(value, type=WorkerStatus) for value in values if value]


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
    newest_ms: int = 0
    parts: dict[str, float] = field(default_factory=dict)  # seconds by part of the step
    ends: dict[int, int] = field(default_factory=dict)
    delays: deque[int] = field(default_factory=lambda: deque(maxlen=DELAYS_KEPT))
    marks: deque[tuple[float, int]] = field(default_factory=deque)  # (monotonic s, events)

    def batch(self, stamps: Sequence[int], seconds: float) -> None:
        """A batch took effect; `stamps` are its messages' times of acceptance, in ms."""
        self.events += len(stamps)
        self.batches += 1
        self.batch_s += seconds
        now = wall_ms()
        step = max(1, len(stamps) // DELAYS_PER_BATCH)
        self.delays.extend(now - stamp for stamp in stamps[::step])
        self.newest_ms = max(stamps, default=self.newest_ms)

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
        delays = sorted(self.delays)
        partitions = {
            p: PartitionStatus(max(position, 0), self.ends.get(p))
            for p, position in sorted(positions.items())
        }
        status = WorkerStatus(
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
            behind_ms=0,
            dead=self.dead,
            merges=self.merges,
            refused=self.refused,
            rebalances=self.rebalances,
        )
        if status.lag and self.newest_ms:
            status.behind_ms = max(0, wall_ms() - self.newest_ms)
        return status

    def _rate(self) -> float:
        now = time.monotonic()
        self.marks.append((now, self.events))
        while len(self.marks) > 2 and now - self.marks[1][0] >= RATE_WINDOW_S:
            self.marks.popleft()
        since, before = self.marks[0]
        return (self.events - before) / (now - since) if now > since else 0.0


def _quantile(ordered: Sequence[int], q: float) -> float | None:
    return float(ordered[min(len(ordered) - 1, int(q * len(ordered)))]) if ordered else None
