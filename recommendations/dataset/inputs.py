"""The inputs of training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
import numpy.typing as npt

from recommendations.dataset.parts import LocalParts, Parts

if TYPE_CHECKING:  # slow to import, and every process imports this module
    import pandas as pd

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

# Receives progress messages, for a terminal or a log.
Progress = Callable[[str], None]

# Categorical attributes as numbers; -1 is H&M's "unknown" and a value like any other.
ATTRIBUTES = (
    "product",
    "product_type",
    "garment_group",
    "index_group",
    "section",
    "department",
    "colour",
    "colour_master",
    "colour_value",
    "appearance",
)
TEXTS = ("name", "description")
# Names of an article's categories, for rules written as patterns.
LABELS = ("index_group_name", "index_name", "section_name", "department_name")

EPOCH = date(1970, 1, 1)
# A day that stands for "never", long before any other.
NEVER = -1


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Sales:
    """One entry per unit sold, none after the as-of day.

    `day` counts days since 1970, `row` points into the articles, `age` is -1 where unknown,
    `price` is in the files' unit.
    """

    day: Ints
    customer: Ints
    row: Ints
    age: Ints
    price: Floats
    channel: Ints

    def __len__(self) -> int:
        return len(self.day)

    def where(self, kept: Flags | slice) -> "Sales":
        return Sales(**{name: column[kept] for name, column in vars(self).items()})

    def until(self, day: int) -> "Sales":
        """Those up to a day, in the same memory; needs sales sorted by day."""
        return self.where(slice(0, int(self.day.searchsorted(day, "right"))))

    def after(self, day: int) -> "Sales":
        return self.where(slice(int(self.day.searchsorted(day, "right")), None))


def find(keys: Ints, wanted: npt.NDArray[np.int32]) -> Ints:
    """Position of each wanted key among the sorted `keys`, -1 if missing."""
    if len(keys) == 0:
        return np.full(len(wanted), -1, np.int32)
    place = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1).astype(np.int32)


class History(Protocol):
    """What training reads: articles (one row each, sorted by `article`, with ATTRIBUTES, TEXTS and
    LABELS), the as-of day, and sales that can be counted in parts."""

    @property
    def articles(self) -> "pd.DataFrame": ...

    @property
    def as_of(self) -> date: ...

    @property
    def as_of_day(self) -> int: ...

    @property
    def parts(self) -> Parts[Sales]: ...

    def between(self, first: int, last: int) -> Self:
        """Only the sales of these days; the as-of day stays."""
        ...

    def until(self, day: int) -> Self:
        """What was known at the end of an earlier day."""
        ...


@dataclass(frozen=True)
class Inputs:
    """A History in memory. Each of `pieces` holds all sales of its customers, sorted by day."""

    articles: "pd.DataFrame"
    pieces: Sequence[Sales]
    as_of: date

    @property
    def as_of_day(self) -> int:
        return day_number(self.as_of)

    @property
    def sales(self) -> Sales:
        """All of them, one piece after the other."""
        columns = {name: [vars(own)[name] for own in self.pieces] for name in vars(self.pieces[0])}
        return Sales(**{name: np.concatenate(values) for name, values in columns.items()})

    @property
    def parts(self) -> LocalParts[Sales]:
        return LocalParts(self.pieces)

    def between(self, first: int, last: int) -> Self:
        return replace(self, pieces=[own.after(first - 1).until(last) for own in self.pieces])

    def until(self, day: int) -> Self:
        as_of = self.as_of - timedelta(self.as_of_day - day)
        return replace(self, pieces=[own.until(day) for own in self.pieces], as_of=as_of)
