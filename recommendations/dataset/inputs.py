"""The inputs of training."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
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


@dataclass(frozen=True)
class Inputs:
    """Articles (one row each, sorted by `article`, with ATTRIBUTES, TEXTS and LABELS), sales, and
    the as-of day."""

    articles: pd.DataFrame
    sales: Sales
    as_of: date

    @property
    def as_of_day(self) -> int:
        return day_number(self.as_of)
