"""Topics of a benchmark's own, and real Apache Kafka: one broker, or three to kill and restart."""

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from demo.services import apache_kafka, ports
from demo.services.apache_kafka import ApacheKafka, Quorum
from demo.services.base import Service

BROKERS: Final = 3


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


@contextmanager
def on_apache_kafka(place: Path) -> Iterator[str]:
    """The address of an Apache Kafka, which Django's settings name; ServiceError where JDK 17 or
    Maven is missing."""
    from django.test import override_settings

    with apache_kafka.running(place) as url, override_settings(KAFKA_BOOTSTRAP_SERVERS=url):
        yield url


def kill(service: Service) -> None:
    for process in service.processes():
        os.kill(process.pid, signal.SIGKILL)


class KafkaCluster:
    """Topics have a replica on each broker, two of which must have a message."""

    def __init__(self, var: Path) -> None:
        quorum = Quorum.of(BROKERS)
        self.brokers = [_broker(var, node, quorum) for node in range(1, BROKERS + 1)]
        self.urls = [f"{ports.HOST}:{ports.choose()}" for _ in self.brokers]

    @property
    def bootstrap(self) -> str:
        return ",".join(self.urls)

    def __enter__(self) -> Self:
        first, *others = self.brokers
        first.fetch()
        for broker in others:  # the jars once
            broker.folder.mkdir(parents=True, exist_ok=True)
            (broker.folder / "lib").symlink_to(first.folder / "lib")
        children = [
            broker.launch(url, new_secret=False)
            for broker, url in zip(self.brokers, self.urls, strict=True)
        ]
        for broker, url, child in zip(self.brokers, self.urls, children, strict=True):
            broker.wait(url, lambda child=child: child.poll() is None)  # type: ignore[misc]
        return self

    def __exit__(self, *_: object) -> None:
        for broker in self.brokers:
            broker.stop(patience=5)

    def kill(self, node: int) -> None:
        for process in self.brokers[node - 1].processes():
            process.send_signal(signal.SIGKILL)
            process.wait()

    def start(self, node: int) -> None:
        self.brokers[node - 1].ensure(self.urls[node - 1], new_secret=False)


def _broker(var: Path, node: int, quorum: Quorum) -> ApacheKafka:
    broker = ApacheKafka(var / str(node))
    broker.node, broker.quorum = node, quorum
    return broker
