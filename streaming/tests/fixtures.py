"""Topics and a feature store of a test's own, for the tests of every room that sends events."""

import uuid
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from streaming import clock, connection, partitions
from streaming.kafka import topics
from streaming.producers import outbox, producer


@pytest.fixture
def store() -> Iterator[None]:
    """An empty Redis, and a shop clock that nobody has set."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    connection.client().flushdb()
    clock.reset()
    partitions.reset()


def delete(*names: str) -> None:
    client = topics.admin()
    for future in client.delete_topics(list(names)).values():
        future.result(10)


@pytest.fixture
def log(settings: LazySettings, tmp_path: object) -> Iterator[str]:
    """A pair of topics of this test's own; the name of the one with the events."""
    producer.close()  # what another test published isn't of this log
    settings.KAFKA_TOPIC = f"test.{uuid.uuid4().hex[:12]}"
    settings.KAFKA_DEAD_TOPIC = f"{settings.KAFKA_TOPIC}.dead"
    settings.SPOOL_DIR = tmp_path
    topics.ensure()
    yield settings.KAFKA_TOPIC
    producer.close()
    outbox.sender.cache_clear()
    delete(settings.KAFKA_TOPIC, settings.KAFKA_DEAD_TOPIC)
