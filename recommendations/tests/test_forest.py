"""The compiled scores of a forest: LightGBM's own, bit by bit."""

from typing import Any

import lightgbm
import numpy as np
import pytest

from recommendations.ranking.forest import AT_A_TIME, MOST_LEAVES, forest_of

COLUMNS = 6
ROWS = 2 * AT_A_TIME + 44


def made_up(unknown: float, seed: int = 1) -> np.ndarray:
    """Rows of whole and broken numbers, of which a share is unknown."""
    dice = np.random.default_rng(seed)
    rows = dice.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    rows[:, :2] = dice.integers(-2, 3, (ROWS, 2))
    rows[dice.random(rows.shape) < unknown] = np.nan
    return rows


def scored(booster: Any, rows: np.ndarray) -> list[float]:
    """LightGBM's own scores."""
    found: list[float] = booster.predict(rows, raw_score=True).tolist()
    return found


def learned(rows: np.ndarray, leaves: int = 31, rounds: int = 20) -> Any:
    total = np.nan_to_num(rows, nan=0.7).sum(axis=1)
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "min_data_in_leaf": 3,
        "verbosity": -1,
        "extra_trees": True,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(rows, total > np.median(total)), rounds)


@pytest.mark.parametrize("seen", [0.0, 0.3])
@pytest.mark.parametrize("asked", [0.0, 0.3])
def test_a_forest_scores_rows_as_lightgbm_does(seen: float, asked: float) -> None:
    booster = learned(made_up(seen))
    rows = made_up(asked, seed=2)
    rows[:4, 2] = np.inf, -np.inf, np.float32(3e38), 0.0
    forest = forest_of([booster])
    assert forest is not None
    expected = scored(booster, rows)
    assert len(set(expected)) > 100
    assert forest.scores(rows).tolist() == expected
    assert forest.scores(rows[:1]).tolist() == expected[:1]
    assert forest.scores(np.asfortranarray(rows)).tolist() == expected
    assert forest.scores(rows[:0]).tolist() == []


def test_a_threshold_between_two_32_bit_numbers_divides_them() -> None:
    below = np.float32(0.1)
    rows = np.array([below, np.nextafter(below, np.float32(1))]).repeat(200)[:, None]
    booster = lightgbm.train(
        {"objective": "regression", "verbosity": -1, "min_data_in_bin": 1},
        lightgbm.Dataset(rows, np.arange(400) >= 200),
        3,
    )
    forest = forest_of([booster])
    assert forest is not None
    assert len(forest.column)
    assert forest.scores(rows).tolist() == scored(booster, rows)


def test_trees_that_learned_nothing_have_one_score() -> None:
    booster = learned(np.ones((ROWS, COLUMNS), np.float32), rounds=2)
    forest = forest_of([booster])
    assert forest is not None
    rows = made_up(0.0)
    assert forest.scores(rows).tolist() == scored(booster, rows)


def test_trees_with_more_leaves_than_a_mask_has_bits_make_no_forest() -> None:
    assert forest_of([learned(made_up(0.0), MOST_LEAVES)]) is not None
    assert forest_of([learned(made_up(0.0), MOST_LEAVES + 1)]) is None
