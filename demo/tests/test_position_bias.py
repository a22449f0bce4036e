"""The ranker learned from shelves sees through positions: on shoppers whose attention is known."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from demo.data.dataset import Parameters, generate
from demo.shoppers import choice, ground_truth
from demo.shoppers.choice import ShopperModel
from demo.shoppers.ground_truth import GroundTruth
from recommendations.bundle.reader import boosters_of
from recommendations.ranking.features import REGISTRY
from recommendations.training.ranker.live import Learned, Shown, learn

PLACES = 12
FAME = [feature.name for feature in REGISTRY].index("blend")


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> GroundTruth:
    out = tmp_path_factory.mktemp("generated") / "data"
    generate(Parameters(300, 400, 6000, 5), out, lambda _: None)
    return ground_truth.read(out)


@pytest.fixture(scope="module")
def shown(truth: GroundTruth) -> Shown:
    return looked_at(truth, 30_000)


def looked_at(truth: GroundTruth, shelves: int) -> Shown:
    """Shelves that put famous articles on top, though shoppers like them less, as shoppers saw
    them: the cards down to the last one they looked at."""
    rng, dice = np.random.default_rng(3), Random(3)
    fame: list[float] = []
    position: list[int] = []
    clicked: list[float] = []
    answer: list[int] = []
    for shelf in range(shelves):
        mind = ShopperModel(int(rng.integers(len(truth.liking))), 0)
        liking = truth.liking[mind.cluster]
        rows = rng.choice(np.argsort(-liking)[:100], PLACES, replace=False)
        known = rng.normal(0, 1, PLACES) - 0.3 * liking[rows]
        order = np.argsort(-(known + rng.normal(0, 0.6, PLACES)))
        seen, place = choice.look(dice, truth, mind, [truth.ids[row] for row in rows[order]])
        fame += known[order][:seen].tolist()
        position += range(1, seen + 1)
        clicked += [float(at == place) for at in range(seen)]
        answer += [shelf] * seen
    features = np.zeros((len(fame), len(REGISTRY)), np.float32)
    features[:, FAME] = fame
    columns = (np.array(position), np.array(clicked), np.array(answer))
    return Shown(features, *columns, np.arange(shelves))


def prefers_fame(learned: Learned) -> float:
    """By how much a famous article outscores an unknown one."""
    two = np.zeros((2, len(REGISTRY)), np.float32)
    two[:, FAME] = 1.5, -1.5
    (booster,) = boosters_of(learned.text)
    famous, unknown = booster.predict(two)
    return float(famous - unknown)


def test_the_correction_recovers_the_order_that_uncorrected_training_gets_wrong(
    shown: Shown,
) -> None:
    uncorrected = replace(shown, position=np.ones_like(shown.position))
    assert prefers_fame(learn(uncorrected)) > 0.05
    assert prefers_fame(learn(shown)) < -0.05


def test_the_estimated_attention_is_the_shoppers_own(shown: Shown) -> None:
    """Of a card that came into view: seen are all cards down to the last one looked at."""
    looks = choice.attention(PLACES)
    in_view = 1.0 - np.cumprod(1.0 - looks[::-1])[::-1]
    expected = looks / in_view
    found = learn(shown).attention[1 : PLACES + 1]
    assert np.corrcoef(np.log(found[:8]), np.log(expected[:8]))[0, 1] > 0.8
    assert found[1:6].mean() == pytest.approx(expected[1:6].mean(), rel=0.2)
