"""The stream's figures for Prometheus, made from what the workers say of themselves."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from streaming import status
from streaming.status import WorkerStatus

# Name, help, is it a counter, and where it stands in a worker's status.
OF_WORKER = (
    ("stream_events", "events worked on since the worker's start", True, "events"),
    ("stream_dead_letters", "messages set aside", True, "dead"),
    ("stream_merges", "anonymous shoppers handed over", True, "merges"),
    ("stream_refused_batches", "batches that a fence refused", True, "refused"),
    ("stream_rebalances", "assignments of partitions", True, "rebalances"),
    ("stream_events_per_second", "rate over the last ten seconds", False, "events_per_s"),
    ("stream_batch_size", "mean events in a batch", False, "batch_size"),
    ("stream_batch_milliseconds", "mean time of a batch", False, "batch_ms"),
    ("stream_delay_p50_milliseconds", "event accepted to feature", False, "delay_p50_ms"),
    ("stream_delay_p99_milliseconds", "event accepted to feature", False, "delay_p99_ms"),
    ("stream_behind_milliseconds", "age of the newest event, while behind", False, "behind_ms"),
)


class Workers:
    """A collector: asks Redis when it is asked."""

    def __init__(self, workers: list[WorkerStatus]) -> None:
        self.workers = workers

    def collect(self) -> Iterator[Metric]:
        for name, text, counts, field in OF_WORKER:
            family = CounterMetricFamily if counts else GaugeMetricFamily
            metric = family(name, text, labels=["worker"])
            for worker in self.workers:
                if (value := getattr(worker, field)) is not None:
                    metric.add_metric([worker.worker], value)
            yield metric
        yield self._lag()

    def _lag(self) -> Metric:
        metric = GaugeMetricFamily("stream_lag", "events to work on", labels=["partition"])
        for worker in self.workers:
            for number, partition in worker.partitions.items():
                if partition.lag is not None:
                    metric.add_metric([str(number)], partition.lag)
        return metric


def exposition() -> bytes:
    """Prometheus text; raise StoreUnavailable."""
    registry = CollectorRegistry()
    registry.register(Workers(status.workers()))
    return generate_latest(registry)
