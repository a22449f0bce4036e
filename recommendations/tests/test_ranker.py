"""The learned ranker: what it is chosen by, what it may reorder, when it steps aside."""

from dataclasses import replace

import numpy as np
import pytest

from recommendations.bundle.reader import Bundle
from recommendations.dataset.facts import facts_of
from recommendations.dataset.inputs import Inputs
from recommendations.dataset.splits import rolling, truth_of
from recommendations.ranking import ranker as learned
from recommendations.ranking.features import NAMES, features
from recommendations.ranking.ranker import TOLD, applies, best_first, opinions
from recommendations.ranking.scoring import generate, rank
from recommendations.retrieval.profile import PURCHASE, VIEW, Profile
from recommendations.tests.shops import some_inputs
from recommendations.training import ranker
from recommendations.training.pipeline import bundle_in_memory, likes_of, ranker_of
from recommendations.training.ranker import NO_RANKER, examples_of, fit, trial_of


def quiet(line: str) -> None:
    """Progress nobody reads."""


def rebuyers() -> Inputs:
    """Two hundred customers with fifteen purchases each."""
    inputs = some_inputs(sales=3000)
    order = np.argsort(inputs.sales.day, kind="stable")
    columns = vars(inputs.sales) | {"customer": (inputs.sales.customer % 200).astype(np.int32)}
    return replace(
        inputs, sales=type(inputs.sales)(**{k: column[order] for k, column in columns.items()})
    )


@pytest.fixture(scope="module")
def ranked_bundle() -> Bundle:
    split = next(rolling(rebuyers(), 7, 1))
    rest = {**likes_of(split.past, facts_of(split.past), quiet), **NO_RANKER}
    bundle = bundle_in_memory(split.past, rest, quiet)
    text = fit([examples_of(bundle, truth_of(split.later, 200))])
    return Bundle(bundle.manifest, {**bundle.arrays, "ranker": text})


def bought(rows: list[int], kind: int = PURCHASE) -> Profile:
    return Profile(
        np.array(rows, np.int32), np.full(len(rows), kind, np.int8), np.arange(1.0, len(rows) + 1)
    )


def test_the_ranker_reorders_the_head_and_leaves_scores_falling(
    ranked_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned, "DEPTH", 20)
    profile = bought([3, 40, 70])
    found = generate(ranked_bundle, profile)
    blend, ranking = rank(found), best_first(ranked_bundle, profile, found)
    assert sorted(ranking.rows[:20]) == sorted(blend.rows[:20])
    assert ranking.rows[:20].tolist() != blend.rows[:20].tolist()
    assert ranking.rows[20:].tolist() == blend.rows[20:].tolist()
    assert (np.diff(ranking.scores) <= 0).all()
    cause = dict(zip(blend.rows.tolist(), blend.cause.tolist(), strict=True))
    assert [cause[row] for row in ranking.rows.tolist()] == ranking.cause.tolist()


def test_who_looks_around_now_or_is_new_gets_the_blend(ranked_bundle: Bundle) -> None:
    assert applies(ranked_bundle, bought([3]))
    assert not applies(ranked_bundle, bought([3], VIEW))
    assert not applies(ranked_bundle, bought([]))


def test_the_shares_of_a_score_add_up_to_it(
    ranked_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = bought([3, 40, 70])
    found = generate(ranked_bundle, profile)
    assert {len(one.moved) for one in opinions(ranked_bundle, profile, found).values()} == {TOLD}
    monkeypatch.setattr(learned, "TOLD", len(NAMES))
    told = opinions(ranked_bundle, profile, found)
    blend = rank(found)
    assert {row: one.place for row, one in told.items()} == {
        row: place for place, row in enumerate(blend.rows[: learned.DEPTH].tolist(), start=1)
    }
    order = best_first(ranked_bundle, profile, found).rows[: learned.DEPTH].tolist()
    sums = [sum(told[row].moved.values()) for row in order]
    assert sums == pytest.approx(sorted(sums, reverse=True))
    assert opinions(ranked_bundle, bought([3], VIEW), found) == {}


def test_features_tell_of_the_shopper_and_the_article(ranked_bundle: Bundle) -> None:
    profile = bought([3, 40])
    rows = np.array([40, 5], np.int32)
    found = generate(ranked_bundle, profile)
    values = features(ranked_bundle, profile, found, rows, np.array([2.0, 1.0]))
    column = {name: values[:, place] for place, name in enumerate(NAMES)}
    assert column["days_since_bought"][0] == 2.0
    assert np.isnan(column["days_since_bought"][1])
    assert column["again"].tolist() == [1.5, 0.0]
    assert column["sold_28"] == pytest.approx(np.log1p(ranked_bundle.sold[rows, 4]))
    assert (column["sold_28"] >= column["sold_7"]).all()


def test_too_few_customers_get_no_ranker() -> None:
    assert len(ranker_of(rebuyers(), quiet)["ranker"]) == 0


def test_a_ranker_that_is_no_better_beyond_chance_is_not_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranker, "LEAST_CUSTOMERS", 10)
    monkeypatch.setattr(ranker, "ROUNDS", 5)
    arrays = ranker_of(rebuyers(), quiet)
    *_, customers, pointwise = arrays["ranker_trial"].tolist()
    assert customers > 100
    assert 0.0 < pointwise < 1.0
    assert (len(arrays["ranker"]) > 0) == (arrays["ranker_trial"][2] > 0)


def test_a_gain_counts_by_the_lower_bound_of_its_interval() -> None:
    dice = np.random.default_rng(3)
    blend = dice.random(500)
    assert trial_of(blend, blend + 0.01)[2] == pytest.approx(0.01)
    assert trial_of(blend, blend + dice.normal(0, 1, 500))[2] < 0


def test_the_newest_week_changes_nothing_that_older_weeks_teach() -> None:
    inputs = rebuyers()
    late = inputs.sales.day > inputs.as_of_day - 7
    row = np.where(late, (inputs.sales.row + 17) % 300, inputs.sales.row).astype(np.int32)
    shifted = replace(inputs, sales=replace(inputs.sales, row=row))
    before, after = taught(inputs), taught(shifted)
    assert before[0].tobytes() != after[0].tobytes()
    assert [block.tobytes() for block in before[1:]] == [block.tobytes() for block in after[1:]]


def taught(inputs: Inputs) -> list[np.ndarray]:
    """Each week's features and labels, the newest week first."""
    oldest = list(rolling(inputs, 7, 3))[-1].past
    rest = {**likes_of(oldest, facts_of(oldest), quiet), **NO_RANKER}
    parts = [
        examples_of(bundle_in_memory(split.past, rest, quiet), truth_of(split.later, 200))
        for split in rolling(inputs, 7, 3)
    ]
    return [np.column_stack([part.features, part.bought]) for part in parts]
