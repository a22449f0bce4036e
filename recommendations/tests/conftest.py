from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from recommendations.tests.shops import Lived, Shop, live_through, open_shop, train
from streaming import connection


@pytest.fixture(autouse=True)
def _own_bundles(bundles: Path) -> None:
    """For every test of this room."""


@pytest.fixture
def no_redis(settings: Settings) -> Iterator[None]:
    """Redis is down: nothing listens on the port."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    connection.reset()
    yield
    connection.reset()


@pytest.fixture
def shop(db: None) -> Shop:
    return open_shop()


@pytest.fixture
def trained(shop: Shop) -> Shop:
    train()
    return shop


@pytest.fixture
def lived() -> Iterator[Lived]:
    """Give a shopper a history in the feature store: lived("c1", [(article, "view", ms ago)])."""
    stored: list[str] = []
    yield live_through(stored)
    connection.client().delete(*stored) if stored else None
