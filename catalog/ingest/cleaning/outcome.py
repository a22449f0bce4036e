"""The result of cleaning a block: usable rows, reasons against the others, emptied cells."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.reading import cells
from catalog.ingest.reading.cells import BLANKS, NOTHING, Decoded, decode, distinct

# Texts to be trimmed, emptied or refused.
UNFIT = rf"^[{BLANKS}]|[{BLANKS}]$|\x00|^(?:{'|'.join(map(re.escape, NOTHING - {''}))})$"
Rows = npt.NDArray[np.intp]
Reasons = dict[int, str]


@dataclass(frozen=True)
class Cleaned:
    """`table` holds the usable rows, `rows` their indices in the block; `reasons` are for the rest.

    `emptied` counts the cells that were emptied, by what was wrong with them.
    """

    table: pa.Table
    rows: Rows
    reasons: Reasons
    emptied: Counter[str] = field(default_factory=Counter)


def cleaned(columns: dict[str, Decoded], length: int) -> Cleaned:
    reasons = reasons_of(list(columns.values()))
    rows = usable(length, reasons)
    table = pa.table({name: column.column() for name, column in columns.items()})
    emptied = emptied_in(list(columns.values()))
    return Cleaned(table.take(rows) if reasons else table, rows, reasons, emptied)


def reasons_of(columns: Sequence[Decoded]) -> Reasons:
    """The first reason against each unusable row, in column order."""
    reasons: Reasons = {}
    for column in columns:
        for row in column.bad_rows().tolist():
            reasons.setdefault(row, column.errors[int(column.codes[row])])
    return reasons


def usable(length: int, reasons: Reasons) -> Rows:
    keep = np.ones(length, dtype=bool)
    keep[list(reasons)] = False
    return np.flatnonzero(keep)


def emptied_in(columns: Sequence[Decoded]) -> Counter[str]:
    found: Counter[str] = Counter()
    for column in columns:
        for code, reason in column.emptied.items():
            found[reason] += int(np.count_nonzero(column.codes == code))
    return found


def texts(table: pa.Table, name: str, longest: int) -> Decoded:
    """An optional text column."""
    plain = distinct(table[name])
    if are_fit(plain[0], longest):
        return Decoded(*plain)
    parse = partial(cells.words, name=name, longest=longest)
    found = decode(table[name], parse, pa.string(), optional=True)
    return Decoded(found.values.fill_null(""), found.codes, emptied=found.emptied)


def are_fit(found: pa.Array, longest: int) -> bool:
    """Whether all texts stay as they are, as a million postal codes do."""
    unfit = pc.any(pc.match_substring_regex(found, UNFIT, ignore_case=True)).as_py()
    return not unfit and (pc.max(pc.utf8_length(found)).as_py() or 0) <= longest
