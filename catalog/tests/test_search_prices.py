"""Prices in a query: any amount, in every language, and what merely looks like one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.understanding.parsing import read
from catalog.search.understanding.reading import PRICE, Price
from catalog.search.understanding.vocabulary import vocabulary

UPPER = (
    "dress under {}", "dress below {} €", "kleid unter {} euro", "kleid bis {}€",
    "robe moins de {} €", "vestido por menos de {}", "klänning under {} kr", "dress <{}",
    "€{} dress", "dress {} €",
)  # fmt: skip
LOWER = (
    "dress over {}", "kleid über {} euro", "kleid ab {}", "robe plus de {} €", "vestido más de {}",
    "klänning över {} kr", "dress >{}",
)  # fmt: skip
BETWEEN = (
    "dress between {} and {}", "dress {}-{} €", "kleid zwischen {} und {} euro",
    "robe entre {} et {}", "vestido entre {} y {} euros", "klänning mellan {} och {} kr",
)  # fmt: skip
AMOUNT = st.integers(1, 999) | st.integers(100, 99_999).map(lambda cents: Decimal(cents) / 100)


def prices(query: str) -> list[Price | None]:
    return [part.price for part in read(query, vocabulary()).parts if part.kind == PRICE]


@pytest.mark.parametrize("form", UPPER)
@given(amount=AMOUNT)
def test_an_upper_bound_is_read(form: str, amount: int | Decimal) -> None:
    assert prices(form.format(amount)) == [Price(most=Decimal(amount))]


@pytest.mark.parametrize("form", LOWER)
@given(amount=AMOUNT)
def test_a_lower_bound_is_read(form: str, amount: int | Decimal) -> None:
    assert prices(form.format(amount)) == [Price(least=Decimal(amount))]


@pytest.mark.parametrize("form", BETWEEN)
@given(low=AMOUNT, more=AMOUNT)
def test_a_range_is_read(form: str, low: int | Decimal, more: int | Decimal) -> None:
    high = Decimal(low) + Decimal(more)
    assert prices(form.format(low, high)) == [Price(Decimal(low), high)]


@pytest.mark.parametrize(
    "query",
    ["jeans 32", "tights 20 denier", "pyjamas 98-104", "501 jeans", "0108775015", "20 dresses"],
)
def test_a_number_alone_is_no_price(query: str) -> None:
    assert prices(query) == []
