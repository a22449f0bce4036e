"""The layout of a text file: separator, column names, start of the rows."""

import csv
from collections.abc import Collection
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t", "|")
HINT = "sep="  # Excel's first line


@dataclass(frozen=True)
class Dialect:
    """`names` has one entry per cell of a row: our name for a known column, else the file's.

    `lines` and `size` (bytes of UTF-8) count what precedes the first row. `skip_blanks`: quotes
    may follow a separator and a blank.
    """

    names: tuple[str, ...]
    separator: str = ","
    lines: int = 1
    size: int = 0
    skip_blanks: bool = False


def dialect_of(head: bytes, columns: Collection[str]) -> Dialect:
    """From a file's first bytes. Raises UnicodeDecodeError; ValueError for a duplicate column."""
    lines = head.splitlines(keepends=True)
    at = 0
    while at < len(lines) and is_preface(lines[at]):
        at += 1
    header = lines[at].decode() if at < len(lines) else ""
    used = lines[: at + 1]
    separator = max(SEPARATORS, key=lambda sign: recognised(header, sign, columns))
    names = named(cells_of(header, separator), columns)
    skip_blanks = f'{separator} "' in header
    return Dialect(names, separator, len(used), sum(map(len, used)), skip_blanks)


def is_preface(line: bytes) -> bool:
    return not line.strip() or line.lower().lstrip(b'"').startswith(HINT.encode())


def cells_of(line: str, separator: str) -> list[str]:
    return [
        cell.strip()
        for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    ]


def recognised(header: str, separator: str, columns: Collection[str]) -> int:
    names = {plain(cell) for cell in cells_of(header, separator)}
    return sum(plain(column) in names for column in columns)


def plain(name: str) -> str:
    """A column name's letters and digits: customer_id, Customer ID and customerId are the same."""
    return "".join(filter(str.isalnum, name.casefold()))


def named(cells: list[str], columns: Collection[str]) -> tuple[str, ...]:
    """Our names where known; a number where the name is missing or already in use."""
    ours = {plain(column): column for column in columns}
    names = [ours.get(plain(cell), cell) for cell in cells]
    twice = [name for name in dict.fromkeys(names) if name in columns and names.count(name) > 1]
    if twice:
        raise ValueError(f"the header contains a column twice: {', '.join(twice)}")
    return tuple(
        name if name and names.count(name) == 1 else f"column {place}"
        for place, name in enumerate(names, start=1)
    )
