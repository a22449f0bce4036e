"""Each fault twice during a small topic; benchmarks/faults.py does it at length."""

import random
from pathlib import Path

import pytest

from catalog.tests.factories import make_article
from streaming.replay.replay import Publisher
from streaming.tests import faults
from streaming.tests.faults import FAULTS, Stage
from streaming.tests.traffic import traffic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVENTS = 30_000


def test_no_fault_changes_the_features_of_an_unbroken_run(
    log: str, store: None, tmp_path: Path
) -> None:
    articles = [make_article(product_type=(i, f"Type {i}")).pk for i in range(20)]
    publisher = Publisher()
    publisher.send(traffic(EVENTS, articles))
    publisher.settle()
    dice = random.Random(5)
    with Stage(tmp_path / "unbroken", EVENTS, dice) as stage:
        stage.add_worker()
        unbroken = stage.end()
    for name, fault in FAULTS.items():
        with Stage(tmp_path / fault.__name__, EVENTS, dice) as stage:
            assert faults.run(stage, fault, 2) == unbroken, name
