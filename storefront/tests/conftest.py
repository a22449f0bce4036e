from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from recommendations.live import breaker
from storefront.tests.shops import Shop, make_shop
from streaming import connection, producer
from streaming.tests.conftest import log, store  # noqa: F401

DEAD = "127.0.0.1:1"


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    cache.clear()
    yield make_shop()
    cache.clear()


@pytest.fixture
def no_redis(settings: Settings) -> Iterator[None]:
    """Nothing listens on Redis's port: neither for the feature store nor for the cache."""
    settings.REDIS_URL = f"redis://{DEAD}/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": settings.REDIS_URL}}
    connection.client.cache_clear()
    yield
    connection.client.cache_clear()
    breaker.open_until = 0.0


@pytest.fixture
def no_kafka(settings: Settings) -> Iterator[None]:
    """Nothing listens on the broker's port."""
    producer.close()
    settings.KAFKA_BOOTSTRAP_SERVERS = DEAD
    yield
    producer.close()
