"""The stream's figures for Prometheus, from the workers' statuses."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from streaming import status
from streaming.connection import StoreUnavailable
from streaming.producers import spool
from streaming.status import DELAY_BOUNDS_MS, WorkerStatus

# Name, help, is it a counter, and where it stands in a worker's status.
OF_WORKER: Final = (
    ("stream_events", "events worked on since the worker's start", True, "events"),
    ("stream_dead_letters", "messages set aside", True, "dead"),
    ("stream_passed_on", "events passed on to their shopper's partition", True, "passed_on"),
    ("stream_refused_batches", "batches that a fence refused", True, "refused"),
    ("stream_rebalances", "assignments of partitions", True, "rebalances"),
    ("stream_events_per_second", "rate over the last ten seconds", False, "events_per_s"),
    ("stream_batch_size", "mean events in a batch", False, "batch_size"),
    ("stream_batch_milliseconds", "mean time of a batch", False, "batch_ms"),
    ("stream_delay_p50_milliseconds", "event accepted to feature", False, "delay_p50_ms"),
    ("stream_delay_p99_milliseconds", "event accepted to feature", False, "delay_p99_ms"),
    ("stream_behind_milliseconds", "age of the newest event, while behind", False, "behind_ms"),
)
BOUNDS: Final = [*(f"{bound / 1000:g}" for bound in DELAY_BOUNDS_MS), "+Inf"]


class Stream:
    """A collector: it asks Redis and the spool when it is asked. With Redis down `stream_store_up`
    is 0 and there are no figures of workers."""

    def collect(self) -> Iterator[Metric]:
        try:
            workers = status.workers()
        except StoreUnavailable:
            yield gauge("stream_store_up", "the feature store answers", 0)
        else:
            yield gauge("stream_store_up", "the feature store answers", 1)
            yield gauge("stream_workers", "stream workers that live", len(workers))
            yield from of_workers(workers)
        yield gauge("spool_bytes", "bytes of events that wait for Kafka", spool.size())


def gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


def of_workers(workers: list[WorkerStatus]) -> Iterator[Metric]:
    for name, text, counts, field in OF_WORKER:
        family = CounterMetricFamily if counts else GaugeMetricFamily
        metric = family(name, text, labels=["worker"])
        for worker in workers:
            if (value := getattr(worker, field)) is not None:
                metric.add_metric([worker.worker], value)
        yield metric
    yield delays(workers)
    yield from lags(workers)


def delays(workers: list[WorkerStatus]) -> Metric:
    metric = HistogramMetricFamily(
        "stream_delay_seconds", "event accepted to feature", labels=["worker"]
    )
    for worker in workers:
        buckets = list(zip(BOUNDS, map(float, accumulate(worker.delay_counts)), strict=False))
        if buckets:
            metric.add_metric([worker.worker], buckets, worker.delay_sum_ms / 1000)
    return metric


def lags(workers: list[WorkerStatus]) -> Iterator[Metric]:
    events = GaugeMetricFamily("stream_lag", "events to work on", labels=["partition"])
    age = GaugeMetricFamily(
        "stream_lag_seconds", "age of the newest event, while behind", labels=["partition"]
    )
    for worker in workers:
        for number, partition in worker.partitions.items():
            if partition.lag is not None:
                events.add_metric([str(number)], partition.lag)
            if partition.behind_ms is not None:
                age.add_metric([str(number)], partition.behind_ms / 1000)
    yield events
    yield age
