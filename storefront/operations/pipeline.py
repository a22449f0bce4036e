"""The pipeline page's data: the path of an event, from the spool to the feature store."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, TypeVar

from django.core.cache import cache

from catalog.models import IngestRun
from recommendations.bundle.versions import in_training
from recommendations.evaluation import quality
from recommendations.evaluation.quality import Quality
from recommendations.models import ModelVersion
from storefront.operations import celery_heartbeats, health
from streaming import status
from streaming.clock import wall_ms
from streaming.connection import EVICTS, Sizes, StoreUnavailable, eviction, sizes
from streaming.features import sampling
from streaming.features.sampling import Verified
from streaming.models import OutboxEvent
from streaming.producers import spool
from streaming.status import OfWorkers, PartitionStatus, Point, WorkerStatus, greatest
from web import charts
from web.charts import Chart, Line

# Results are cached for this many seconds, however many viewers there are.
CACHE_SECONDS: Final = 2
WINDOW_MS: Final = 60 * 60_000
BUCKET_MS: Final = 10_000
MIN_BUCKETS: Final = 30
T = TypeVar("T")


@dataclass(frozen=True)
class Moment:
    """All workers' figures in one time bucket; None if no worker reported."""

    at_ms: int
    events_per_s: float | None
    lag: int | None
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True)
class Pipeline(OfWorkers):
    """One snapshot. Redis data are empty, and `store` None, if Redis is down."""

    checks: list[health.Check]
    workers: list[WorkerStatus]
    celery: list[celery_heartbeats.Worker]
    scheduled: list[celery_heartbeats.Scheduled]
    moments: list[Moment]
    store: Sizes | None
    in_outbox: int
    spooled_bytes: int
    ingest: IngestRun | None
    model: ModelVersion | None
    training: ModelVersion | None
    versions: list[Quality]
    statuses: list[WorkerStatus] = field(default_factory=list)  # including stopped ones
    verified: Verified | None = None
    evicts: str = ""

    @property
    def problems(self) -> list[tuple[str, str, datetime]]:
        """Who is waiting or stopped, why, and since when."""
        found = [(w.worker, w.reason, w.since_ms) for w in self.statuses if w.reason]
        found += [
            (f"partition {number}, offset {part.stop.offset}", part.stop.reason, part.stop.since_ms)
            for worker in self.statuses
            for number, part in worker.partitions.items()
            if part.stop
        ]
        return [(who, why, datetime.fromtimestamp(at / 1000, UTC)) for who, why, at in found]

    @property
    def behind_s(self) -> float:
        return max((worker.behind_ms for worker in self.workers), default=0) / 1000

    @property
    def partitions(self) -> list[tuple[int, WorkerStatus, PartitionStatus]]:
        """By number, with the worker that has it."""
        found = [(n, w, p) for w in self.workers for n, p in w.partitions.items()]
        return sorted(found, key=lambda part: part[0])

    @property
    def most_behind(self) -> int:
        """The largest partition lag, at least 1: the scale of the bars."""
        return max((part.lag or 0 for _, _, part in self.partitions), default=0) or 1

    @cached_property
    def charts(self) -> list[Chart]:
        def chart(name: str, title: str, unit: str, **lines: list[float | None]) -> Chart:
            ends = [charts.clock(m.at_ms) for m in (self.moments[:1] + self.moments[-1:])]
            named = [Line(key, values) for key, values in lines.items()]
            return Chart(name, title, unit, named, *(ends or ["", ""]))

        moments = self.moments
        return [
            chart("rate", "Events a second", "events/s", events=[m.events_per_s for m in moments]),
            chart("lag", "Events behind", "events", behind=[m.lag for m in moments]),
            chart(
                "delay", "Event to feature", "ms",
                p50=[m.p50_ms for m in moments], p99=[m.p99_ms for m in moments],
            ),
        ]  # fmt: skip

    @property
    def quality(self) -> Chart | None:
        return quality.chart(self.versions)

    @property
    def series(self) -> dict[str, list[list[float | None]]]:
        """Data for the script: per chart, seconds since 1970 and a list for each line."""
        at: list[float | None] = [m.at_ms / 1000 for m in self.moments]
        return {c.name: [at, *(list(line.values) for line in c.lines)] for c in self.charts}


def pipeline() -> Pipeline:
    """At most CACHE_SECONDS old."""
    found: Pipeline | None = cache.get("pipeline")
    if found is None:
        found = read_pipeline()
        cache.set("pipeline", found, CACHE_SECONDS)
    return found


def read_pipeline() -> Pipeline:
    return Pipeline(
        checks=health.checks(),
        workers=value_or(status.workers, []),
        celery=value_or(celery_heartbeats.workers, []),
        scheduled=value_or(celery_heartbeats.schedule, []),
        moments=moments(value_or(worker_points, []), wall_ms()),
        store=value_or(sizes, None),
        in_outbox=OutboxEvent.objects.waiting().count(),
        spooled_bytes=spool.size(),
        ingest=IngestRun.objects.first(),
        model=ModelVersion.objects.active().first(),
        training=in_training(),
        versions=quality.history(),
        statuses=value_or(status.read_statuses, []),
        verified=value_or(sampling.last, None),
        evicts=value_or(eviction_advice, ""),
    )


def value_or(question: Callable[[], T], nothing: T) -> T:
    try:
        return question()
    except StoreUnavailable:
        return nothing


def eviction_advice() -> str:
    """What to do about a store that evicts features; empty if it doesn't."""
    found = eviction()
    return EVICTS.format(policy=found.policy) if found else ""


def worker_points() -> list[list[Point]]:
    """The last hour of each worker seen in the last day."""
    return [status.series(name) for name in status.names()]


def moments(of_workers: list[list[Point]], now_ms: int) -> list[Moment]:
    """The last hour in buckets, starting at the first point; pure.

    Within a bucket each worker's last point counts; rates and lags are summed, delays are the
    worst.
    """
    last = now_ms // BUCKET_MS
    buckets: dict[int, list[Point]] = defaultdict(list)
    for found in of_workers:
        own = {point.at_ms // BUCKET_MS: point for point in found}
        for bucket, point in own.items():
            if last - WINDOW_MS // BUCKET_MS < bucket <= last:
                buckets[bucket].append(point)
    if not buckets:
        return []
    first = min(min(buckets), last - MIN_BUCKETS)
    # The incomplete last bucket would look like a drop.
    end = last if last in buckets else last - 1
    return [moment(bucket * BUCKET_MS, buckets.get(bucket, [])) for bucket in range(first, end + 1)]


def moment(at_ms: int, found: list[Point]) -> Moment:
    return Moment(
        at_ms,
        round(sum(point.events_per_s for point in found), 1) if found else None,
        sum(point.lag for point in found) if found else None,
        greatest(point.delay_p50_ms for point in found),
        greatest(point.delay_p99_ms for point in found),
    )
