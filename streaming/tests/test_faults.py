"""Each fault once or twice during a small topic; benchmarks/faults.py does it at length."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.tests.factories import make_article
from streaming.replay.replay import Publisher
from streaming.tests import faults
from streaming.tests.faults import FAULTS, Stage
from streaming.tests.traffic import traffic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVENTS = 30_000


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.__name__)
def test_a_fault_leaves_the_features_of_an_unbroken_run(
    fault: Callable[[Stage], None], log: str, store: None, tmp_path: Path
) -> None:
    articles = [make_article(product_type=(i, f"Type {i}")).pk for i in range(20)]
    publisher = Publisher()
    publisher.send(traffic(EVENTS, articles))
    publisher.settle()
    dice = random.Random(5)
    with Stage(tmp_path / "broken", EVENTS, dice) as stage:
        broken = faults.run(stage, fault, 2)
    with Stage(tmp_path / "unbroken", EVENTS, dice) as stage:
        stage.add_worker()
        assert stage.end() == broken
