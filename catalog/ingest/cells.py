"""Cells to values, once per distinct text of a column; ValueError tells what is wrong."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.quantities import MAX_PRICE

WHOLE = re.compile(r"(-?[0-9]{1,18})(?:\.0*)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EPOCH = date(2000, 1, 1).toordinal()  # PostgreSQL's day 0
MAX_KEY = 2**31 - 1
# A hundred times the dearest thing the shop sells; far below what a lost decimal point makes.

Parse = Callable[[str], object]


@dataclass(frozen=True)
class Decoded:
    """A column by its distinct values: row r holds values[codes[r]]; errors tells bad codes."""

    values: pa.Array
    codes: npt.NDArray[np.int32]
    errors: dict[int, str] = field(default_factory=dict)

    def column(self) -> pa.Array:
        return self.values.take(pa.array(self.codes))

    def bad_rows(self) -> npt.NDArray[np.intp]:
        if not self.errors:
            return np.empty(0, dtype=np.intp)
        bad = np.zeros(len(self.values), dtype=bool)
        bad[list(self.errors)] = True
        return np.flatnonzero(bad[self.codes])


def decode(column: pa.ChunkedArray, parse: Parse, kind: pa.DataType) -> Decoded:
    """Parse each distinct text of a string column."""
    texts, codes = distinct(column)
    values: list[object] = []
    errors = {}
    for code, text in enumerate(texts.to_pylist()):
        try:
            values.append(parse(text))
        except ValueError as error:
            values.append(None)
            errors[code] = str(error)
    return Decoded(pa.array(values, kind), codes, errors)


def distinct(column: pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """A string column's distinct texts, and for each row the place of its text among them."""
    encoded = column.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    return encoded.dictionary, encoded.indices.to_numpy()


def whole(text: str, *, name: str, low: int, high: int) -> int:
    """49 of `49` or `49.0`; 108775015 of `0108775015` or `108775015.0`."""
    match = WHOLE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{name} is not a whole number")
    number = int(match[1])
    if not low <= number <= high:
        raise ValueError(f"{name} is not within {low} and {high}")
    return number


def whole_or_none(text: str, *, name: str, low: int, high: int) -> int | None:
    return whole(text, name=name, low=low, high=high) if text.strip() else None


def flag(text: str, *, name: str) -> bool | None:
    """FN and Active: 1, 1.0, 0, or empty for unknown."""
    number = whole_or_none(text, name=name, low=0, high=1)
    return None if number is None else bool(number)


def words(text: str, *, name: str, longest: int, required: bool = False) -> str:
    """Trimmed text that PostgreSQL can store."""
    trimmed = text.strip()
    if required and not trimmed:
        raise ValueError(f"{name} is empty")
    if len(trimmed) > longest:
        raise ValueError(f"{name} is longer than {longest} characters")
    if "\x00" in trimmed:
        raise ValueError(f"{name} holds a NUL character")
    return trimmed


def news(text: str) -> str:
    """fashion_news_frequency: NONE and None are the same word; empty is unknown."""
    trimmed = words(text, name="fashion_news_frequency", longest=20)
    return "NONE" if trimmed.upper() == "NONE" else trimmed


def day(text: str) -> int:
    """Days since 2000-01-01 of an ISO date of this century."""
    try:
        found = date.fromisoformat(text.strip()) if DAY.fullmatch(text.strip()) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError("t_dat is not a date")
    if found.year not in range(2000, 2100):
        raise ValueError("t_dat is not within 2000 and 2099")
    return found.toordinal() - EPOCH


def price(text: str) -> float:
    try:
        number = float(text) if "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise ValueError("price is not a number")
    if number <= 0:
        raise ValueError("price is not above zero")
    if number > MAX_PRICE:
        raise ValueError(f"price is above {MAX_PRICE:g}")
    return number


def channel(text: str) -> int:
    return whole(text, name="sales_channel_id", low=1, high=2)


article_key = partial(whole, name="article_id", low=1, high=MAX_KEY)
