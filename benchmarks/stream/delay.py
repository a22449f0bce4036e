"""Delay from an accepted event to the changed widget, under steady load, on either broker."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.harness import var_dir
from benchmarks.stream import kafka
from benchmarks.stream.workers import stream_worker

if TYPE_CHECKING:
    from django.test import Client

BACKGROUND_PER_S = 500
PROBES = 150
WARM_S = 3


def on_embedded() -> dict[str, float]:
    return _figures("delay", _delays())


def on_apache_kafka() -> dict[str, float]:
    """The same on a real Apache Kafka; empty if unavailable (needs JDK 17 and Maven)."""
    from demo.services.process import ServiceError

    try:
        with _apache_kafka():
            return _figures("delay_apache_kafka", _delays())
    except ServiceError as error:
        print(f"Without Apache Kafka: {error}")
        return {}


@contextmanager
def _apache_kafka() -> Iterator[None]:
    from streaming.kafka import topics
    from streaming.producers import producer

    with kafka.on_apache_kafka(var_dir()):
        topics.ensure(20)
        producer.close()  # the web process's producer, connected to the other broker
        yield
        producer.close()


def _figures(name: str, delays: list[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(delays)
    return {
        f"{name}_p50_ms": 1000 * ordered[len(ordered) // 2],
        f"{name}_p99_ms": 1000 * ordered[int(0.99 * len(ordered))],
    }


def _delays() -> list[float]:
    from django.test import Client

    from catalog.models import Article

    keys = list(Article.objects.values_list("pk", flat=True)[: PROBES + 1])
    stopping = threading.Event()
    background = threading.Thread(target=_background, args=(stopping, keys))
    with stream_worker():
        client = Client(SERVER_NAME="localhost")
        _probe(client, keys[0])  # wait for the worker to start
        background.start()
        try:
            time.sleep(WARM_S)
            return [_probe(client, article) for article in keys[1:]]
        finally:
            stopping.set()
            background.join()


def _probe(client: "Client", article: int) -> float:
    """Seconds from a view's acceptance until the article is in “recently viewed”."""
    name = f"{article:010d}"
    body = {"type": "view", "article": name}
    answer = client.post("/api/v1/events/", body, content_type="application/json", secure=True)
    assert answer.status_code == 202, answer.content
    began = time.perf_counter()
    while time.perf_counter() - began < 60:
        shelf = client.get("/api/v1/recommendations/recently-viewed/?k=1", secure=True)
        if name in shelf.content.decode():
            return time.perf_counter() - began
        time.sleep(0.002)
    raise AssertionError("the widget never changed")


def _background(stopping: threading.Event, articles: list[int]) -> None:
    """500 views per second by other shoppers, in slices of a fiftieth of a second."""
    from streaming import clock
    from streaming.events.schema import View
    from streaming.producers import producer

    began, sent = time.monotonic(), 0
    while not stopping.is_set():
        due = int((time.monotonic() - began) * BACKGROUND_PER_S)
        producer.publish(
            *(
                View(
                    id=f"b{i}", shopper=f"c{1 + i * 7919 % 100_000}", ts=clock.now_ms(),
                    source="shop", article=articles[i % len(articles)],
                )
                for i in range(sent, due)
            )
        )  # fmt: skip
        sent = due
        time.sleep(0.02)
