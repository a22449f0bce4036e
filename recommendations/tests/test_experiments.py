"""Experiments: assignment, statistics, and what a variant shows."""

import math
from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from recommendations.attribution import rec_id
from recommendations.attribution.models import Exposure, Serving
from recommendations.experiments.assignment import Plan, arm_of, load, plan_of, plans
from recommendations.experiments.models import Experiment, Layer, Variant
from recommendations.experiments.results import guard, results
from recommendations.experiments.statistics import (
    Sample,
    difference,
    sample_ratio,
    shoppers_needed,
)
from recommendations.experiments.strategies import read
from recommendations.outfits.features import RANKING
from recommendations.outfits.strategies import LOOKS
from recommendations.recommenders.kinds import Kind
from recommendations.recommenders.shelf import Item
from recommendations.serving.outfits import Request, outfit
from recommendations.serving.serving import recommend
from recommendations.serving.variants import draft
from recommendations.tests.shops import Lived, open_shop, train
from web.arrays import Array

SHOPPERS = [f"c{n}" for n in range(1, 20_001)]


def make(
    name: str = "taste", kinds: tuple[str, ...] = ("for-you",), layer: str = "one", **more: Any
) -> Experiment:
    of, _ = Layer.objects.get_or_create(name=layer)
    made = Experiment.objects.create(name=name, kinds=list(kinds), layer=of, **more)
    Variant.objects.create(experiment=made, name="as ever", is_control=True)
    Variant.objects.create(
        experiment=made, name="popular", parameters={"strategy": "popularity"}, weight=3
    )
    return made


def share_of(plan: Plan) -> dict[str, float]:
    arms = Counter(arm.name for s in SHOPPERS if (arm := arm_of([plan], "for-you", s)) is not None)
    return {name: number / len(SHOPPERS) for name, number in arms.items()}


@pytest.mark.django_db
def test_shoppers_split_by_weight_and_stay_where_they_are() -> None:
    plan = plan_of(make())
    assert share_of(plan) == {
        "as ever": pytest.approx(0.25, abs=0.01),
        "popular": pytest.approx(0.75, abs=0.01),
    }
    assert [arm_of([plan], "for-you", s) for s in SHOPPERS[:50]] == [
        arm_of([plan], "for-you", s) for s in SHOPPERS[:50]
    ]
    assert arm_of([plan], "similar", "c1") is None


@pytest.mark.django_db
def test_a_higher_ramp_keeps_who_took_part_and_moves_nobody() -> None:
    experiment = make(ramp=20)
    small = plan_of(experiment)
    experiment.ramp = 60
    large = plan_of(experiment)
    before = {s: arm for s in SHOPPERS if (arm := arm_of([small], "for-you", s)) is not None}
    assert len(before) / len(SHOPPERS) == pytest.approx(0.2, abs=0.02)
    assert all(arm_of([large], "for-you", s) == arm for s, arm in before.items())


@pytest.mark.django_db
def test_two_experiments_of_a_layer_share_no_shopper() -> None:
    first = plan_of(make("a", last_bucket=499))
    second = plan_of(make("b", first_bucket=500))
    both = [
        s
        for s in SHOPPERS
        if arm_of([first], "for-you", s) is not None and arm_of([second], "for-you", s) is not None
    ]
    assert both == []


@pytest.mark.django_db
def test_experiments_that_would_disturb_each_other_do_not_start() -> None:
    make("a").start()
    with pytest.raises(ValidationError, match="a already uses some of these buckets of one"):
        make("b").start()
    with pytest.raises(ValidationError, match="a of layer one runs on for-you"):
        make("c", layer="two").start()
    make("d", kinds=("similar",), layer="two").start()
    assert {plan.experiment for plan in load()} == set(
        Experiment.objects.running().values_list("pk", flat=True)
    )
    alone = Experiment.objects.create(
        name="e", kinds=["for-you"], layer=Layer.objects.get(name="one")
    )
    with pytest.raises(ValidationError, match="exactly one of them the control"):
        alone.start()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"strategy": "magic"}, "strategy: 'magic' is not one of default, popularity"),
        ({"speed": 3}, "unknown field `speed`"),
        ({"strategy": 3}, r"Expected `str`, got `int` - at `\$.strategy`"),
        ({"interleave": True}, "interleave: needs a strategy other"),
        ({"model_version": "../x"}, r"at `\$.model_version`"),
        ([], "Expected `object`"),
    ],
)
def test_wrong_parameters_are_named(given: object, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        read(given)


# --- statistics ---------------------------------------------------------------------------------


def sample(values: Array) -> Sample:
    return Sample(len(values), float(values.mean()), float(values.var(ddof=1)))


def ever_excludes(rng: np.random.Generator, effect: float) -> bool:
    """Whether looking after every hundred shoppers would ever report a difference."""
    clicks = [rng.poisson(rng.gamma(1.0, mean, 4000)) for mean in (1.0, 1.0 + effect)]
    for n in range(100, 4001, 100):
        found = difference(sample(clicks[0][:n]), sample(clicks[1][:n]))
        assert found is not None
        if found.excludes_zero:
            return True
    return False


def test_looking_forty_times_finds_no_difference_where_there_is_none() -> None:
    rng = np.random.default_rng(1)
    assert sum(ever_excludes(rng, 0.0) for _ in range(200)) / 200 <= 0.05


def test_a_difference_is_found() -> None:
    rng = np.random.default_rng(2)
    assert sum(ever_excludes(rng, 0.25) for _ in range(50)) >= 45


def test_shoppers_that_do_not_split_as_planned_are_noticed() -> None:
    assert sample_ratio([5000, 5000], [1, 1]) == 1.0
    assert sample_ratio([5000, 5400], [1, 1]) < 0.001
    assert sample_ratio([2500, 7500], [1, 3]) == 1.0
    assert sample_ratio([0, 0], [1, 1]) == 1.0


def test_the_number_of_shoppers_needed_is_that_of_the_usual_formula() -> None:
    # 16 σ²/δ² (Lehr's rule), which rounds 15.7 up.
    needed = shoppers_needed(Sample(100, 1.0, 1.0), 0.1)
    assert needed is not None
    assert math.isclose(needed, 15.7 / 0.1**2, rel_tol=0.01)
    assert shoppers_needed(Sample(0, 0.0, 0.0), 0.1) is None


# --- interleaving -------------------------------------------------------------------------------


@given(
    st.lists(st.integers(1, 30), unique=True, max_size=20),
    st.lists(st.integers(1, 30), unique=True, max_size=20),
    st.integers(1, 12),
    st.integers(0, 10_000),
)
def test_a_drafted_shelf_has_every_item_once_and_teams_of_one_size(
    own: list[int], other: list[int], k: int, seed: int
) -> None:
    items, teams = draft(
        [Item(a, 1.0) for a in own], [Item(a, 1.0) for a in other], k, Random(seed)
    )
    articles = [item.article for item in items]
    assert len(set(articles)) == len(articles) == min(k, len({*own, *other}))
    challengers = [a for place, a in enumerate(articles) if teams >> place & 1]
    assert set(challengers) <= set(other)
    assert set(articles) - set(challengers) <= set(own)
    if len(own) >= k and len(other) >= 2 * k:
        assert abs(len(articles) - 2 * len(challengers)) <= 1


def test_neither_ranking_is_favoured() -> None:
    own, other = [Item(a, 1.0) for a in range(6)], [Item(a, 1.0) for a in range(10, 16)]
    dice = Random(4)
    firsts = Counter(draft(own, other, 6, dice)[1] & 1 for _ in range(2000))
    assert abs(firsts[0] - firsts[1]) < 200


# --- served -------------------------------------------------------------------------------------


@pytest.fixture
def in_popular(db: None) -> str:
    """A shopper in the popularity variant of a running experiment."""
    open_shop()
    train()
    experiment = make()
    experiment.start()
    plan = plan_of(experiment)
    return next(s for s in SHOPPERS if (arm := arm_of([plan], "for-you", s)) and arm.weight == 3)


def test_a_variant_shows_what_it_says_and_the_answer_names_it(in_popular: str) -> None:
    shelf = recommend(Kind.FOR_YOU, shopper=in_popular, k=3)
    served = rec_id.read(shelf.rec_id)
    assert shelf.strategy == "bundle_popularity"
    assert served is not None
    variant = Serving.objects.get(pk=served.serving).variant
    assert variant is not None
    assert variant.name == "popular"
    other = rec_id.read(recommend(Kind.TRENDING, shopper=in_popular).rec_id)
    assert other is not None
    assert Serving.objects.get(pk=other.serving).variant is None


@pytest.mark.django_db
def test_an_outfit_is_an_experiment_too() -> None:
    shop = open_shop()
    train()
    experiment = make(kinds=("outfit",))
    with pytest.raises(ValidationError, match="for outfit from default, lift, content"):
        experiment.start()
    experiment.variants.update(parameters={"strategy": "content"})
    experiment.start()
    plans.reset()
    found = outfit(Request([shop["shirt"][0].pk]), "c1")
    served = rec_id.read(found.rec_id)
    assert found.strategy == "complements_content"
    assert served is not None
    assert Serving.objects.get(pk=served.serving).variant in experiment.variants.all()


def test_a_look_by_lift_is_ranked_by_lift_alone() -> None:
    for name, weights in LOOKS.items():
        assert set(weights) <= set(RANKING), name
    assert LOOKS["default"] == {}


@pytest.mark.django_db
def test_an_interleaved_shelf_says_whose_each_place_is(lived: Lived) -> None:
    shop = open_shop()
    train()
    experiment = make()
    experiment.variants.update(parameters={"strategy": "popularity", "interleave": True})
    experiment.start()
    shopper = lived([(shop["shirt"][0].pk, "view", 10_000)])
    shelf = recommend(Kind.FOR_YOU, shopper=shopper, k=6)
    served = rec_id.read(shelf.rec_id)
    assert served is not None
    assert served.teams.bit_count() in (2, 3, 4)
    assert "+" in shelf.strategy


@pytest.mark.django_db
def test_a_variant_whose_model_cannot_be_read_serves_from_the_active_one() -> None:
    open_shop()
    version = train()
    experiment = make()
    experiment.variants.update(parameters={"model_version": "gone"})
    experiment.start()
    assert recommend(Kind.FOR_YOU, shopper="c1").model_version == version.version


@pytest.mark.django_db
def test_results_compare_with_the_control_and_the_guardrail_stops_what_harms() -> None:
    experiment = make(guardrail=10)
    experiment.start()
    control, other = experiment.variants.all()
    other.weight = 1
    other.save()
    rng = np.random.default_rng(3)
    Exposure.objects.bulk_create(
        Exposure(variant=variant, shopper=f"c{n}", first_ts=1, clicks=clicks, impressions=10)
        for variant, mean in ((control, 2.0), (other, 1.0))
        for n, clicks in enumerate(rng.poisson(mean, 2000).tolist())
    )
    found = results(experiment)
    assert found.lines[0].variant == control
    assert found.lines[0].against is None
    against = found.lines[1].against
    assert against is not None
    assert against.low < -1.0 < against.high < 0
    assert not found.mismatched
    assert guard() == [experiment]
    experiment.refresh_from_db()
    assert experiment.status == Experiment.Status.STOPPED
    assert experiment.stopped_why == "popular has surely over 10 % less"


@pytest.mark.django_db
def test_a_split_that_is_off_stops_the_experiment() -> None:
    experiment = make()
    experiment.start()
    control = experiment.variants.get(is_control=True)
    Exposure.objects.bulk_create(
        Exposure(variant=control, shopper=f"c{n}", first_ts=1) for n in range(200)
    )
    assert guard() == [experiment]
    experiment.refresh_from_db()
    assert "sample ratio mismatch" in experiment.stopped_why
