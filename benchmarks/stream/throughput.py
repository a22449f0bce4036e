"""From history to features: replay, Kafka, exactly-once features, compared with the usual ways.

Everything runs on synthetic data and the embedded services, in separate topics, database and
Redis.
"""

import os
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from benchmarks.harness import Result, var_dir
from benchmarks.processes import celery
from benchmarks.stream.kafka import own_topic
from benchmarks.stream.memory import ARTICLES, LINES_EACH
from demo import services

SIZE = 300_000
TASKS = 3_000
REDIS_DATABASE = 9
# At full size, enough to extrapolate to all 1.37 million.
MEMORY_CUSTOMERS = 205_000  # of whom one in 150 never buys
REPEATS = 3
PATIENCE_S = 1800.0


def run(size: int | None) -> Result:
    """`size` is the number of events; raises AssertionError if any get lost."""
    number = size or SIZE
    with services.running(var_dir()) as environment:
        set_up(environment)
        with stage(number):
            return _measured(number)


def set_up(environment: dict[str, str]) -> None:
    import django

    os.environ |= environment
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{REDIS_DATABASE}"
    os.environ["CELERY_BROKER_URL"] = os.environ["REDIS_URL"]
    os.environ["KAFKA_TOPIC"] = f"bench.{uuid.uuid4().hex[:8]}"
    for scope in ("EVENTS", "READS", "RECOMMENDATIONS"):
        os.environ[f"THROTTLE_{scope}"] = "1000000/min"
    django.setup()


@contextmanager
def stage(number: int) -> Iterator[None]:
    """An ingested synthetic history of this many lines, and an empty Redis."""
    from django.core.management import call_command
    from django.db import connection

    from streaming import connection as redis_connection

    customers = max(100, number // LINES_EACH)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    redis_connection.client().flushdb()
    try:
        with tempfile.TemporaryDirectory() as folder:
            arguments = f"--out={folder}/hm --articles={ARTICLES} --customers={customers} --seed=1"
            lines = f"--transactions={max(1_000, number)}"
            call_command("generate_hm", *arguments.split(), lines, stdout=sys.stderr)
            call_command("ingest_hm", f"--data-dir={folder}/hm", stdout=sys.stderr)
        yield
    finally:
        redis_connection.client().flushdb()
        # Threads that have ended may have left sessions behind.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.creation.destroy_test_db("", verbosity=0)


def _measured(number: int) -> Result:
    from benchmarks.stream import delay, memory, workers
    from streaming.connection import connect
    from streaming.kafka import topics

    topics.ensure()
    client = connect(30.0)
    replay_s, produce_s = _produced()
    replayed, _ = _replay()
    bare_s, pipeline_s, pipeline_cpu_s = _usual(client, replayed)
    stream_s, stream_cpu_s, parts = _stream(client, replayed)
    task_s = _tasks(client)
    one, two = (workers.rate(count, client, _replay) for count in (1, 2))
    cpu = {"stream": stream_cpu_s, "pipeline": pipeline_cpu_s}
    wanted = min(MEMORY_CUSTOMERS, max(1_000, number))
    held, stored = memory.bytes_per_customer(client, wanted)
    seconds = {
        "events": stream_s,
        "bare_consume": bare_s,
        "pipeline": pipeline_s,
        "task_per_event": task_s * replayed,
        "replay": replay_s,
        "bare_produce": produce_s,
    }
    return Result(
        name="stream",
        sizes={"events": replayed, "tasks": TASKS, "customers_stored": stored},
        figures={
            **{f"{name}_per_s": replayed / took for name, took in seconds.items()},
            **{f"{name}_cpu_us_per_event": 1e6 * took / replayed for name, took in cpu.items()},
            "one_worker_process_per_s": one,
            "two_worker_processes_per_s": two,
            **delay.on_embedded(),
            **delay.on_apache_kafka(),
            "bytes_per_customer": held,
        },
        ratios={**_ratios(seconds, cpu), "two_workers_vs_one": two / one},
        parts=parts,
    )


def _ratios(seconds: dict[str, float], cpu: dict[str, float]) -> dict[str, float]:
    ours = seconds["events"]
    return {
        "stream_vs_pipeline": seconds["pipeline"] / ours,
        "stream_vs_task_per_event": seconds["task_per_event"] / ours,
        "stream_vs_bare_consume": seconds["bare_consume"] / ours,
        "replay_vs_bare_produce": seconds["bare_produce"] / seconds["replay"],
        "stream_vs_pipeline_in_cpu": cpu["pipeline"] / cpu["stream"],
    }


def _cpu_s(client: Redis) -> float:
    """CPU seconds of this process and of Redis, which other load changes less than the time."""
    of_redis = client.info("cpu")
    return float(time.process_time() + of_redis["used_cpu_user"] + of_redis["used_cpu_sys"])


def _usual(client: Redis, replayed: int) -> tuple[float, float, float]:
    """Seconds for consuming and decoding alone, and for a redis-py pipeline per batch; the CPU
    seconds of that."""
    from benchmarks.stream import baseline
    from streaming.features.articles import Articles

    articles = Articles()
    articles.refresh()
    bare_s = baseline.bare(replayed)
    client.flushdb()
    before = _cpu_s(client)
    pipeline_s = baseline.pipelined(client, replayed, articles.known)
    cpu_s = _cpu_s(client) - before
    client.flushdb()
    return bare_s, pipeline_s, cpu_s


def _produced() -> tuple[float, float]:
    """The best of several replays and bare produce loops, alternating: both take less than a
    second, which is easily disturbed by other load."""
    times = []
    for _ in range(REPEATS):
        with own_topic():
            count, seconds = _replay()
            times.append((seconds, _bare_produce(count)))
    ours, bare = zip(*times, strict=True)
    return min(ours), min(bare)


def _replay() -> tuple[int, float]:
    """Replay all history to Kafka at full speed, acknowledged; returns events and seconds."""
    from streaming import history
    from streaming.replay.rate_limiter import Pace
    from streaming.replay.replay import Plan, Replay

    span = history.bounds()
    assert span is not None
    replay = Replay(Plan(*span), Pace())
    replay.start_over()
    _warm(replay.publisher.producer)
    began = time.perf_counter()
    replay.run()
    return replay.sent, time.perf_counter() - began


def _warm(producer: Any) -> None:
    """An idempotent producer waits up to a second for its id: do that before timing starts."""
    from django.conf import settings

    producer.produce(settings.KAFKA_DEAD_TOPIC, b"{}", partition=0)
    assert producer.flush(30) == 0


def _bare_produce(count: int) -> float:
    """The same payloads in the loop of confluent-kafka's README, with delivery callbacks like ours,
    into a separate topic, acknowledged."""
    from confluent_kafka import Producer
    from django.conf import settings

    from benchmarks.stream import baseline
    from streaming import kafka

    def failed(error: object, _: object) -> None:
        raise AssertionError(error)

    batches = baseline.batches(count)
    payloads = [(message.key(), message.value()) for some in batches for message in some]
    with own_topic():
        producer = Producer(kafka.producer(60_000, linger_ms=10))
        _warm(producer)
        began = time.perf_counter()
        for key, value in payloads:
            producer.poll(0)
            while True:
                try:
                    producer.produce(settings.KAFKA_TOPIC, value, key=key, on_delivery=failed)
                    break
                except BufferError:
                    producer.poll(0.05)
        assert producer.flush(60) == 0
        return time.perf_counter() - began


def _stream(client: Redis, count: int) -> tuple[float, float, dict[str, float]]:
    """Our consumer, as a stream worker runs it; seconds and CPU seconds for all events, and where
    they go.

    Timing starts after the first batch has been applied, so that batch doesn't count.
    """
    from streaming.consumer.runtime import ConsumerRuntime
    from streaming.features.processor import FeatureProcessor

    consumer = ConsumerRuntime(FeatureProcessor(), "benchmark")
    thread = threading.Thread(target=consumer.run, daemon=True)
    thread.start()
    first, began, before = 0, 0.0, 0.0
    deadline = time.monotonic() + PATIENCE_S
    while (done := consumer.metrics.events) < count:
        assert thread.is_alive(), "the consumer gave up"
        assert time.monotonic() < deadline, f"{done} of {count} events"
        if done and not began:
            first, began, before = done, time.perf_counter(), _cpu_s(client)
        time.sleep(0.005)
    scale = count / (count - first)
    took, cpu_s = (time.perf_counter() - began) * scale, (_cpu_s(client) - before) * scale
    consumer.stopping.set()
    thread.join(30)
    parts = dict(consumer.metrics.parts)
    parts["poll"] = max(0.0, took - sum(parts.values()))
    return took, cpu_s, parts


def _tasks(client: Redis) -> float:
    """Seconds per event as one Celery task: passed on from Kafka, run by a separate worker."""
    from benchmarks.stream import baseline
    from streaming.tests.servers import eventually

    def done() -> int:
        return int(client.get(baseline.DONE) or 0)

    messages = [m for some in baseline.batches(TASKS) for m in some][:TASKS]
    values = [(message.value() or b"").decode() for message in messages]
    with celery("usual", "-I", baseline.__name__, "--prefetch-multiplier=64"):
        baseline.one_event.apply_async((values[0],), queue="usual")
        eventually(lambda: done() == 1, "the first task")
        began = time.perf_counter()
        for value in values:
            baseline.one_event.apply_async((value,), queue="usual")
        eventually(lambda: done() > TASKS, "all tasks", 600)
        return (time.perf_counter() - began) / TASKS
