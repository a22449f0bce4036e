"""The learned ranker: when it is chosen, what it may reorder, when it steps aside."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from recommendations.bundle.format import (
    ARRAYS,
    OUTFIT_ARRAYS,
    RankerReport,
    report_array,
    report_of,
)
from recommendations.bundle.reader import Bundle
from recommendations.dataset.history import histories
from recommendations.dataset.inputs import Inputs
from recommendations.dataset.splits import Truth
from recommendations.ranking import features as registry
from recommendations.ranking import ranker as learned
from recommendations.ranking.context import RankingContext
from recommendations.ranking.features import REGISTRY, Feature, Group, features
from recommendations.ranking.pipeline import Constraints, predicted, predicted_rows
from recommendations.ranking.ranker import (
    MAX_EXPLAINED,
    RANKED,
    best_first,
    opinions,
    ranker_for,
    sales_ranker,
)
from recommendations.ranking.scoring import generate, rank
from recommendations.retrieval.profile import PURCHASE, VIEW, Profile, after_history, profile_of
from recommendations.tests.shops import rebuyers
from recommendations.training.pipeline import ranker_of, slice_bundles
from recommendations.training.ranker import sales, slices, trial
from recommendations.training.ranker.sales import (
    Examples,
    examples_and_trial,
    examples_of,
    fit,
    heads_of,
    report_of_trial,
    run_trial,
    sliced,
)
from recommendations.training.ranker.slices import Slices, slices_of
from recommendations.training.ranker.trial import Trial, calibration


def quiet(line: str) -> None:
    """Discards progress messages."""


@pytest.fixture(scope="module")
def ranked_bundle() -> Bundle:
    truths, bundle = of_slice(rebuyers(), 7)
    return Bundle(
        bundle.manifest,
        {**bundle.arrays, "ranker": fit(examples_of(bundle, truths, heads_of(bundle, truths, 50)))},
    )


def of_slice(inputs: Inputs, days: int) -> tuple[dict[int, Truth], Bundle]:
    """What was bought in the `days` before the end, by horizon, and a bundle of the data before."""
    as_of_day = inputs.as_of_day - days
    return sliced(inputs, Slices(days, [as_of_day], ""), as_of_day, slice_bundles(inputs), 1)


def bought(rows: list[int], kind: int = PURCHASE) -> Profile:
    return Profile.of_one(
        np.array(rows, np.int32), np.full(len(rows), kind, np.int8), np.arange(1.0, len(rows) + 1)
    )


def test_a_slice_has_every_array_of_a_bundle_but_those_of_outfits() -> None:
    inputs = rebuyers()
    arrays = slice_bundles(inputs)(inputs, vars(histories(inputs))).arrays
    declared = {name: kind for name, kind in ARRAYS.items() if name not in OUTFIT_ARRAYS}
    assert {name: (a.dtype.name, a.ndim) for name, a in arrays.items()} == declared


def test_the_ranker_reorders_as_many_as_it_was_trained_on_and_leaves_scores_falling(
    ranked_bundle: Bundle,
) -> None:
    arrays = ranked_bundle.arrays
    report = report_array(RankerReport(decision="", depth=20))
    ranked_bundle = Bundle(ranked_bundle.manifest, {**arrays, "ranker_report": report})
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
    assert ranker_for(ranked_bundle, bought([3]))
    assert not ranker_for(ranked_bundle, bought([3], VIEW))
    assert not ranker_for(ranked_bundle, bought([]))


def test_the_shares_of_a_score_add_up_to_it(
    ranked_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = bought([3, 40, 70])
    found = generate(ranked_bundle, profile)
    assert {len(one.moved) for one in opinions(ranked_bundle, profile, found).values()} == {
        MAX_EXPLAINED
    }
    monkeypatch.setattr(learned, "MAX_EXPLAINED", len(REGISTRY))
    told = opinions(ranked_bundle, profile, found)
    blend, depth = rank(found), ranked_bundle.ranker_report.depth
    assert {row: one.place for row, one in told.items()} == {
        row: place for place, row in enumerate(blend.rows[:depth].tolist(), start=1)
    }
    order = best_first(ranked_bundle, profile, found).rows[:depth].tolist()
    sums = [sum(told[row].moved.values()) for row in order]
    assert sums == pytest.approx(sorted(sums, reverse=True))
    assert opinions(ranked_bundle, bought([3], VIEW), found) == {}


def test_the_score_that_is_calibrated_is_the_one_that_staff_are_told_the_chance_of(
    ranked_bundle: Bundle,
) -> None:
    truths, _ = of_slice(rebuyers(), 7)
    report = RankerReport(decision="", horizons=list(truths), depth=50, calibration=[1.0, 0.0])
    ranked = Bundle(
        ranked_bundle.manifest, {**ranked_bundle.arrays, "ranker_report": report_array(report)}
    )
    trial, found = Trial(), heads_of(ranked, truths, 50)
    run_trial(ranked, ranked, truths, found, trial)
    customer = found.customers[0]
    profile = profile_of(ranked, (), int(customer), after_history(ranked))
    told = opinions(ranked, profile, generate(ranked, profile, RANKED))
    rows = found.rows[found.owner == 0]
    chance = np.array([told[row].chance for row in rows.tolist()], np.float64)
    odds = np.log(chance / (1 - chance)).tolist()
    assert odds == pytest.approx(trial.scores[0][: len(rows)].tolist(), abs=1e-4)


def test_the_mean_of_several_models_ranks_where_examples_are_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truths, bundle = of_slice(rebuyers(), 7)
    examples = examples_of(bundle, truths, heads_of(bundle, truths, 50))
    arrays = {**bundle.arrays, "ranker": fit(examples)}
    several = Bundle(bundle.manifest, arrays)
    ranked = sales_ranker(several)
    assert ranked is not None
    seen = examples[0].features
    each = [own.predict(seen, raw_score=True) for own in several.boosters]
    assert len({own[0] for own in each}) == sales.SEEDS
    assert ranked.forest.scores(seen) == pytest.approx(np.mean(each, axis=0), abs=1e-12)
    monkeypatch.setattr(sales, "FEW_EXAMPLES", 10)
    assert len(Bundle(bundle.manifest, arrays | {"ranker": fit(examples)}).boosters) == 1


def test_features_tell_of_the_shopper_and_the_article(ranked_bundle: Bundle) -> None:
    profile = bought([3, 40])
    rows = np.array([40, 41, 5], np.int32)
    ranking = rank(generate(ranked_bundle, profile))
    at = [ranking.rows.tolist().index(row) for row in rows.tolist()]
    values = features(RankingContext(ranked_bundle, profile, ranking, 2.0))
    column = {feature.name: values[at, place] for place, feature in enumerate(REGISTRY)}
    assert column["days_since_bought"][0] == 2.0
    assert np.isnan(column["days_since_bought"][1:]).all()
    assert column["days_since_product"].tolist()[:2] == [2.0, 2.0]
    assert column["again"].tolist() == [1.5, 0.0, 0.0]
    assert column["sold_28"] == pytest.approx(np.log1p(ranked_bundle.sold[rows, 2]))
    assert (column["sold_28"] >= column["sold_7"]).all()
    week = ranked_bundle.sold[:, 1]
    siblings = [week[ranked_bundle.product == ranked_bundle.product[row]].sum() for row in rows]
    assert column["share_of_product_sales"] == pytest.approx(week[rows] / np.maximum(siblings, 1))
    assert column["horizon"].tolist() == [2.0] * 3
    shares = profile.weights / profile.weights.sum()
    same = ranked_bundle.product_type[[3, 40]] == ranked_bundle.product_type[5]
    assert column["share_of_product_type"][2] == pytest.approx(shares[same].sum())


def test_of_nobody_every_feature_is_a_number_or_unknown(ranked_bundle: Bundle) -> None:
    nobody = bought([])
    ranking = rank(generate(ranked_bundle, nobody))
    values = features(RankingContext(ranked_bundle, nobody, ranking))
    assert values.shape == (len(ranking.rows), len(REGISTRY))
    assert not np.isinf(values).any()


def test_no_two_features_share_a_name() -> None:
    assert len({feature.name for feature in REGISTRY}) == len(REGISTRY)


def test_a_feature_is_one_entry_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is computed, trained on, served and explained, and a model without it keeps working."""
    truths, bundle = of_slice(rebuyers(), 7)
    older = Bundle(
        bundle.manifest,
        {**bundle.arrays, "ranker": fit(examples_of(bundle, truths, heads_of(bundle, truths, 50)))},
    )
    wanted = {row for own in next(iter(truths.values())).bought for row in own if row % 3 == 0}
    mine = Feature(
        "of_three",
        Group.SALES,
        lambda context: np.isin(context.rows, list(wanted)).astype(np.float64),
        "of the rows that everybody wants, those that three divides",
    )
    monkeypatch.setattr(registry, "REGISTRY", (*REGISTRY, mine))
    newer = Bundle(
        bundle.manifest,
        {**bundle.arrays, "ranker": fit(examples_of(bundle, truths, heads_of(bundle, truths, 50)))},
    )
    assert newer.boosters[0].feature_name()[-1] == "of_three"
    profile = bought([3, 40, 70])
    assert len(predicted(newer, profile, 12, Constraints())) == 12
    assert opinions(newer, profile, generate(newer, profile))
    assert "of_three" not in older.boosters[0].feature_name()
    assert len(predicted(older, profile, 12, Constraints())) == 12
    monkeypatch.setattr(registry, "REGISTRY", REGISTRY)
    unknown = Bundle(bundle.manifest, newer.arrays)
    assert not ranker_for(unknown, profile)
    assert len(predicted(unknown, profile, 12, Constraints())) == 12


def test_too_few_customers_get_no_ranker_and_the_report_says_why() -> None:
    few = rebuyers().until(rebuyers().as_of_day - 40)
    arrays = ranker_of(few, quiet)
    assert len(arrays["ranker"]) == 0
    decision = report_of(arrays["ranker_report"]).decision
    assert "fewer than 1,000" in decision
    assert "the blend ranks alone" in decision


def test_a_trial_needs_examples_from_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MIN_OF_WEEK", 50)
    for module in (sales, trial):
        monkeypatch.setattr(module, "MIN_EXAMPLES", 100_000)
    arrays = ranker_of(rebuyers(), quiet)
    report = report_of(arrays["ranker_report"])
    assert (len(arrays["ranker"]), report.trial_customers, report.chosen) == (0, 0, False)
    assert "fewer than 100000 examples" in report.decision


def test_days_are_taken_where_weeks_lack_buyers(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = rebuyers()
    monkeypatch.setattr(slices, "MIN_OF_DAY", 20)
    monkeypatch.setattr(slices, "MIN_TOGETHER", 100)
    found = slices_of(inputs)
    assert found.step == 1
    assert found.as_of_days[0] == inputs.as_of_day - 1
    assert found.horizons(inputs, inputs.as_of_day - 1) == [1]
    assert found.horizons(inputs, inputs.as_of_day - 2) == [1, 2]
    monkeypatch.setattr(slices, "MIN_OF_WEEK", 50)
    weekly = slices_of(inputs)
    assert (weekly.step, len(weekly.as_of_days)) == (7, 5)
    assert weekly.as_of_days[0] == inputs.as_of_day - 7


def test_weeks_of_few_buyers_are_taken_together_and_tried_where_older_ones_teach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "MIN_TOGETHER", 400)
    monkeypatch.setattr(slices, "ENOUGH_TOGETHER", 700)
    monkeypatch.setattr(sales, "MIN_EXAMPLES", 20)
    inputs = rebuyers()
    found = slices_of(inputs)
    known = slices.known_buyers(inputs, found.as_of_days, 7)
    assert (found.step, found.depth, found.lessons) == (7, slices.SPARSE_DEPTH, ())
    assert sum(known[:-1]) < 700 <= sum(known)
    assert found.trials == len(known)
    report = report_of(ranker_of(inputs, quiet)["ranker_report"])
    assert (report.slice_days, report.depth) == (7, slices.SPARSE_DEPTH)
    assert 0 < report.trial_customers < sum(known)
    assert "known buyers together" in report.decision


def test_the_sparsest_weeks_teach_by_longer_horizons_and_only_by_those_that_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = rebuyers()
    monkeypatch.setattr(slices, "MIN_TOGETHER", 400)
    monkeypatch.setattr(slices, "ENOUGH_TOGETHER", 100_000)
    weeks = slices_of(inputs)
    weeks = replace(weeks, as_of_days=weeks.as_of_days[:5], trials=1)
    ends = weeks.as_of_days
    assert [weeks.taught(inputs, end) for end in ends] == [
        [7], [7, 14], [7, 14], [7, 14, 28], [7, 14, 28],
    ]  # fmt: skip
    bundles = slice_bundles(inputs)
    examples, trial = examples_and_trial(inputs, weeks, bundles, quiet, 1)
    report = report_of_trial(inputs, weeks, examples, trial)
    newest, _ = sliced(inputs, weeks, ends[0], bundles, 1)
    assert (report.horizons, report.trial_customers) == ([7], len(newest[7].customers))
    horizon = [feature.name for feature in sales.inputs()].index("horizon")
    ended = [(int(part.features[0, horizon]), part.until) for part in examples]
    assert ended == [
        (days, end + days) for end in reversed(ends) for days in weeks.taught(inputs, end)
    ]
    truths, _ = sliced(inputs, weeks, ends[-1], bundles, 1)
    assert set(truths[7].customers.tolist()) < set(truths[28].customers.tolist())


def test_a_ranker_that_is_no_better_beyond_chance_is_not_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "MIN_OF_WEEK", 50)
    monkeypatch.setattr(sales, "MIN_EXAMPLES", 50)
    monkeypatch.setattr(sales, "ROUNDS", 5)
    arrays = ranker_of(rebuyers(), quiet)
    report = report_of(arrays["ranker_report"])
    assert report.trial_customers > 200
    assert report.slice_days == 7
    assert len(report.slices) == 5
    assert report.slices[0] == str(rebuyers().as_of - timedelta(days=7))
    assert report.gain_at_least <= report.ranker_map12 - report.blend_map12 <= report.gain_at_most
    assert (len(arrays["ranker"]) > 0) == report.chosen == (report.gain_at_least > 0)


@pytest.mark.parametrize(
    ("buyers", "trials"), [([9_000] * 5, 2), ([1_500] * 5, 3), ([30] * 100, 100)]
)
def test_as_many_slices_are_tried_as_it_takes_to_tell(buyers: list[int], trials: int) -> None:
    assert slices.trials_of(buyers) == trials


@pytest.fixture
def sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few known buyers a week, pooled."""
    monkeypatch.setattr(slices, "MIN_TOGETHER", 400)
    monkeypatch.setattr(slices, "ENOUGH_TOGETHER", 1_000)
    monkeypatch.setattr(sales, "MIN_EXAMPLES", 50)


@pytest.mark.usefixtures("sparse")
def test_of_pooled_weeks_a_better_ranker_is_chosen() -> None:
    report = report_of(ranker_of(cheap_again(), quiet)["ranker_report"])
    assert report.slice_days == 7
    assert report.chosen, report.decision


@pytest.mark.usefixtures("sparse")
def test_of_pooled_weeks_a_worse_ranker_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    def inverted(parts: Sequence[Examples], **options: object) -> np.ndarray:
        return fit([replace(part, bought=1 - part.bought) for part in parts])

    monkeypatch.setattr(sales, "fit", inverted)
    arrays = ranker_of(cheap_again(), quiet)
    report = report_of(arrays["ranker_report"])
    assert report.trial_customers > 400
    assert report.gain_at_most < 0
    assert (report.chosen, len(arrays["ranker"])) == (False, 0)


def cheap_again() -> Inputs:
    """Customers who buy every other time what they had before, but only what is cheap: the blend
    doesn't look at prices."""
    inputs, rng = rebuyers(), np.random.default_rng(2)
    row = inputs.sales.row.copy()
    cheap: dict[int, list[int]] = {}
    for at, customer in enumerate(inputs.sales.customer.tolist()):
        had = cheap.setdefault(customer, [])
        if had and rng.random() < 0.5:
            row[at] = had[rng.integers(len(had))]
        elif row[at] % 3 == 0:
            had.append(int(row[at]))
    price = np.where(row % 3 == 0, 0.01, 0.05).astype(np.float32)
    return replace(inputs, pieces=[replace(inputs.sales, row=row, price=price)])


def test_a_gain_counts_by_the_lower_bound_of_its_interval() -> None:
    dice = np.random.default_rng(3)
    blend = dice.random(500)
    scores, bought = [dice.random(500)], [dice.random(500) < 0.5]
    customers = [np.arange(500, dtype=np.int32)]
    better = Trial(customers, [blend], [blend + 0.01], scores, bought)
    assert better.figures()["gain_at_least"] == pytest.approx(0.01)
    as_good = Trial(customers, [blend], [blend + dice.normal(0, 1, 500)], scores, bought)
    assert as_good.figures()["gain_at_least"] < 0
    assert Trial().figures() == {}


def test_a_score_becomes_the_chance_that_was_seen() -> None:
    dice = np.random.default_rng(5)
    score = dice.normal(0, 2, 20_000)
    bought = dice.random(20_000) < 1 / (1 + np.exp(-(0.8 * score - 2)))
    report = RankerReport(decision="", calibration=calibration([score], [bought]))
    for low, high in ((-2, -1), (0, 1), (2, 3)):
        inside = (score > low) & (score < high)
        told = np.mean([report.chance(value) for value in score[inside]])
        assert told == pytest.approx(bought[inside].mean(), abs=0.02)
    assert calibration([score], [np.zeros(20_000, bool)]) == []
    assert RankerReport(decision="").chance(1.0) is None


@pytest.mark.parametrize("days", [1, 7])
def test_what_comes_after_a_slice_changes_no_bit_of_its_features(days: int) -> None:
    inputs = rebuyers()
    late = inputs.sales.day > inputs.as_of_day - days
    sales = inputs.sales
    changed = {
        "row": (sales.row + 17) % 300,
        "price": 9 * sales.price,
        "channel": 3 - sales.channel,
        "age": sales.age + 20,
    }
    shifted = {
        name: np.where(late, column, getattr(sales, name)).astype(getattr(sales, name).dtype)
        for name, column in changed.items()
    }
    assert heads(inputs, days) == heads(replace(inputs, pieces=[replace(sales, **shifted)]), days)


def heads(inputs: Inputs, days: int) -> list[bytes]:
    """Candidates and features of everybody known before the last days."""
    _, bundle = of_slice(inputs, days)
    ranking, seen = sales.head_of(bundle, np.arange(200, dtype=np.int32), 50)
    return [ranking.rows.tobytes(), seen.tobytes()]


def test_the_newest_week_changes_nothing_that_older_weeks_teach() -> None:
    inputs = rebuyers()
    late = inputs.sales.day > inputs.as_of_day - 7
    row = np.where(late, (inputs.sales.row + 17) % 300, inputs.sales.row).astype(np.int32)
    shifted = replace(inputs, pieces=[replace(inputs.sales, row=row)])
    before, after = taught(inputs), taught(shifted)
    assert before[-1] != after[-1]
    assert before[:-1] == after[:-1]


def taught(inputs: Inputs) -> list[bytes]:
    """Each week's features and labels, newest week last."""
    weeks = Slices(7, [inputs.as_of_day - 7 * n for n in (1, 2, 3)], "", trials=0)
    parts, _ = sales.examples_and_trial(inputs, weeks, slice_bundles(inputs), quiet, 1)
    return [part.features.tobytes() + part.bought.tobytes() for part in parts]


def test_many_customers_get_the_lists_that_each_gets_alone(ranked_bundle: Bundle) -> None:
    customers = np.append(ranked_bundle.customers.key[:300], np.int32(10**6)).astype(np.int32)
    lists = predicted_rows(ranked_bundle, customers, 12)
    now_ms = after_history(ranked_bundle)
    for customer, own in zip(customers.tolist(), lists.tolist(), strict=True):
        profile = profile_of(ranked_bundle, (), customer, now_ms)
        picks = predicted(ranked_bundle, profile, 12, Constraints())
        assert own == [pick.row for pick in picks]
