"""How far the workers are with a test's topic, and what they made of it."""

import time
from contextlib import closing
from functools import cache
from typing import Final

import redis
from confluent_kafka import Consumer
from django.conf import settings

from streaming import kafka, keys
from streaming.kafka import topics
from streaming.tests.kafka import watermarks
from streaming.tests.servers import PATIENCE_S, eventually

Features = dict[bytes, object]
QUIET_S: Final = 1.5


def done(client: redis.Redis) -> int:
    """How many messages of this test's topic are behind the fences. Asked often: no broker is."""
    topic = id_of(settings.KAFKA_TOPIC)
    names = [keys.fence(p, topic) for p in range(settings.KAFKA_PARTITIONS)]
    return sum(int(value) for value in map(client.get, names) if value)


@cache
def id_of(topic: str) -> str:
    """Of the topic in the settings, which every test has of its own."""
    return topics.ensure()


def finish(client: redis.Redis, number: int) -> None:
    """Wait until all of them are, and what they made (merges) too: a merge lies in the topic before
    the fence passes what it came of. The embedded broker tells of the last ones a little late."""
    eventually(lambda: done(client) >= number, f"{number} events done")
    with closing(Consumer(kafka.consumer("tests"))) as consumer:
        quiet, since = done(client), time.monotonic()
        while time.monotonic() - since < QUIET_S or quiet < length(consumer):
            time.sleep(0.1)
            if done(client) != quiet:
                quiet, since = done(client), time.monotonic()
            assert time.monotonic() - since < PATIENCE_S, "the end of the topic wasn't reached"


def length(consumer: Consumer) -> int:
    """How many messages the topic has."""
    return sum(high for _, high in watermarks(consumer, settings.KAFKA_TOPIC).values())


def features(client: redis.Redis) -> Features:
    """All that the events made, byte for byte: states, trends, counts."""
    found: Features = {}
    for pattern in ("{p*}:s:*",):
        for key in client.scan_iter(pattern, count=5000):
            found[key] = client.get(key)
    for pattern in ("{p*}:t:*",):
        for key in client.scan_iter(pattern, count=5000):
            found[key] = client.zrange(key, 0, -1, withscores=True)
    for key in client.scan_iter("{p*}:n:*", count=5000):
        found[key] = client.hgetall(key)
    return found
