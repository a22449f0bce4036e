"""The two topics: created if they are absent, and identified by the id that the broker gave
them."""

import logging
import time
from binascii import crc32
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource
from confluent_kafka.cimpl import NewPartitions, NewTopic
from django.conf import settings

from streaming import kafka
from streaming.kafka import has_messages
from streaming.partitions import stored_homes

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 3.0
MAKING_S: Final = 1.0
FOREVER: Final = {"retention.ms": "-1"}
TANSU: Final = "tansu_cluster"
ABSENT: Final = KafkaError.UNKNOWN_TOPIC_OR_PART
# The errors of a broker that doesn't support a request: the embedded one hangs up.
UNSUPPORTED: Final = (KafkaError._UNSUPPORTED_FEATURE, KafkaError._TRANSPORT)
TOO_SMALL: Final = (
    "Topic {name} has {found} partitions and messages in it, the features are in {wanted}, and this"
    " broker can't add partitions. A stream worker moves the messages over; where none can, stop"
    " the workers and run `manage.py rebuild_features --source=log`."
)
COMPACTED: Final = (
    "Topic {name} is compacted (cleanup.policy={policy}): the broker drops events of a shopper that"
    " were never read. `kafka-configs.sh --bootstrap-server … --alter --entity-type topics"
    " --entity-name {name} --add-config cleanup.policy=delete,retention.ms=-1` lets the stream"
    " continue."
)


# Saves all messages of a topic by its name and number of partitions.
Move = Callable[[str, int], None]


class TopicError(KafkaException):
    """A topic isn't as the stream needs it."""


def admin() -> AdminClient:
    return AdminClient(kafka.common())


def answer(future: Future[Any], timeout_s: float = TIMEOUT_S) -> Any:
    """Raise KafkaException, also where the client itself gives no answer."""
    try:
        return future.result(timeout_s + 1)
    except TimeoutError:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT)) from None


def tag(topic_id: str) -> int:
    """The topic's id in a few bytes, kept in states; never 0."""
    return crc32(topic_id.encode()) or 1


def ensure(timeout_s: float = TIMEOUT_S, *, move: Move | None = None) -> str:
    """Create or mend both topics and return the id of the one with the events.

    `move` is for the stream's workers: it saves the messages of a topic (name, partitions) that is
    too small and can't grow, before one of the right size takes its place. Raise KafkaException
    when the broker is down, TopicError for a topic that the stream can't use.
    """
    client = admin()
    _ensure(client, settings.KAFKA_DEAD_TOPIC, 1, timeout_s, move=None)
    found = _ensure(client, settings.KAFKA_TOPIC, settings.KAFKA_PARTITIONS, timeout_s, move=move)
    if move:
        _refuse_compaction(client, settings.KAFKA_TOPIC, timeout_s)
    return str(found.topic_id)


def topic_id(timeout_s: float = TIMEOUT_S) -> str | None:
    """The id of the topic with the events, None where there is no such topic."""
    found = _describe(admin(), settings.KAFKA_TOPIC, timeout_s)
    return None if found is None else str(found.topic_id)


def size(timeout_s: float = TIMEOUT_S) -> int:
    """How many partitions the topic with the events has; 0 where there is none."""
    found = _describe(admin(), settings.KAFKA_TOPIC, timeout_s)
    return 0 if found is None else len(found.partitions)


def forget_group(name: str, timeout_s: float = TIMEOUT_S) -> None:
    """Have Tansu forget a consumer group that doesn't share out its partitions.

    Version 0.6 keeps a leader that left during a rebalance, and waits for it for ever; forgotten,
    the group is formed again by its members. Other brokers need no help, and where none answers
    librdkafka 2 ends the process over this question.
    """
    client = admin()  # its futures need it alive
    try:
        if client.list_topics(timeout=timeout_s).cluster_id != TANSU:
            return
        answer(client.delete_consumer_groups([name], request_timeout=timeout_s)[name], timeout_s)
    except KafkaException as error:
        logger.info("Group %s stays as it is: %s", name, error)
    else:
        logger.warning("Group %s didn't share out its partitions; its members join it again.", name)


def partitions_to_settle() -> int:
    """Over how many partitions an empty store is laid out."""
    wanted = int(settings.KAFKA_PARTITIONS)
    return min(size() or wanted, wanted)


def _ensure(
    client: AdminClient, name: str, partitions: int, timeout_s: float, *, move: Move | None
) -> Any:
    """Do what is missing and check again: a cluster takes a moment to report a change."""
    deadline, may_grow_at = time.monotonic() + timeout_s, 0.0
    while True:
        found = _describe(client, name, timeout_s)
        if found is None:
            _create(client, name, partitions, timeout_s)
            # Until then the topic may be incomplete.
            may_grow_at = time.monotonic() + MAKING_S
        elif len(found.partitions) >= partitions or (
            time.monotonic() > may_grow_at
            and _is_settled(client, name, len(found.partitions), partitions, timeout_s, move=move)
        ):
            return found
        if time.monotonic() > deadline:
            raise TopicError(f"Topic {name} does not exist {timeout_s:.0f} s after its creation.")
        time.sleep(0.05)


def _is_settled(
    client: AdminClient,
    name: str,
    found: int,
    partitions: int,
    timeout_s: float,
    *,
    move: Move | None,
) -> bool:
    """Enlarge a topic that is too small; True where it must stay as it is.

    Tansu creates a topic that anybody asks for, with partitions of its own choice, and can't add
    any: an empty one is created again. Nothing that was acknowledged is ever deleted.
    """
    if _grow(client, name, partitions, timeout_s):
        return False
    if not has_messages(name, found):
        logger.warning("Topic %s is empty and has too few partitions; recreating it.", name)
    elif (homes := stored_homes()) is None or homes <= found:
        return True
    elif move:
        move(name, found)
    else:
        raise TopicError(TOO_SMALL.format(name=name, found=found, wanted=homes))
    answer(client.delete_topics([name], request_timeout=timeout_s)[name], timeout_s)
    _create(client, name, partitions, timeout_s)
    return False


def _describe(client: AdminClient, name: str, timeout_s: float) -> Any | None:
    futures = client.describe_topics(TopicCollection([name]), request_timeout=timeout_s)
    try:
        return answer(futures[name], timeout_s)
    except KafkaException as error:
        if error.args[0].code() == ABSENT:
            return None
        raise


def _create(client: AdminClient, name: str, partitions: int, timeout_s: float) -> None:
    topic = NewTopic(name, num_partitions=partitions, replication_factor=-1, config=FOREVER)
    try:
        answer(client.create_topics([topic], request_timeout=timeout_s)[name], timeout_s)
    except KafkaException as error:  # another process was first
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _grow(client: AdminClient, name: str, partitions: int, timeout_s: float) -> bool:
    """Add partitions; False where the broker can't."""
    logger.warning("Topic %s has fewer than %d partitions; adding them.", name, partitions)
    more = [NewPartitions(name, partitions)]
    try:
        answer(client.create_partitions(more, request_timeout=timeout_s)[name], timeout_s)
    except KafkaException as error:
        if error.args[0].code() in UNSUPPORTED:
            return False
        if error.args[0].code() != KafkaError.INVALID_PARTITIONS:  # grown already
            raise
    return True


def _refuse_compaction(client: AdminClient, name: str, timeout_s: float) -> None:
    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    try:
        asked = client.describe_configs([resource], request_timeout=timeout_s)[resource]
        found = answer(asked, timeout_s)
    except KafkaException as error:
        if error.args[0].code() in UNSUPPORTED:
            return
        raise
    policy = found["cleanup.policy"].value if "cleanup.policy" in found else "delete"
    if "compact" in policy:
        raise TopicError(COMPACTED.format(name=name, policy=policy))
    retention = found["retention.ms"].value if "retention.ms" in found else "-1"
    if retention != "-1":
        logger.warning(
            "Topic %s keeps events for %s ms only: a store that is lost later can't be made again"
            " from it. retention.ms=-1 keeps them.", name, retention,
        )  # fmt: skip
