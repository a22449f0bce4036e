"""What the stream's workers report of themselves: written each second, read by pages and
commands."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Final

import msgspec
import redis

from streaming import keys
from streaming.connection import execute

TTL_S: Final = 15
STOPPED: Final = "stopped"
STOPPED_TTL_S: Final = 7 * 86_400
# An hour's points, one each five seconds.
SERIES_EVERY_S: Final = 5.0
SERIES_LENGTH: Final = 720
SERIES_TTL_S: Final = 86_400
# Upper bounds of the delays' histogram; its last count is of what took longer.
DELAY_BOUNDS_MS: Final = (5, 10, 25, 50, 100, 200, 300, 500, 1000, 2500, 5000, 10_000, 60_000)
DAYS_KEPT_S: Final = 60 * 86_400


class Stop(msgspec.Struct, frozen=True):
    """Why a partition is left out, since when, and at which offset it stands."""

    since_ms: int
    offset: int
    reason: str


class PartitionStatus(msgspec.Struct):
    """`position` is the next offset to work on, `end` the log's end as last fetched.

    `behind_ms` is the time since the acceptance of the newest event worked on while a lag is left,
    0 without one, None where none was worked on yet.
    """

    position: int
    end: int | None
    behind_ms: int | None = None
    stop: Stop | None = None

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
    since the start by DELAY_BOUNDS_MS, and `delay_sum_ms` is their sum. `reason` says why a worker
    waits or has stopped, `since_ms` since when it is in its state.
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
    passed_on: int
    refused: int
    rebalances: int
    started_ms: int = 0
    delay_counts: list[int] = []
    delay_sum_ms: int = 0
    processor: str = "features"
    reason: str = ""
    since_ms: int = 0

    @property
    def lag(self) -> int:
        return sum(partition.lag or 0 for partition in self.partitions.values())


class OfWorkers:
    """Figures of several workers together; a delay is the slowest worker's."""

    workers: list[WorkerStatus]

    @property
    def lag(self) -> int:
        return sum(worker.lag for worker in self.workers)

    @property
    def events_per_s(self) -> float:
        return sum(worker.events_per_s for worker in self.workers)

    @property
    def dead(self) -> int:
        return sum(worker.dead for worker in self.workers)

    @property
    def delay_p50_ms(self) -> float | None:
        return greatest(worker.delay_p50_ms for worker in self.workers)

    @property
    def delay_p99_ms(self) -> float | None:
        return greatest(worker.delay_p99_ms for worker in self.workers)


def greatest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


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
    figures = (getattr(status, name) for name in Point.__struct_fields__[1:])
    return msgspec.msgpack.encode(Point(status.heartbeat_ms, *figures))


def series(worker: str) -> list[Point]:
    """A worker's points of the last hour, oldest first; may raise StoreUnavailable."""
    (values,) = execute(("LRANGE", keys.series(worker), 0, -1))
    return [msgspec.msgpack.decode(value, type=Point) for value in reversed(values)]


def publish(client: redis.Redis, status: WorkerStatus, ttl_s: int = TTL_S) -> None:
    """Let readers know; the status goes when the worker says nothing more."""
    name, now_ms = _name(status), status.heartbeat_ms
    execute(
        ("SET", keys.status(name), msgspec.json.encode(status), "EX", ttl_s),
        ("ZADD", keys.WORKERS, now_ms, name),
        ("ZREMRANGEBYSCORE", keys.WORKERS, 0, now_ms - 1000 * STOPPED_TTL_S),
        ("EXPIRE", keys.WORKERS, STOPPED_TTL_S),
        on=client,
    )


def _name(status: WorkerStatus) -> str:
    """A process may run several processors."""
    return (
        status.worker if status.processor == "features" else f"{status.processor}:{status.worker}"
    )


def names() -> list[str]:
    """The workers of the last week; may raise StoreUnavailable. Looks at no other key."""
    (found,) = execute(("ZRANGE", keys.WORKERS, 0, -1))
    return sorted(name.decode() for name in found)


def workers() -> list[WorkerStatus]:
    """The features' live workers, by name; may raise StoreUnavailable."""
    return [w for w in read_statuses() if w.processor == "features" and w.state != STOPPED]


def read_statuses() -> list[WorkerStatus]:
    """What every processor's workers say, and what those that stopped said last; may raise
    StoreUnavailable."""
    values = execute(*(("GET", keys.status(name)) for name in names()))
    return [msgspec.json.decode(value, type=WorkerStatus) for value in values if value]


def count_events(client: redis.Redis, events: int) -> None:
    """Add to today's events, by wall time; may raise StoreUnavailable."""
    name = keys.events_of_day(datetime.now(UTC).date())
    execute(("INCRBY", name, events), ("EXPIRE", name, DAYS_KEPT_S), on=client)


def events_of_days(days: Sequence[date]) -> list[int]:
    """How many events were processed, by day; may raise StoreUnavailable."""
    return [int(value or 0) for value in execute(*(("GET", keys.events_of_day(d)) for d in days))]
