"""Training as pure functions."""

from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from pytest_django import Settings
from scipy import sparse

from catalog.period import month_ranges
from recommendations.bundle.format import ARRAYS, report_of
from recommendations.dataset import facts, popularity, selection
from recommendations.dataset.inputs import NEVER, Inputs, Progress, day_number, find
from recommendations.dataset.parts import LocalParts
from recommendations.dataset.selection import best_of_rows, highest
from recommendations.tests.shops import AS_OF, rebuyers, sales_on, some_inputs
from recommendations.training import (
    colours,
    content,
    counts,
    neighbours,
    new_in,
    pipeline,
    side_by_side,
    similarity,
)
from recommendations.training.ranker import sales, slices
from recommendations.vision import store
from recommendations.vision.colours import COLOURS, PARTS
from recommendations.vision.network import FEATURES
from recommendations.vision.store import Embedded, Fingerprint

TODAY = day_number(AS_OF)


def quiet(line: str) -> None:
    """Discards progress messages."""


def unit_vectors(count: int, seed: int = 3) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 24)).astype(np.float32)
    return content.unit(vectors)


@pytest.mark.parametrize(("count", "groups"), [(3, 1), (700, 1), (3000, 1), (3000, 7)])
def test_neighbours_equal_those_found_by_sorting_the_group(count: int, groups: int) -> None:
    vectors, design = unit_vectors(count), np.arange(count, dtype=np.int32)
    candidate, group = np.arange(count) % 3 != 1, (np.arange(count) % groups).astype(np.int32)
    found = neighbours.neighbours_of(vectors, design, candidate, group)
    for row in range(0, count, max(1, count // 50)):
        cosines = np.where(candidate & (group == group[row]), vectors @ vectors[row], -2)
        cosines[row] = -2
        expected = np.sort(cosines[cosines > -2])[::-1][: neighbours.NEIGHBOURS]
        np.testing.assert_allclose(found.scores[row][: len(expected)], expected, atol=1e-5)
        rows = found.rows[row][: len(expected)]
        assert len(set(rows.tolist())) == len(expected)
        assert candidate[rows].all()
        np.testing.assert_allclose(vectors[rows] @ vectors[row], expected, atol=1e-5)


@pytest.mark.parametrize(("k", "levels"), [(1, 3), (8, 3), (8, 10_000), (40, 5)])
def test_the_highest_of_each_row_are_those_of_a_stable_sort(k: int, levels: int) -> None:
    scores = np.random.default_rng(k).integers(0, levels, (50, 40)).astype(np.float32)
    expected = np.sort(np.argsort(-scores, axis=1, kind="stable")[:, :k], axis=1)
    assert np.array_equal(highest(scores, k), expected)


@pytest.mark.parametrize("most", [1, 5, 100])
def test_the_best_of_each_sparse_row_come_first(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "BLOCK", 16)
    dice = np.random.default_rng(most)
    values = dice.integers(0, 4, (50, 40)) * (dice.random((50, 1)) < 0.9)
    found = best_of_rows(sparse.csr_matrix(values.astype(np.float32)), most)
    for row, own in enumerate(values):
        order = np.argsort(-own, kind="stable")[: min(most, np.count_nonzero(own))]
        assert found[row].indices.tolist() == order.tolist()
        assert found[row].data.tolist() == own[order].tolist()


def test_other_colours_are_the_best_selling_siblings_on_sale() -> None:
    dice = np.random.default_rng(4)
    product = dice.integers(0, 30, 600).astype(np.int32)
    score, on_sale = dice.integers(0, 4, 600).astype(np.float32), dice.random(600) < 0.7
    found = colours.other_colours(product, score, on_sale)
    for row in range(600):
        others = np.flatnonzero((product == product[row]) & on_sale & (np.arange(600) != row))
        best = others[np.argsort(-score[others], kind="stable")][: colours.COLOURS].tolist()
        assert found[row].tolist() == best + [colours.NONE] * (colours.COLOURS - len(best))


def test_steps_run_side_by_side_give_what_they_give_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs = rebuyers()
    together = pipeline.train(inputs, quiet)
    monkeypatch.setattr(side_by_side, "MOST_SALES", 0)
    in_turn = pipeline.train(inputs, quiet)
    assert together.keys() == in_turn.keys()
    for name, array in together.items():
        assert np.array_equal(array, in_turn[name]), name


def test_steps_stop_at_their_next_report_when_the_caller_fails() -> None:
    begun = Event()

    def endless(told: Progress) -> None:
        while True:
            told("still running")
            begun.set()

    def failing() -> None:
        with side_by_side.side_by_side(rebuyers().parts, last.append) as (workers, told):
            steps.append(workers.submit(endless, told))
            begun.wait(10)
            raise ZeroDivisionError

    last, steps = deque[str](maxlen=1), list[Future[None]]()
    with pytest.raises(ZeroDivisionError):
        failing()
    assert isinstance(steps[0].exception(), side_by_side.StoppedError)


def test_an_article_s_own_design_is_not_its_neighbour_and_others_come_once() -> None:
    vectors, design = unit_vectors(400), (np.arange(400) // 4).astype(np.int32)
    everyone, group = np.ones(400, np.bool_), np.zeros(400, np.int32)
    found = neighbours.neighbours_of(vectors, design, everyone, group)
    for row, near in enumerate(found.rows):
        near = near[near >= 0]
        assert design[row] not in design[near]
        assert len(np.unique(design[near])) == len(near)


def test_the_list_of_a_small_group_goes_on_with_the_nearest_of_all() -> None:
    vectors, design = unit_vectors(300), (np.arange(300) // 2).astype(np.int32)
    group = np.zeros(300, np.int32)
    group[[0, 1, 100, 200]] = 5
    found = neighbours.neighbours_of(vectors, design, np.ones(300, np.bool_), group)
    near = found.rows[0]
    assert set(near[:2].tolist()) == {100, 200}
    assert len(np.unique(design[near])) == len(near) == neighbours.NEIGHBOURS
    assert (np.diff(found.scores[0][2:]) <= 0).all()


def test_similarity_learns_the_attribute_that_customers_keep_to() -> None:
    """Every customer buys two articles of one department, whatever their section."""
    inputs, dice = some_inputs(600, 0), np.random.default_rng(3)
    articles = inputs.articles
    articles["product_type"] = 1
    articles["department"] = np.arange(600) % 20
    articles["section"] = dice.integers(0, 5, 600)
    articles["product"] = np.arange(600) + 500
    articles["name"] = [f"thing {number}" for number in range(600)]
    department = np.repeat(dice.integers(0, 20, 3000), 2)
    row = (department + 20 * dice.integers(0, 30, 6000)).astype(np.int32)
    buyers = np.repeat(np.arange(3000), 2).astype(np.int32)
    sales = replace(sales_on(row, np.full(6000, TODAY)), customer=buyers)
    known = replace(inputs, pieces=[sales])
    own = facts.facts_of(known)
    look = np.zeros((600, 0), np.float32)
    design = neighbours.designs(articles)
    known_content = content.content_of(articles, own.price, 1)
    traits = similarity.traits_of(articles, own, design, known_content, look)
    learned = similarity.learned_weights(traits, LocalParts([sales]), 1)
    weights = dict(zip(similarity.FEATURES, learned, strict=True))
    assert weights["department"] > 10 * max(weights["section"], 0.01)
    found = similarity.similar(traits, learned)
    first = found.rows[:, :5]
    codes = articles["department"].to_numpy()
    assert (codes[first] == codes[:, None]).mean() > 0.9


def test_pattern_and_colour_count_even_where_customers_ignore_them() -> None:
    weights = np.zeros(len(similarity.FEATURES), np.float32)
    weights[similarity.FEATURES.index("words")] = 2.0
    raised = dict(zip(similarity.FEATURES, similarity.visible(weights), strict=True))
    assert raised["appearance"] == pytest.approx(0.3)
    assert raised["colour_master"] == pytest.approx(0.3)
    assert raised["section"] == 0.0


def test_one_thing_under_two_product_codes_is_one_design() -> None:
    articles = some_inputs(8).articles
    articles["name"] = ["Rib top", "Rib top", "RIB TOP ", "Rib top", "Skirt", "Belt", "Hat", "Hat"]
    articles["product"] = [1, 1, 2, 2, 3, 4, 5, 5]
    articles["product_type"], articles["section"] = 7, 8
    articles.loc[3, "section"] = 9  # still product 2
    assert neighbours.designs(articles).tolist() == [0, 0, 0, 0, 2, 3, 4, 4]


def test_the_same_inputs_give_the_same_bytes() -> None:
    first, second = (pipeline.train(some_inputs(), quiet) for _ in range(2))
    assert {k: v.tobytes() for k, v in first.items()} == {k: v.tobytes() for k, v in second.items()}


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize(("articles", "sales"), [(1, 0), (1, 3), (2, 0), (40, 0), (300, 2000)])
def test_a_shop_of_any_size_gives_every_array_of_the_bundle(
    articles: int, sales: int, quick: bool
) -> None:
    arrays = pipeline.train(some_inputs(articles, sales), quiet, quick=quick)
    assert {name: (a.dtype.name, a.ndim) for name, a in arrays.items()} == ARRAYS
    assert all(np.isfinite(a).all() for a in arrays.values() if a.dtype.kind == "f")


@pytest.fixture
def pictured(settings: Settings, tmp_path: Path) -> Inputs:
    """A shop of days full of buyers, whose pictures are embedded."""
    settings.VISION_DIR = tmp_path
    inputs, dice = rebuyers(), np.random.default_rng(4)
    store.append(
        settings.VISION_DIR,
        (
            Embedded(
                article,
                Fingerprint(1, 1),
                dice.random(FEATURES, np.float32),
                dice.random((COLOURS, PARTS), np.float32),
            )
            for article in inputs.articles["article"]
        ),
    )
    return inputs


def test_a_shop_with_pictures_tries_its_ranker_on_single_days(
    pictured: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "MIN_OF_DAY", 20)
    monkeypatch.setattr(slices, "MIN_TOGETHER", 100)
    monkeypatch.setattr(sales, "MIN_EXAMPLES", 50)
    monkeypatch.setattr(sales, "ROUNDS", 5)
    arrays = pipeline.train(pictured, quiet)
    assert {name: (a.dtype.name, a.ndim) for name, a in arrays.items()} == ARRAYS
    report = report_of(arrays["ranker_report"])
    assert (report.slice_days, report.horizons) == (1, [1, 2])
    assert report.trial_customers > 20
    assert np.abs(arrays["look"]).sum(axis=1).min() > 0
    assert (arrays["look_neighbours"][:, 0] >= 0).all()


def test_a_quick_model_has_the_looks_and_no_ranker(pictured: Inputs) -> None:
    arrays = pipeline.train(pictured, quiet, quick=True)
    assert {name: (a.dtype.name, a.ndim) for name, a in arrays.items()} == ARRAYS
    assert (arrays["look_neighbours"][:, 0] >= 0).all()
    assert len(arrays["ranker"]) == 0


def test_articles_without_a_usable_word_are_compared_by_their_attributes() -> None:
    inputs = some_inputs(30)
    inputs.articles["name"], inputs.articles["description"] = "1", ""
    vectors = content.content_of(inputs.articles, np.ones(30, np.float32), 1).vectors
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_agreeing_in_type_and_words_makes_articles_alike() -> None:
    inputs = some_inputs(60)
    twin, other = inputs.articles.iloc[0].copy(), inputs.articles.iloc[0].copy()
    other["product_type"], other["name"], other["colour_master"] = 99, "umbrella", 98
    inputs.articles.loc[1, twin.index], inputs.articles.loc[2, other.index] = twin, other
    vectors = content.content_of(inputs.articles, np.ones(60, np.float32), 1).vectors
    assert vectors[0] @ vectors[1] == pytest.approx(1.0, abs=1e-4)
    assert vectors[0] @ vectors[2] < 0.9


def test_the_last_price_paid_counts_and_an_unsold_article_takes_its_type_s_median() -> None:
    inputs = some_inputs(4, 0)
    inputs.articles["product_type"] = [1, 1, 1, 2]
    sales = replace(
        sales_on([0, 0, 1], [TODAY - 5, TODAY, TODAY]), price=np.array([9, 2, 4], np.float32)
    )
    found = facts.facts_of(replace(inputs, pieces=[sales]))
    assert found.price.tolist() == [2, 4, 3, 3]
    assert found.first_day.tolist() == [TODAY - 5, TODAY, NEVER, NEVER]


def test_what_has_not_sold_for_two_months_is_off_sale_unless_it_never_sold() -> None:
    last = np.full(1000, TODAY, np.int32)
    last[:3] = [NEVER, TODAY - facts.SHELF_LIFE_DAYS, TODAY - facts.SHELF_LIFE_DAYS + 1]
    assert facts.on_sale(last, TODAY)[:3].tolist() == [True, False, True]
    old = np.full(1000, TODAY - 400, np.int32)
    assert facts.on_sale(old, TODAY).all(), "a shop with nothing on sale shows everything"


def test_a_sale_counts_half_after_a_half_life_and_nothing_after_the_window() -> None:
    sales = sales_on([0, 1, 2], [TODAY, TODAY - 2, TODAY - popularity.WINDOW_DAYS])
    score = popularity.popularity(replace(some_inputs(4, 0), pieces=[sales])).score
    assert score.tolist() == [1.0, 0.5, 0.0, 0.0]


def test_an_article_counts_once_in_a_basket_and_less_in_a_large_one() -> None:
    sales = sales_on([0, 0, 1, 1, 2, 3, 4], [TODAY] * 7)
    sales = replace(sales, customer=np.array([1, 1, 2, 3, 3, 3, 3], np.int32))
    score = popularity.popularity(replace(some_inputs(5, 0), pieces=[sales])).score
    assert score.tolist() == [1.0, 1.5, 0.5, 0.5, 0.5]


def test_the_best_sellers_of_a_group_come_in_order_equal_ones_by_row() -> None:
    group = np.array([7, 5, 7, 7, 5, 9], np.int32)
    found = popularity.by_group(np.array([1, 2, 3, 3, 0, 0], np.float32), group)
    assert found.keys.tolist() == [5, 7, 9]
    assert found.rows[:, :4].tolist() == [[1, -1, -1, -1], [2, 3, 0, -1], [-1] * 4]
    assert found.scores[1, :3].tolist() == [3, 3, 1]


def test_counts_are_of_baskets_and_channels() -> None:
    inputs = some_inputs(4, 0)
    sales = sales_on([1, 0, 0, 0], [TODAY - 9, TODAY - 1, TODAY, TODAY])
    sales = replace(
        sales, customer=np.array([2, 1, 1, 1], np.int32), channel=np.array([2, 1, 1, 1], np.int32)
    )
    found = counts.sales_counts(replace(inputs, pieces=[sales]))
    assert found["sold"][:2].tolist() == [[1, 2, 2], [0, 0, 1]]
    overall = 1 / 4
    assert found["sold_online"].tolist() == pytest.approx(
        [0.75 / 6, (1 + 3 * overall) / 4, overall, overall]
    )


def test_each_age_band_has_its_own_best_sellers_and_unknown_ages_too() -> None:
    inputs = some_inputs(5, 0)
    sales = replace(sales_on([0, 1, 2], [TODAY] * 3), age=np.array([-1, 22, 70], np.int32))
    by_age = popularity.popularity(replace(inputs, pieces=[sales])).by_age
    found = popularity.ranked(popularity.AGE_BANDS, by_age)
    heads = dict(zip(found.keys.tolist(), found.rows[:, 0].tolist(), strict=True))
    assert heads == {-1: 0, 0: -1, 20: 1, 25: -1, 30: -1, 40: -1, 50: -1, 60: 2}


def test_new_is_what_came_last_not_what_the_data_begin_with() -> None:
    inputs = some_inputs(4, 0)
    days = [TODAY - 9, TODAY - 9, TODAY - 3, TODAY - 3, TODAY - 1, TODAY - 1, TODAY]
    found = facts.facts_of(replace(inputs, pieces=[sales_on([0, 0, 1, 1, 2, 2, 3], days)]))
    score = new_in.newness(found, TODAY)
    assert score[0] == 0, "on sale since the first day of the data"
    assert score[2] > score[1] > 0
    assert score[3] == 0, "a single sale"


def test_months_are_cut_off_at_the_as_of_day() -> None:
    first, last = AS_OF.replace(month=7, day=30), AS_OF
    days = [(a.isoformat()[5:], b.isoformat()[5:]) for a, b in month_ranges(first, last)]
    assert days == [("07-30", "07-31"), ("08-01", "08-31"), ("09-01", "09-20")]


def test_a_key_that_is_not_there_has_no_place() -> None:
    keys, wanted = np.array([2, 5, 9], np.int32), np.array([9, 2, 3, 10, 0], np.int32)
    assert find(keys, wanted).tolist() == [2, 0, -1, -1, -1]
    assert find(keys[:0], wanted).tolist() == [-1] * 5
