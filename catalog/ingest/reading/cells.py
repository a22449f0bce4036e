"""Parses cells, once per distinct text of a column; a ValueError's message says what is wrong."""

import math
import re
import string
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.quantities import MAX_KEY, MAX_PRICE

WHOLE = re.compile(r"(-?[0-9]{1,20})(?:\.0*)?")
# Year first, or a day with dots; other orders are ambiguous. A time may follow.
ZONE = r" ?(?:Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?"
TIME = rf"(?:[T ]+[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:[.,][0-9]+)?)?{ZONE})?"
DAY = re.compile(
    r"(?:(?P<y>[0-9]{4})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"
    r"|(?P<y2>[0-9]{4})(?P<m2>[0-9]{2})(?P<d2>[0-9]{2})(?:\.0+)?"
    r"|(?P<d3>[0-9]{1,2})\.(?P<m3>[0-9]{1,2})\.(?P<y3>[0-9]{4}))" + TIME
)
EITHER_WAY = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{2,4}.*")
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
EXPONENT = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
# White space, no-break space, zero-width space, byte order mark.
BLANKS = string.whitespace + "\xa0\u200b\ufeff"
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
# 1,299.00, 1.299,00, 1 299 or 108'775'015; but 1,299 may be a decimal comma.
THOUSANDS = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?P<by>[.,' \xa0\u202f])[0-9]{3})(?:(?P=by)[0-9]{3})*"
    r"(?P<rest>(?!(?P=by))[.,][0-9]+)?"
)
SIGN = r"(?:[€$£¥₹]|kr\.?|zł|EUR|USD|GBP|SEK|DKK|NOK|CHF|PLN|INR|JPY)"
CURRENCY = re.compile(rf"^{SIGN}\s*|\s*{SIGN}$", re.IGNORECASE)
# Spellings of a missing value, in lower case.
NOTHING = frozenset(
    (
        "",
        "nan",
        "null",
        r"\n",
        "none",
        "na",
        "<na>",
        "n/a",
        "#n/a",
        "nil",
        "nat",
        "<null>",
        "(null)",
    )
)
FLAGS = {"true": 1, "t": 1, "yes": 1, "y": 1, "false": 0, "f": 0, "no": 0, "n": 0}
EPOCH = date(2000, 1, 1).toordinal()  # PostgreSQL's day 0

MAX_AGE = 120
STORE, ONLINE = 1, 2
CHANNELS = {"store": STORE, "online": ONLINE}
NEWS = "fashion_news_frequency"

Parse = Callable[[str], object]


@dataclass(frozen=True)
class Decoded:
    """A column as its distinct values: row r holds values[codes[r]].

    `errors` maps codes that make a row unusable to reasons, `emptied` those replaced by nothing.
    """

    values: pa.Array
    codes: npt.NDArray[np.int32]
    errors: dict[int, str] = field(default_factory=dict)
    emptied: dict[int, str] = field(default_factory=dict)

    def column(self) -> pa.Array:
        return self.values.take(pa.array(self.codes))

    def bad_rows(self) -> npt.NDArray[np.intp]:
        return self.rows_of(self.errors)

    def rows_of(self, codes: Collection[int]) -> npt.NDArray[np.intp]:
        """The rows that hold one of these codes."""
        if not codes:
            return np.empty(0, dtype=np.intp)
        chosen = np.zeros(len(self.values), dtype=bool)
        chosen[list(codes)] = True
        return np.flatnonzero(chosen[self.codes])


def decode(
    column: pa.ChunkedArray, parse: Parse, kind: pa.DataType, *, optional: bool = False
) -> Decoded:
    """Parse each distinct text of a string column.

    Text that can't be parsed makes its row unusable, or is emptied if the column is `optional`.
    """
    texts, codes = distinct(column)
    values: list[object] = []
    errors = {}
    for code, text in enumerate(texts.to_pylist()):
        try:
            values.append(parse(text))
        except ValueError as error:
            values.append(None)
            errors[code] = str(error)
    found = pa.array(values, kind)
    return Decoded(found, codes, emptied=errors) if optional else Decoded(found, codes, errors)


def distinct(column: pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """A string column's distinct texts, and for each row the index of its text."""
    encoded = column.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    return encoded.dictionary, encoded.indices.to_numpy()


def trimmed(text: str) -> str:
    """Without blanks at the ends, nor the invisible signs that copying from pages leaves there."""
    return text.strip(BLANKS)


def plain_number(text: str) -> str:
    """A number without separators of thousands and with a decimal point, if it is unambiguous."""
    found = THOUSANDS.fullmatch(text)
    if found and (found["by"] not in ".," or found["rest"] or text.count(found["by"]) > 1):
        text = text.replace(found["by"], "")
    return text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text


def whole(text: str, *, name: str, low: int, high: int) -> int:
    """An integer: `49` or `49.0`; `0108775015`, `108775015.0` or `108,775,015`."""
    found = trimmed(text)
    match = WHOLE.fullmatch(found) or WHOLE.fullmatch(plain_number(found))
    if not match and EXPONENT.fullmatch(found):
        digits = Decimal(found.replace(",", "."))
        if int(digits.as_tuple().exponent) > 0:  # its last digits aren't written
            raise ValueError(f"{name} is rounded")
        match = WHOLE.fullmatch(f"{digits:f}")
    if not match:
        raise ValueError(f"{name} is not a whole number")
    number = int(match[1])
    if not low <= number <= high:
        raise ValueError(f"{name} is not between {low} and {high}")
    return number


def is_nothing(text: str) -> bool:
    return trimmed(text).casefold() in NOTHING


def whole_or_none(text: str, *, name: str, low: int, high: int) -> int | None:
    return None if is_nothing(text) else whole(text, name=name, low=low, high=high)


def age(text: str) -> int | None:
    """Whole years; 36.39 is 36."""
    if is_nothing(text):
        return None
    try:
        years = float(plain_number(trimmed(text)))
    except ValueError:
        raise ValueError("age is not a number") from None
    if not 0 <= years <= MAX_AGE:
        raise ValueError(f"age is not between 0 and {MAX_AGE}")
    return int(years)


def flag(text: str, *, name: str) -> bool | None:
    """FN and Active: 1, 1.0, 0, true, false, or empty for unknown."""
    said = FLAGS.get(trimmed(text).casefold())
    number = whole_or_none(text, name=name, low=0, high=1) if said is None else said
    return None if number is None else bool(number)


def words(text: str, *, name: str, longest: int, required: bool = False) -> str:
    """Trimmed text that PostgreSQL can store; empty if missing."""
    found = "" if is_nothing(text) else trimmed(text)
    if required and not found:
        raise ValueError(f"{name} is empty")
    if len(found) > longest:
        raise ValueError(f"{name} is longer than {longest} characters")
    if "\x00" in found:
        raise ValueError(f"{name} contains a NUL character")
    return found


def news(text: str) -> str:
    """fashion_news_frequency: NONE and None are the same value; empty is unknown."""
    return "NONE" if trimmed(text).upper() == "NONE" else words(text, name=NEWS, longest=20)


def day(text: str) -> int:
    """A date of this century, with or without a time, as days since 2000-01-01."""
    match = DAY.fullmatch(trimmed(text))
    if not match:
        raise ValueError(no_day(trimmed(text)))
    year, month, number = (int(piece) for piece in pieces_of(match))
    try:
        found = date(year, month, number)
    except ValueError:
        raise ValueError("t_dat is not a date") from None
    if found.year not in range(2000, 2100):
        raise ValueError("t_dat is not between 2000 and 2099")
    return found.toordinal() - EPOCH


def pieces_of(match: re.Match[str]) -> tuple[str, str, str]:
    """Year, month, day, in any of the accepted orders."""
    y, m, d = next(
        names
        for names in (("y", "m", "d"), ("y2", "m2", "d2"), ("y3", "m3", "d3"))
        if match[names[0]]
    )
    return match[y], match[m], match[d]


def no_day(text: str) -> str:
    if is_nothing(text):
        return "t_dat is not a date: it is empty"
    if EITHER_WAY.fullmatch(text):
        return "t_dat is not a date: day and month may stand either way, write 2020-09-22"
    if NUMBER.fullmatch(text):
        return "t_dat is not a date: it is a number, perhaps days or seconds, write 2020-09-22"
    return "t_dat is not a date"


def price(text: str) -> float:
    number = amount(text)
    if math.isnan(number):
        raise ValueError("price is not a number")
    if number <= 0:
        raise ValueError("price is not above zero")
    if number > MAX_PRICE:
        raise ValueError(f"price is above {MAX_PRICE:g}")
    return number


def amount(text: str) -> float:
    """NaN for what is no number. Nearly all prices are plain ones, so these are tried first."""
    if "_" in text:
        return math.nan
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(plain_number(CURRENCY.sub("", trimmed(text))))
    except ValueError:
        return math.nan


def price_or_none(text: str) -> float | None:
    return None if is_nothing(text) else price(text)


def channel(text: str) -> int:
    """A sale without a channel counts as online, as most are."""
    if is_nothing(text):
        return ONLINE
    named = CHANNELS.get(trimmed(text).casefold())
    return named or whole(text, name="sales_channel_id", low=STORE, high=ONLINE)


article_key = partial(whole, name="article_id", low=1, high=MAX_KEY)
