"""From history to features: replay, Kafka, exactly-once features, beside the usual ways.

Everything runs on synthetic data, on the embedded services, in topics, a database and a Redis of
the benchmark's own.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import Result

SIZE = 300_000
TASKS = 3_000
REDIS_DATABASE = 9
BACKGROUND_PER_S = 500
PROBES = 150
PATIENCE_S = 1800.0


def run(size: int | None) -> Result:
    """`size` is the number of events; raise AssertionError where something gets lost."""
    _set_up()
    number = size or SIZE
    with _stage(number) as customers:
        return _measured(number, customers)


def _set_up() -> None:
    import django

    from storefront import services

    os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
    os.environ |= services.up(Path(os.environ["VAR_DIR"]))
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{REDIS_DATABASE}"
    os.environ["CELERY_BROKER_URL"] = os.environ["REDIS_URL"]
    os.environ["KAFKA_TOPIC"] = f"bench.{uuid.uuid4().hex[:8]}"
    os.environ["THROTTLE_EVENTS"] = os.environ["THROTTLE_READS"] = "1000000/min"
    django.setup()


@contextmanager
def _stage(number: int) -> Iterator[int]:
    """An ingested synthetic history of so many lines, and an empty Redis.

    Yields the number of customers: as many lines for each as in the original data.
    """
    from django.core.management import call_command
    from django.db import connection

    from streaming import connection as redis_connection

    customers = max(100, number // 23)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    redis_connection.client().flushdb()
    try:
        with tempfile.TemporaryDirectory() as folder:
            arguments = f"--out={folder}/hm --articles=5000 --customers={customers} --seed=1"
            lines = f"--transactions={max(1_000, number)}"
            call_command("generate_hm", *arguments.split(), lines, stdout=sys.stderr)
            call_command("ingest_hm", f"--data-dir={folder}/hm", stdout=sys.stderr)
        yield customers
    finally:
        redis_connection.client().flushdb()
        connection.creation.destroy_test_db("", verbosity=0)


def _measured(number: int, customers: int) -> Result:
    from benchmarks import usual_stream
    from streaming import topics
    from streaming.articles import Articles
    from streaming.connection import connect

    topics.ensure()
    client, articles = connect(30.0), Articles()
    articles.refresh()
    replayed, replay_s = _replay()
    produce_s = _bare_produce(replayed)
    bare_s = usual_stream.bare(replayed)
    client.flushdb()
    pipeline_s = usual_stream.pipelined(client, replayed, articles.known)
    # By default the server frees memory later, which would show in what ours takes.
    client.execute_command("FLUSHDB", "SYNC")  # type: ignore[no-untyped-call]
    empty = int(client.info("memory")["used_memory"])
    stream_s, parts = _stream(client, replayed)
    held = int(client.info("memory")["used_memory"]) - empty
    shoppers = sum(1 for _ in client.scan_iter("{p*}:s:*", count=10_000))
    per_task = _tasks(client)
    p50, p99 = _delays()
    rate = replayed / stream_s
    return Result(
        name="stream",
        sizes={"events": replayed, "customers": shoppers, "tasks": TASKS, "probes": PROBES},
        figures={
            "events_per_s": rate,
            "bare_consume_per_s": replayed / bare_s,
            "pipeline_per_s": replayed / pipeline_s,
            "task_per_event_per_s": 1 / per_task,
            "replay_per_s": replayed / replay_s,
            "bare_produce_per_s": replayed / produce_s,
            "delay_p50_ms": p50,
            "delay_p99_ms": p99,
            "bytes_per_customer": held / shoppers,
        },
        ratios={
            "stream_vs_pipeline": pipeline_s / stream_s,
            "stream_vs_task_per_event": rate * per_task,
            "stream_vs_bare_consume": bare_s / stream_s,
            "replay_vs_bare_produce": produce_s / replay_s,
        },
        parts=parts,
    )


def _replay() -> tuple[int, float]:
    """All of history to Kafka as fast as it goes, acknowledged; how many events, and seconds."""
    from streaming import history
    from streaming.pace import Pace
    from streaming.replay import Plan, Replay

    span = history.bounds()
    assert span is not None
    replay = Replay(Plan(*span), Pace())
    replay.start_over()
    _warm(replay.publisher.producer)
    began = time.perf_counter()
    replay.run()
    return replay.sent, time.perf_counter() - began


def _warm(producer: Any) -> None:
    """An idempotent producer waits up to a second for its id, before the clock of either starts."""
    from django.conf import settings

    producer.produce(settings.KAFKA_DEAD_TOPIC, b"{}", partition=0)
    assert producer.flush(30) == 0


def _bare_produce(count: int) -> float:
    """The same payloads in the loop of confluent-kafka's README, which hears of failures as we do,
    into a topic of their own, acknowledged."""
    from confluent_kafka import Producer
    from confluent_kafka.admin import NewTopic  # type: ignore[attr-defined]
    from django.conf import settings

    from benchmarks import usual_stream
    from streaming import kafka, topics

    payloads = [
        (message.key(), message.value())
        for messages in usual_stream.batches(count)
        for message in messages
    ]

    def failed(error: object, _: object) -> None:
        raise AssertionError(error)

    name = f"{settings.KAFKA_TOPIC}.bare"
    admin = topics.admin()
    admin.create_topics([NewTopic(name, settings.KAFKA_PARTITIONS)])[name].result(10)
    producer = Producer(kafka.producer(60_000, linger_ms=10))
    _warm(producer)
    began = time.perf_counter()
    for key, value in payloads:
        producer.poll(0)
        while True:
            try:
                producer.produce(name, value, key=key, on_delivery=failed)
                break
            except BufferError:
                producer.poll(0.05)
    assert producer.flush(60) == 0
    took = time.perf_counter() - began
    admin.delete_topics([name])[name].result(10)
    return took


def _stream(client: Any, count: int) -> tuple[float, dict[str, float]]:
    """Ours: the consumer as a stream worker runs it; seconds for all events, and where they go.

    The clock runs from the first batch that took effect, which therefore doesn't count.
    """
    from streaming.consumer import FeatureConsumer

    consumer = FeatureConsumer("benchmark")
    thread = threading.Thread(target=consumer.run, daemon=True)
    thread.start()
    first, began = 0, 0.0
    deadline = time.monotonic() + PATIENCE_S
    while (done := consumer.meter.events) < count:
        assert thread.is_alive(), "the consumer gave up"
        assert time.monotonic() < deadline, f"{done} of {count} events"
        if done and not began:
            first, began = done, time.perf_counter()
        time.sleep(0.005)
    took = (time.perf_counter() - began) * count / (count - first)
    consumer.stopping.set()
    thread.join(30)
    parts = dict(consumer.meter.parts)
    parts["poll"] = max(0.0, took - sum(parts.values()))
    return took, parts


@contextmanager
def _process(*arguments: str) -> Iterator[None]:
    """A Celery worker of its own beside us, on the benchmark's database."""
    from streaming.tests.servers import database_url

    command = [sys.executable, "-m", "celery", *arguments, "--pool=solo", "--without-gossip"]
    process = subprocess.Popen(
        [*command, "--without-mingle", "--loglevel=ERROR"],
        env={**os.environ, "DATABASE_URL": database_url()},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def _tasks(client: Any) -> float:
    """Seconds an event takes as one Celery task: handed on from Kafka, done by a worker beside."""
    from benchmarks import usual_stream
    from streaming.tests.servers import eventually

    def done() -> int:
        return int(client.get(usual_stream.DONE) or 0)

    messages = [m for some in usual_stream.batches(TASKS) for m in some][:TASKS]
    values = [(message.value() or b"").decode() for message in messages]
    modules = ("-I", "benchmarks.usual_stream", "--prefetch-multiplier=64")
    with _process("-A", "storefront", "worker", "-Q", "usual", *modules):
        usual_stream.one_event.apply_async((values[0],), queue="usual")
        eventually(lambda: done() == 1, "the first task")
        began = time.perf_counter()
        for value in values:
            usual_stream.one_event.apply_async((value,), queue="usual")
        eventually(lambda: done() > TASKS, "all tasks", 600)
        return (time.perf_counter() - began) / TASKS


def _delays() -> tuple[float, float]:
    """Milliseconds from an accepted event to the widget's change, beside a steady background."""
    from django.test import Client

    from catalog.models import Article

    keys = list(Article.objects.values_list("pk", flat=True)[: PROBES + 1])
    stopping = threading.Event()
    background = threading.Thread(target=_background, args=(stopping, keys))
    delays: list[float] = []
    with _process("-A", "storefront", "worker", "-Q", "stream"):
        client = Client(SERVER_NAME="localhost")
        _probe(client, keys[0])  # the worker has started
        background.start()
        try:
            time.sleep(3)
            delays += [_probe(client, article) for article in keys[1:]]
        finally:
            stopping.set()
            background.join()
    delays.sort()
    return 1000 * delays[len(delays) // 2], 1000 * delays[int(0.99 * len(delays))]


def _probe(client: Any, article: int) -> float:
    """Seconds from a view's acceptance to the article's place in “recently viewed”."""
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
    """500 views a second by everybody else, in slices of a fiftieth of a second."""
    from streaming import clock, producer
    from streaming.events import View

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
