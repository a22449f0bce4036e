"""Prices of the files as money, and back."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from catalog import money

CENTS = st.integers(1, 3_540_000).map(lambda cents: Decimal(cents) / 100)


@given(CENTS)
def test_whole_cents_survive_the_way_into_the_files_unit_and_back(amount: Decimal) -> None:
    assert money.amount(money.price(amount)) == amount


@given(CENTS, CENTS)
def test_a_bound_lets_through_exactly_what_costs_as_much_or_more(
    bound: Decimal, amount: Decimal
) -> None:
    stored = money.price(amount)
    assert (stored >= money.lowest_price(bound)) == (amount >= bound)
    assert (stored <= money.highest_price(bound)) == (amount <= bound)


@given(CENTS)
def test_what_was_stored_in_four_bytes_costs_the_same(amount: Decimal) -> None:
    """The lake's files hold single precision."""
    stored = float(np.float32(money.price(amount)))
    assert abs(money.amount(stored) - amount) <= max(Decimal("0.01"), amount / 10**6)


@pytest.mark.parametrize(
    ("unit", "price", "amount"),
    [(590, 0.05083050847457627, "29.99"), (1, 29.985, "29.99"), (1, 29.984999, "29.98")],
)
def test_a_price_is_rounded_to_cents_half_up(
    settings: Settings, unit: int, price: float, amount: str
) -> None:
    settings.PRICE_UNIT = unit
    assert money.amount(price) == Decimal(amount)
