"""The pictures' dice: the same on every machine, and fair."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.pictures import Dice


def test_the_numbers_are_those_of_splitmix64() -> None:
    """The first outputs for seed 1234567, as published with the reference implementation."""
    dice = Dice(1234567)
    drawn = [dice.below(1 << 64) for _ in range(3)]
    assert drawn == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(st.integers(), st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_number_is_between_its_bounds_and_the_same_again(
    seed: int, low: float, span: float
) -> None:
    value = Dice(seed).between(low, low + span)
    assert low <= value <= low + span
    assert Dice(seed).between(low, low + span) == value


@pytest.mark.parametrize("options", ["ab", "abc", "abcdefg"])
def test_every_option_is_picked_about_as_often(options: str) -> None:
    dice = Dice(7)
    picked = Counter(dice.pick(options) for _ in range(7_000))
    assert all(abs(count - 7_000 / len(options)) < 250 for count in picked.values())
    assert set(picked) == set(options)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.75, 1.0])
def test_a_chance_comes_true_as_often_as_it_says(share: float) -> None:
    dice = Dice(11)
    assert sum(dice.chance(share) for _ in range(10_000)) == pytest.approx(10_000 * share, abs=200)
