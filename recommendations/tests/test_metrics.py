"""The metrics against values computed by hand."""

import numpy as np
import pytest

from recommendations.dataset import metrics

LISTS = np.array([[7, 8, 9, 1], [5, 6, -1, -1], [2, 3, 4, 5]], np.int32)
BOUGHT = [{7, 9, 100}, {1}, {2, 3, 4, 5, 6, 8}]
RELEVANT = np.array([3, 1, 6])
HITS = metrics.hits_of(LISTS, BOUGHT)


def test_a_place_is_a_hit_where_its_article_was_bought() -> None:
    assert HITS.tolist() == [[True, False, True, False], [False] * 4, [True] * 4]


def test_average_precision_divides_by_what_could_be_hit() -> None:
    # Precision 1 at the first position and 2/3 at the third, of three bought; then four of four.
    expected = [(1 + 2 / 3) / 3, 0, 1]
    assert metrics.average_precision(HITS, RELEVANT) == pytest.approx(expected)


def test_recall_counts_what_was_bought_and_not_the_places() -> None:
    assert metrics.recall(HITS, RELEVANT) == pytest.approx([2 / 3, 0, 4 / 6])


def test_ndcg_is_one_for_the_best_order_and_less_for_a_later_hit() -> None:
    ideal = 1 + 1 / np.log2(3) + 1 / 2
    assert metrics.ndcg(HITS, RELEVANT) == pytest.approx([(1 + 1 / 2) / ideal, 0, 1])


def test_the_hit_rate_asks_for_one() -> None:
    assert metrics.hit(HITS).tolist() == [1, 0, 1]


def test_coverage_counts_each_article_once_and_no_empty_place() -> None:
    assert metrics.coverage(np.array([[1, 2], [2, -1]], np.int32), 10) == 0.2


def test_what_nobody_buys_is_newer_than_a_best_seller() -> None:
    units = np.array([98.0, 0.0])
    assert metrics.novelty(np.array([[0]], np.int32), units) == pytest.approx(-np.log2(0.99))
    assert metrics.novelty(np.array([[1]], np.int32), units) == pytest.approx(-np.log2(0.01))


def test_the_interval_holds_the_mean_and_narrows_with_more_customers() -> None:
    rng = np.random.default_rng(5)
    few, many = rng.normal(0.5, 1, 50), rng.normal(0.5, 1, 5000)
    for values in (few, many):
        low, high = metrics.interval(values)
        assert low < values.mean() < high
    assert np.diff(metrics.interval(many)) < np.diff(metrics.interval(few)) / 5
    assert metrics.interval(np.zeros(0)) == (0.0, 0.0)


def test_a_customer_with_many_values_counts_as_one_in_the_interval() -> None:
    rng = np.random.default_rng(6)
    own = rng.normal(0.5, 1, 50)
    tenfold, customers = own.repeat(10), np.arange(50).repeat(10)
    assert metrics.interval(tenfold, customers) == pytest.approx(metrics.interval(own))
    assert np.diff(metrics.interval(tenfold)) < np.diff(metrics.interval(own)) / 2
