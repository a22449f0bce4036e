from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from recommendations.bundle.registry import registry
from recommendations.tests.shops import Lived, live_through
from streaming import clock, connection
from streaming.tests.conftest import log, store  # noqa: F401


@pytest.fixture(autouse=True)
def bundles(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A separate bundle folder, an empty feature store and a process without caches, in a shop
    whose clock is unset."""
    settings.BUNDLES_DIR = tmp_path / "bundles"
    registry.reset()
    connection.client().flushdb()
    clock.reset()
    yield settings.BUNDLES_DIR
    registry.reset()


@pytest.fixture
def no_redis(settings: Settings) -> Iterator[None]:
    """Redis is down: nothing listens on the port."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    connection.reset()
    yield
    connection.reset()


@pytest.fixture
def lived() -> Iterator[Lived]:
    """Give a shopper a history in the feature store: lived("c1", [(article, "view", ms ago)])."""
    stored: list[str] = []
    yield live_through(stored)
    connection.client().delete(*stored) if stored else None
