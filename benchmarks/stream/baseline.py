"""The usual ways from Kafka to Redis, for comparison; neither is exactly once."""

import time
from collections.abc import Iterator

import redis
from celery import shared_task
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition
from django.conf import settings

from streaming import kafka
from streaming.events import schema
from streaming.events.schema import Event
from streaming.features.articles import Articles
from streaming.features.state import Attributes

BATCH = 1000
PATIENCE_S = 30.0


def batches(count: int) -> Iterator[list[Message]]:
    """The topic from its beginning, in the same batches as the stream."""
    consumer = Consumer(kafka.consumer("usual"))
    partitions = range(settings.KAFKA_PARTITIONS)
    consumer.assign([TopicPartition(settings.KAFKA_TOPIC, p, OFFSET_BEGINNING) for p in partitions])
    deadline = time.monotonic() + PATIENCE_S
    try:
        while count > 0:
            messages = [m for m in consumer.consume(BATCH, 0.05) if m.error() is None]
            if not messages:
                assert time.monotonic() < deadline, "the topic ends too soon"
                continue
            count -= len(messages)
            deadline = time.monotonic() + PATIENCE_S
            yield messages
    finally:
        consumer.close()


def bare(count: int) -> float:
    """Only consume and decode; seconds from the first message to the last."""
    began = 0.0
    for messages in batches(count):
        began = began or time.perf_counter()
        for message in messages:
            schema.decode(message.value() or b"")
    return time.perf_counter() - began


def commands(pipeline: redis.client.Pipeline, event: Event, about: Attributes) -> None:
    """The usual writes for an event: ten commands, of which two only bound a key."""
    assert isinstance(event, schema.OfArticle)
    who, day = event.shopper, event.ts // 86_400_000
    pipeline.lpush(f"u:{who}:recent", event.article)
    pipeline.ltrim(f"u:{who}:recent", 0, 49)
    pipeline.hincrby(f"u:{who}:counts", type(event).__name__, 1)
    pipeline.hincrby(f"u:{who}:days", str(day), 1)
    pipeline.zincrby(f"u:{who}:garment", 1, str(about.garment_group))
    pipeline.zincrby(f"u:{who}:type", 1, str(about.product_type))
    pipeline.zincrby(f"u:{who}:colour", 1, str(about.colour_master))
    pipeline.zincrby(f"u:trend:{about.index_group}", 1, str(event.article))
    pipeline.hset(f"u:{who}", "last_seen", event.ts)
    pipeline.expire(f"u:{who}", 86_400 * 180)


def pipelined(client: redis.Redis, count: int, articles: dict[int, Attributes]) -> float:
    """One redis-py pipeline per batch; seconds from the first message to the last."""
    began = 0.0
    for messages in batches(count):
        began = began or time.perf_counter()
        pipeline = client.pipeline(transaction=False)
        for message in messages:
            event = schema.decode(message.value() or b"")
            assert isinstance(event, schema.OfArticle)
            commands(pipeline, event, articles[event.article])
        pipeline.execute()
    return time.perf_counter() - began


DONE = "usual:done"


class _Known:
    articles: Articles | None = None
    client: redis.Redis | None = None


@shared_task(name="usual.one_event", acks_late=False)
def one_event(message: str) -> None:
    """The same commands, one task per event."""
    if _Known.articles is None or _Known.client is None:
        _Known.articles, _Known.client = Articles(), redis.Redis.from_url(settings.REDIS_URL)
        _Known.articles.refresh()
    event = schema.decode(message.encode())
    assert isinstance(event, schema.OfArticle)
    pipeline = _Known.client.pipeline(transaction=False)
    commands(pipeline, event, _Known.articles.known[event.article])
    pipeline.incr(DONE)
    pipeline.execute()
