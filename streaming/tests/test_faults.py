"""Each fault once or twice during a small topic; benchmarks/faults.py does it at length."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.tests.factories import make_article
from streaming.replay.replay import Publisher
from streaming.tests import faults
from streaming.tests.faults import FAULTS, Stage
from streaming.tests.progress import Features
from streaming.tests.traffic import traffic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVENTS = 30_000


@pytest.fixture
def published(log: str, store: None) -> None:
    """The same events about the same articles each time, which always come to the same features."""
    articles = [
        make_article(700_000_000 + 1000 * i, product_type=(i, f"Type {i}")).pk for i in range(20)
    ]
    publisher = Publisher()
    publisher.send(traffic(EVENTS, articles))
    publisher.settle()


@pytest.fixture(scope="module")
def unbroken() -> list[Features]:
    """What came of them without a fault: filled by the first test."""
    return []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.__name__)
def test_a_fault_leaves_the_features_of_an_unbroken_run(
    fault: Callable[[Stage], None], published: None, unbroken: list[Features], tmp_path: Path
) -> None:
    dice = random.Random(5)
    if not unbroken:
        with Stage(tmp_path / "unbroken", EVENTS, dice) as stage:
            stage.add_worker()
            unbroken.append(stage.end())
    with Stage(tmp_path / "broken", EVENTS, dice) as stage:
        assert faults.run(stage, fault, 2) == unbroken[0]
