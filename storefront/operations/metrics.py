"""The shop's Prometheus metrics: the response of /metrics.

All processes with one VAR_DIR share files of counters and histograms in METRICS_DIR, so any web
process can answer. What only Redis or PostgreSQL knows is queried on the spot.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from catalog.models import IngestRun
from recommendations.models import ModelVersion
from storefront.operations import celery_heartbeats, health
from streaming import metrics as stream
from streaming.connection import StoreUnavailable, sizes
from streaming.models import OutboxEvent

BUCKETS: Final = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 10.0)
REQUESTS: Final = Counter("http_requests", "requests answered", ["view", "method", "status"])
SECONDS: Final = Histogram("http_request_seconds", "time to answer", ["view"], buckets=BUCKETS)
TASKS: Final = Histogram("task_seconds", "time that a task took", ["task", "state"])
METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def answered(view: str, method: str, status: int, seconds: float) -> None:
    requests, times = _of(view, method if method in METHODS else "other", status)
    requests.inc()
    times.observe(seconds)


@cache
def _of(view: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """There are only a few; the client's lookup is by text and under a lock."""
    return REQUESTS.labels(view, method, status), SECONDS.labels(view)


class Shop:
    """Collects services, feature store, workers, last ingest and training on demand."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("dependency_up", "a service answers", labels=["name"])
        for check in health.checks():
            up.add_metric([check.name.replace(" ", "_")], check.up)
        yield up
        with suppress(StoreUnavailable):  # dependency_up reports it
            yield from of_store()
        with suppress(DatabaseError):
            yield from of_database()


def of_store() -> Iterator[Metric]:
    found = sizes()
    yield stream.gauge("feature_store_keys", "keys in Redis", found.keys)
    yield stream.gauge("feature_store_bytes", "memory that Redis takes", found.bytes)
    silence = GaugeMetricFamily(
        "celery_worker_silence_seconds", "time since a Celery worker's last beat", labels=["worker"]
    )
    for worker in celery_heartbeats.workers():
        silence.add_metric([worker.name], worker.silent_s)
    yield silence
    ended = GaugeMetricFamily(
        "task_last_end_timestamp_seconds", "when a scheduled task ended last", labels=["task"]
    )
    for work in celery_heartbeats.schedule():
        if work.last is not None:
            ended.add_metric([work.name], work.last.at_ms / 1000)
    yield ended


def of_database() -> Iterator[Metric]:
    waiting = OutboxEvent.objects.waiting().count()
    yield stream.gauge("outbox_events", "events that wait in the outbox", waiting)
    model = ModelVersion.objects.active().defer("manifest").first()
    if model is not None:
        at = model.created_at.timestamp()
        yield stream.gauge("model_trained_timestamp_seconds", "begin of the active model", at)
    ingest = IngestRun.objects.filter(status=IngestRun.Status.DONE).first()
    if ingest is not None and ingest.finished_at is not None:
        at = ingest.finished_at.timestamp()
        yield stream.gauge("ingest_finished_timestamp_seconds", "end of the last ingest", at)


def of_processes() -> CollectorRegistry:
    """The counters and histograms of every process that writes to METRICS_DIR."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))
    return registry


def exposition() -> bytes:
    """Prometheus text of the whole shop. Never raises if a dependency is down."""
    registry = of_processes()
    registry.register(stream.Stream())
    registry.register(Shop())
    return generate_latest(registry)
