"""The two topics: made when they are absent, and told apart by the id the broker gave them."""

import logging
import time
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    NewPartitions,
    NewTopic,
)
from django.conf import settings

from streaming import kafka

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 3.0
MAKING_S: Final = 1.0
FOREVER: Final = {"retention.ms": "-1"}
ABSENT: Final = KafkaError.UNKNOWN_TOPIC_OR_PART


class TopicError(Exception):
    """A topic isn't as the stream needs it."""


def admin() -> AdminClient:
    return AdminClient(kafka.common())


def ensure(timeout_s: float = TIMEOUT_S) -> str:
    """Make both topics as they must be and return the id of the one with the events.

    Raise KafkaException when the broker is away, TopicError on a topic with too many partitions.
    """
    client = admin()
    _ensure(client, settings.KAFKA_DEAD_TOPIC, 1, timeout_s)
    return _ensure(client, settings.KAFKA_TOPIC, settings.KAFKA_PARTITIONS, timeout_s)


def topic_id(timeout_s: float = TIMEOUT_S) -> str | None:
    """The id of the topic with the events, None where there is no such topic."""
    found = _describe(admin(), settings.KAFKA_TOPIC, timeout_s)
    return None if found is None else str(found.topic_id)


def _ensure(client: AdminClient, name: str, partitions: int, timeout_s: float) -> str:
    """Do what is missing and look again: a cluster takes a moment to tell what it has done."""
    deadline, may_grow_at = time.monotonic() + timeout_s, 0.0
    while True:
        found = _describe(client, name, timeout_s)
        if found is None:
            _create(client, name, partitions, timeout_s)
            # Until then it may be seen half made.
            may_grow_at = time.monotonic() + MAKING_S
        elif len(found.partitions) < partitions:
            if time.monotonic() > may_grow_at:
                _grow(client, name, partitions, timeout_s)
        elif len(found.partitions) == partitions:
            return str(found.topic_id)
        else:
            raise TopicError(
                f"Topic {name} has {len(found.partitions)} partitions, KAFKA_PARTITIONS says"
                f" {partitions}: set KAFKA_PARTITIONS to the topic's number."
            )
        if time.monotonic() > deadline:
            raise TopicError(f"Topic {name} isn't there {timeout_s:.0f} s after it was made.")
        time.sleep(0.05)


def _describe(client: AdminClient, name: str, timeout_s: float) -> Any | None:
    futures = client.describe_topics(TopicCollection([name]), request_timeout=timeout_s)
    try:
        return futures[name].result(timeout_s + 1)
    except KafkaException as error:
        if error.args[0].code() == ABSENT:
            return None
        raise


def _create(client: AdminClient, name: str, partitions: int, timeout_s: float) -> None:
    topic = NewTopic(name, num_partitions=partitions, replication_factor=-1, config=FOREVER)
    try:
        client.create_topics([topic], request_timeout=timeout_s)[name].result(timeout_s + 1)
    except KafkaException as error:  # another process was faster
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _grow(client: AdminClient, name: str, partitions: int, timeout_s: float) -> None:
    """A broker makes a topic that is asked for, with a number of partitions of its own choice.

    Tansu does so when a client that outlived it asks again, and can't add partitions: there the
    topic is made anew. Clients of before are refused by it, so that nothing can be in it yet.
    """
    logger.warning("Topic %s has fewer than %d partitions; adding them.", name, partitions)
    more = [NewPartitions(name, partitions)]
    try:
        client.create_partitions(more, request_timeout=timeout_s)[name].result(timeout_s + 1)
    except KafkaException as error:
        if error.args[0].code() == KafkaError.INVALID_PARTITIONS:  # grown already
            return
        if error.args[0].code() != KafkaError._UNSUPPORTED_FEATURE:
            raise
        client.delete_topics([name], request_timeout=timeout_s)[name].result(timeout_s + 1)
        _create(client, name, partitions, timeout_s)
