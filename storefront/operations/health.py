"""Health of each dependency, checked on every call with short timeouts."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka.admin import AdminClient
from django.conf import settings
from django.db import connection, connections
from redis import Redis

from recommendations.bundle import registry
from recommendations.bundle.format import BundleError
from streaming import connection as connection_of_store
from web.replica import REPLICA

PATIENCE_S = 1.0


@dataclass(frozen=True)
class Check:
    """`hard`: no page works without it; `error` names the kind of failure, without details."""

    name: str
    hard: bool
    up: bool
    ms: float
    error: str = ""


def postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def replica() -> None:
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT 1")


def redis() -> None:
    with Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S
    ) as client:
        client.ping()


class EvictionError(Exception):
    """The store evicts features when it is full."""


def eviction() -> None:
    """Fails even without a memory limit, as one may be set later and would then halt the stream."""
    if found := connection_of_store.eviction():
        raise EvictionError(found.policy)


def kafka() -> None:
    client = AdminClient(
        {
            "bootstrap.servers": settings.KAFKA_BOOTSTRAP_SERVERS,
            "socket.timeout.ms": int(PATIENCE_S * 1000),
            "log_level": 0,
        }
    )
    client.list_topics(timeout=PATIENCE_S)


def model_bundle() -> None:
    if registry.active() is None:
        raise BundleError("there is no readable bundle")


PARTS: tuple[tuple[str, bool, Callable[[], None]], ...] = (
    ("postgresql", True, postgresql),
    *([("postgresql replica", False, replica)] if REPLICA in settings.DATABASES else []),
    ("redis", False, redis),
    ("redis keeps every key", False, eviction),
    ("kafka", False, kafka),
    ("model bundle", False, model_bundle),
)


def checks() -> list[Check]:
    return [_check(name, hard, ask) for name, hard, ask in PARTS]


def _check(name: str, hard: bool, ask: Callable[[], None]) -> Check:
    start = time.perf_counter()
    error = ""
    try:
        ask()
    except Exception as failure:  # each client has its own errors; any of them means "away"
        error = type(failure).__name__
    return Check(name, hard, not error, round((time.perf_counter() - start) * 1000, 1), error)
