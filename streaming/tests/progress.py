"""How far the workers are with a test's topic, and what they made of it."""

import time

import redis

from streaming import topics
from streaming.tests.servers import eventually

Features = dict[bytes, object]


def done(client: redis.Redis) -> int:
    """How many messages of this test's topic are behind the fences."""
    names = list(client.scan_iter(f"{{p*}}:fence:{topics.topic_id()}"))
    return sum(int(value) for value in map(client.get, names) if value)


def finish(client: redis.Redis, number: int) -> None:
    """Wait until all of them are, and what they made (merges) too."""
    eventually(lambda: done(client) >= number, f"{number} events done")
    quiet, since = done(client), time.monotonic()
    while time.monotonic() - since < 1.5:
        time.sleep(0.1)
        if done(client) != quiet:
            quiet, since = done(client), time.monotonic()


def features(client: redis.Redis) -> Features:
    """All that the events made, byte for byte: states, trends, counts, co-views, epochs."""
    found: Features = {}
    for pattern in ("{p*}:s:*", "{p*}:epochs"):
        for key in client.scan_iter(pattern, count=5000):
            found[key] = client.get(key)
    for pattern in ("{p*}:t:*", "{p*}:co:*"):
        for key in client.scan_iter(pattern, count=5000):
            found[key] = client.zrange(key, 0, -1, withscores=True)
    for key in client.scan_iter("{p*}:n:*", count=5000):
        found[key] = client.hgetall(key)
    return found
