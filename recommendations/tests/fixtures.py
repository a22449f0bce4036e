from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from recommendations.bundle.registry import registry
from recommendations.tests.shops import Wardrobe, bought_together, train
from streaming import clock, connection


@pytest.fixture
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
def closet(db: None) -> Wardrobe:
    """Three articles of each kind, bought together, and a model that knows them."""
    kinds = {"shirt": 255, "trousers": 272, "jacket": 262, "sneaker": 87}
    found = bought_together(kinds, 3, 5)
    train()
    return found
