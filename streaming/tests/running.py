"""A consumer of the log within the test's own process, and the log around it."""

import ctypes
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import confluent_kafka
from confluent_kafka import Producer
from django.conf import settings

from streaming import kafka
from streaming.consumer.lag import partition_lags
from streaming.consumer.processor import Processor
from streaming.consumer.runtime import ConsumerRuntime
from streaming.events.schema import Event, encode, key_of
from streaming.features.processor import FeatureProcessor
from streaming.kafka import topics
from streaming.tests.servers import PATIENCE_S, eventually

STOP_S = 30


class Running:
    """A runtime in a thread; `error` is what ended it."""

    def __init__(self, processor: Processor, worker: str = "test") -> None:
        self.runtime = ConsumerRuntime(processor, worker)
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.runtime.run()
        except Exception as error:
            self.error = error

    def stop(self) -> None:
        self.runtime.stopping.set()
        self.thread.join(STOP_S)
        assert not self.thread.is_alive(), f"the consumer still runs {STOP_S} s after its stop"

    def catch_up(self, patience_s: float = PATIENCE_S) -> None:
        """Wait until everything in the log was worked on, and what came of that."""
        try:
            eventually(self._is_at_the_end, "the end of the log", patience_s, every_s=0.05)
        except AssertionError as error:
            error.add_note(self._whereabouts())
            raise

    def _whereabouts(self) -> str:
        positions, metrics = self.runtime.assignment.positions, self.runtime.metrics
        return (
            f"{metrics.state} {metrics.reason}; topic of {topics.size()} partitions;"
            f" at {positions}; {partition_lags(dict(positions)) if positions else 'no positions'}"
        )

    def _is_at_the_end(self) -> bool:
        assert self.error is None, self.error
        positions = self.runtime.assignment.positions
        # Each question is a client of its own: asked without need, they keep the broker busy.
        if not positions or len(positions) < topics.size():
            return False
        return all(max(at, 0) >= end for at, end in self._with_ends(positions))

    def _with_ends(self, positions: Mapping[int, int]) -> list[tuple[int, int]]:
        return [(part.position, part.end) for part in partition_lags(dict(positions))]


@contextmanager
def running(processor: Processor | None = None) -> Iterator[Running]:
    found = Running(processor or FeatureProcessor())
    found.thread.start()
    try:
        yield found
    finally:
        found.stop()


def produce(
    messages: Sequence[tuple[str | None, bytes | None]],
    partition: int = -1,
    headers: Sequence[tuple[str, bytes]] = (),
    timestamp: int = 0,
    config: Mapping[str, object] | None = None,
) -> None:
    """Keys and values, as a program that isn't ours would send them."""
    producer = Producer(kafka.producer(10_000) | dict(config or {}))
    for key, value in messages:
        producer.produce(
            settings.KAFKA_TOPIC, value, key=key, partition=partition,
            headers=list(headers), timestamp=timestamp,
        )  # fmt: skip
    assert producer.flush(20) == 0


def produce_with_a_header(name: bytes, value: bytes, partition: int) -> None:
    """Of any name, as clients of other languages may: confluent-kafka takes only text."""
    (path,) = Path(confluent_kafka.__file__).parent.with_suffix(".libs").glob("librdkafka*")
    library = ctypes.CDLL(str(path))
    for made in ("conf_new", "new", "headers_new"):
        getattr(library, f"rd_kafka_{made}").restype = ctypes.c_void_p
    error, size = ctypes.create_string_buffer(512), ctypes.c_size_t
    config = ctypes.c_void_p(library.rd_kafka_conf_new())
    servers = settings.KAFKA_BOOTSTRAP_SERVERS.encode()
    library.rd_kafka_conf_set(config, b"bootstrap.servers", servers, error, size(512))
    producer = ctypes.c_void_p(library.rd_kafka_new(0, config, error, size(512)))
    headers = ctypes.c_void_p(library.rd_kafka_headers_new(size(1)))
    library.rd_kafka_header_add(headers, name, size(len(name)), b"", size(0))
    topic = settings.KAFKA_TOPIC.encode()
    # librdkafka's rd_kafka_vtype_t: 1 topic, 3 partition, 4 value, 10 headers, 0 the end.
    library.rd_kafka_producev(
        producer, 1, topic, 3, ctypes.c_int32(partition), 4, value, size(len(value)), 10, headers, 0
    )
    assert library.rd_kafka_flush(producer, 20_000) == 0
    library.rd_kafka_destroy(producer)


def send(*made: Event, partitioner: str = "consistent_random", **options: Any) -> None:
    messages = [(key_of(event), encode(event)) for event in made]
    produce(messages, config={"partitioner": partitioner}, **options)
