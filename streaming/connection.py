"""The connection to the feature store, one pool per process: a Redis, or a Redis Cluster."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from redis.cluster import ClusterNode
from redis.exceptions import (
    ClusterDownError,
    NoPermissionError,
    NoScriptError,
    RedisClusterException,
    TryAgainError,
)

from web.cache import on_empty

logger = logging.getLogger(__name__)
T = TypeVar("T")
TIMEOUT_S = 0.25


class StoreUnavailable(Exception):  # noqa: N818
    """Redis can't be reached, or can't answer now."""


@cache
def client() -> redis.Redis:
    """For pages: gives up within a quarter of a second."""
    return connect(TIMEOUT_S)


def connect(timeout_s: float) -> redis.Redis:
    """A cluster's client takes the same commands. It asks a node for the slots at once, and so may
    raise StoreUnavailable."""
    options: dict[str, object] = {
        "socket_connect_timeout": timeout_s,
        "socket_timeout": timeout_s,
        "health_check_interval": 0,
    }
    if not settings.FEATURES_CLUSTER_URL:
        return redis.Redis.from_url(settings.REDIS_URL, retry=None, **options)
    first, *others = settings.FEATURES_CLUSTER_URL.split(",")
    nodes = [_node(url) for url in others]
    with translate_errors():
        cluster = redis.RedisCluster.from_url(first, startup_nodes=nodes, **options)
        return cast("redis.Redis", cluster)


def _node(url: str) -> ClusterNode:
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 6379
    return ClusterNode(host, port)


# A server that is loading, full or read-only counts as down; so does one that was restarted and has
# lost the script it is asked for.
DOWN = (
    redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError, redis.ReadOnlyError,
    redis.OutOfMemoryError, NoPermissionError, NoScriptError, ClusterDownError, TryAgainError,
    RedisClusterException,
)  # fmt: skip
# The same for errors that redis-py has no class for: it can't save, lacks replicas, or is busy with
# a script.
DOWN_CODES = ("MISCONF", "NOREPLICAS", "BUSY", "UNKILLABLE")


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise StoreUnavailable for every error that means that Redis is down."""
    try:
        yield
    except redis.RedisError as error:
        # A pipeline puts its command before the server's words.
        said = str(error).rpartition("caused error: ")[2]
        if isinstance(error, DOWN) or said.startswith(DOWN_CODES):
            raise StoreUnavailable(said) from error
        raise


class Polled(Generic[T]):
    """A value that other processes may change, at most `seconds` old; the last one known while
    Redis or PostgreSQL, wherever `read` looks, is down."""

    def __init__(self, read: Callable[[], T], nothing: T, seconds: float) -> None:
        self._read, self._nothing, self._seconds = read, nothing, seconds
        self.reset()
        on_empty(self.reset)

    def reset(self) -> None:
        """Forget the value, as in a new process."""
        self.value = self._nothing
        self.expire()

    def expire(self) -> None:
        """Read again at the next `get`."""
        self._next = 0.0

    def get(self) -> T:
        """Never raises."""
        if time.monotonic() >= self._next:
            self.refresh()
        return self.value

    def refresh(self) -> None:
        try:
            self.learn(self._read())
        except (StoreUnavailable, DatabaseError) as error:
            logger.info("Keeping the last known value: %s", error)
            self.learn(self.value)

    def learn(self, value: T) -> None:
        self.value, self._next = value, time.monotonic() + self._seconds


Command = tuple[str | int | float | bytes, ...]


def execute(*commands: Command, on: redis.Redis | None = None) -> list[Any]:
    """The answers to several commands, in one round trip; raise StoreUnavailable."""
    pipeline: Any
    with translate_errors(), (on or client()).pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(*command)
        return list(pipeline.execute())


def reset() -> None:
    """Forget everything, as in a new process."""
    client.cache_clear()


class Eviction(NamedTuple):
    """How a Redis evicts keys; `limited`: it has a memory limit that it can reach."""

    policy: str
    limited: bool


NO_EVICTION = "noeviction"
EVICTS = (
    "Redis may throw features away (maxmemory-policy {policy}), and nobody would know."
    " Set `maxmemory-policy noeviction` with CONFIG SET and in Redis's configuration"
)


def eviction(redis_: Any = None) -> Eviction | None:
    """The worst of the nodes' policies, None where none evicts; may raise StoreUnavailable."""
    with translate_errors():
        info: dict[str, Any] = (redis_ or client()).info("memory", **_every_node())
    nodes = [info] if "used_memory" in info else info.values()
    found = [
        Eviction(str(node["maxmemory_policy"]), int(node["maxmemory"]) > 0)
        for node in nodes
        if node.get("maxmemory_policy", NO_EVICTION) != NO_EVICTION
    ]
    return max(found, key=lambda e: e.limited, default=None)


def may_evict(redis_: object = None) -> str:
    """Why this store can't be trusted with features; empty where it can."""
    found = eviction(redis_)
    return EVICTS.format(policy=found.policy) if found and found.limited else ""


class Sizes(NamedTuple):
    """Of the whole store; bytes of memory."""

    keys: int
    bytes: int


def sizes() -> Sizes:
    """May raise StoreUnavailable."""
    with translate_errors():
        memory: dict[str, Any] = client().info("memory", **_every_node())
        nodes = [memory] if "used_memory" in memory else memory.values()
        used = sum(int(node["used_memory"]) for node in nodes)
        return Sizes(client().dbsize(**_every_node()), used)


def _every_node() -> dict[str, str]:
    """A cluster answers for all its nodes only if asked to."""
    nodes = redis.RedisCluster.PRIMARIES
    return {"target_nodes": nodes} if settings.FEATURES_CLUSTER_URL else {}
