"""The combined throughput of several stream workers."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from redis import Redis

from benchmarks.processes import celery
from benchmarks.stream.kafka import own_topic


def stream_worker(number: int = 1) -> AbstractContextManager[None]:
    return celery("stream", name=f"bench{number}")


def rate(workers: int, client: Redis, replay: Callable[[], tuple[int, float]]) -> float:
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
