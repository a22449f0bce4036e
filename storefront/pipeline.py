"""What the pipeline page shows: the way of an event, from the spool to the feature store."""

from dataclasses import dataclass

from catalog.models import IngestRun
from recommendations.models import ModelVersion
from storefront import health
from streaming import spool, status
from streaming.connection import StoreUnavailable, available, client
from streaming.models import OutboxEvent
from streaming.status import WorkerStatus


@dataclass(frozen=True)
class FeatureStore:
    keys: int
    bytes: int


@dataclass(frozen=True)
class Pipeline:
    """One look at everything. `workers` and `store` are empty where Redis is away."""

    checks: list[health.Check]
    workers: list[WorkerStatus]
    store: FeatureStore | None
    in_outbox: int
    spooled_bytes: int
    ingest: IngestRun | None
    model: ModelVersion | None

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
    def slowest_ms(self) -> float | None:
        """The worst worker's p99 delay from an accepted event to its features."""
        delays = [worker.delay_p99_ms for worker in self.workers if worker.delay_p99_ms is not None]
        return max(delays, default=None)


def look() -> Pipeline:
    return Pipeline(
        checks=health.checks(),
        workers=_workers(),
        store=_store(),
        in_outbox=OutboxEvent.objects.filter(sent_at__isnull=True).count(),
        spooled_bytes=spool.size(),
        ingest=IngestRun.objects.first(),
        model=ModelVersion.objects.active().first(),
    )


def _workers() -> list[WorkerStatus]:
    try:
        return status.workers()
    except StoreUnavailable:
        return []


def _store() -> FeatureStore | None:
    try:
        with available():
            memory = client().info("memory")
            return FeatureStore(keys=client().dbsize(), bytes=int(memory["used_memory"]))
    except StoreUnavailable:
        return None
