"""Rows of PostgreSQL as arrays, by COPY."""

import numpy as np
import pytest
from django.db import DataError, ProgrammingError
from hypothesis import given
from hypothesis import strategies as st

from catalog.columns import copy_columns
from catalog.tests.factories import make_article

pytestmark = pytest.mark.django_db

NUMBERS = st.tuples(
    st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False)
)


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_numbers_arrive_as_they_are(rows: list[tuple[int, int, float]]) -> None:
    values = ", ".join(f"('{a}'::int4, '{b}'::int8, '{c!r}'::float8)" for a, b, c in rows)
    found = copy_columns(f"VALUES {values}", {"a": ">i4", "b": ">i8", "c": ">f8"})
    assert list(zip(*(found[name].tolist() for name in "abc"), strict=True)) == rows
    assert all(column.dtype.isnative for column in found.values())


def test_no_rows_give_empty_columns() -> None:
    found = copy_columns("SELECT id, price FROM catalog_transaction", {"id": ">i8", "price": ">f8"})
    assert {name: (len(column), column.dtype) for name, column in found.items()} == {
        "id": (0, np.dtype("i8")),
        "price": (0, np.dtype("f8")),
    }


def test_rows_of_this_transaction_are_among_them() -> None:
    keys = sorted(make_article().pk for _ in range(3))
    found = copy_columns("SELECT id FROM catalog_article ORDER BY id", {"id": ">i4"})
    assert found["id"].tolist() == keys


@pytest.mark.parametrize(
    ("query", "error"),
    [("SELECT nothing FROM catalog_article", ProgrammingError), ("SELECT 1 / 0", DataError)],
)
def test_a_query_that_fails_says_so(query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        copy_columns(query, {"a": ">i4"})
