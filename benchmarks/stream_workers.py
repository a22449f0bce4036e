"""The benchmark's own Celery workers, and their combined throughput."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


@contextmanager
def celery(*arguments: str) -> Iterator[None]:
    """A separate Celery worker on the benchmark's database, Redis and broker."""
    from django.conf import settings

    from streaming.tests.servers import database_url

    command = [sys.executable, "-m", "celery", *arguments, "--pool=solo", "--without-gossip"]
    process = subprocess.Popen(
        [*command, "--without-mingle", "--loglevel=ERROR"],
        env={
            **os.environ,
            "DATABASE_URL": database_url(),
            "KAFKA_TOPIC": settings.KAFKA_TOPIC,
            "KAFKA_BOOTSTRAP_SERVERS": settings.KAFKA_BOOTSTRAP_SERVERS,
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def stream_worker(number: int = 1) -> Any:
    name = f"bench{number}@localhost"
    return celery("-A", "storefront", "worker", "-Q", "stream", "-n", name)


@contextmanager
def own_topic() -> Iterator[None]:
    """Temporarily switch to another topic."""
    from django.test import override_settings

    from streaming.kafka import topics

    name = f"bench.{uuid.uuid4().hex[:8]}"
    with override_settings(KAFKA_TOPIC=name, KAFKA_DEAD_TOPIC=f"{name}.dead"):
        topics.ensure()
        yield
        admin = topics.admin()
        for future in admin.delete_topics([name, f"{name}.dead"]).values():
            future.result(10)


def rate(workers: int, client: Any, replay: Any) -> float:
    """Events per second of this many workers, from their first batch to the topic's last event.

    `replay` fills the topic once all partitions are assigned, much faster than they are read.
    """
    from django.conf import settings

    from streaming.tests.progress import done
    from streaming.tests.servers import eventually

    client.flushdb()
    with own_topic(), ExitStack() as all_:
        for number in range(workers):
            all_.enter_context(stream_worker(number))
        eventually(lambda: _shared(workers, settings.KAFKA_PARTITIONS), "all workers' partitions")
        sent, _ = replay()
        eventually(lambda: done(client) > 0, "the first batch")
        first, began = done(client), time.perf_counter()
        eventually(lambda: done(client) >= sent, f"{sent} events", 1800)
        return float((sent - first) / (time.perf_counter() - began))


def _shared(workers: int, partitions: int) -> bool:
    from streaming import status

    running = [len(found.partitions) for found in status.workers() if found.state == "running"]
    return len(running) == workers and sum(running) == partitions and min(running) > 0
