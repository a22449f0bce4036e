"""Splits a stream of CSV bytes into blocks of rows, with exact line numbers.

Blocks end at a line end. If a block has no blank lines or rows of the wrong width, and all its
quotes enclose cells within a line, which is nearly always the case, pyarrow parses it at once. Any
other block goes through the csv module record by record, which handles quoted line ends, blank
lines and malformed rows exactly. Sales are parsed into numbers and days, unless a cell of the block
is no plain one. A record that doesn't end within MAX_LINES lines has an unclosed quote: its first
line is rejected and reading continues with the next line. A last line without a line end may have
been truncated anywhere: it is only accepted if truncation would show, because the last column is a
single digit.
"""

import csv
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from catalog.ingest.errors import IngestError
from catalog.ingest.reading.compression import Readable
from catalog.ingest.reading.dialect import Dialect
from catalog.ingest.reading.position import Position
from catalog.ingest.reading.records import CELLS, CUT, Records, Reject, Types

MAX_LINES = 1000
MAX_LINE_BYTES = 1 << 20
ONE_DIGIT = ("sales_channel_id",)
QUOTED_CELL = rb'(?m)(?:^|(?<=%b))"[^"\n]*(?:""[^"\n]*)*"(?=%b|$)'
UNCLOSED = f"a quote is not closed within {MAX_LINES} lines"
MISQUOTED = "the quotes are wrong"
# By the words of csv.Error.
FAULTS = {"end of data": UNCLOSED, "field limit": "a cell is longer than 1 MB"}
# The module's own limit of 128 kB is less than a line may have.
csv.field_size_limit(MAX_LINE_BYTES)


def read(
    stream: Readable,
    path: Path,
    dialect: Dialect,
    start: Position,
    block_bytes: int,
    types: Types | None = None,
) -> Iterator[Records]:
    """The rows of a stream positioned at `start`, block by block.

    Raises IngestError if the bytes aren't UTF-8 or a line is too long.
    """
    pending, final = b"", False
    while not final:
        chunk = stream.read(block_bytes)
        final = not chunk
        data = pending + chunk if pending else chunk
        # A view: copying a block would take a third as long as parsing it.
        block = memoryview(data)[: None if final else end_of_last_line(data)]
        if not data.isascii():
            check_text(bytes(block), path, dialect, start)
        used, records = parse(data, block, dialect, start, types, final=final)
        end = replace(records.end, crc=zlib.crc32(memoryview(data)[:used], start.crc))
        pending, start = data[used:], end
        if len(pending) > block_bytes + MAX_LINE_BYTES:
            raise IngestError(f"{path}: line {start.line + 1} is longer than 1 MB.")
        yield replace(records, end=end)


def end_of_last_line(data: bytes) -> int:
    """The offset after the last line end. A final \\r may be half of \\r\\n and doesn't count."""
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1


def check_text(data: bytes, path: Path, dialect: Dialect, start: Position) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = start.line + len((before + b"?").splitlines())
        column = column_of(before[end_of_last_line(before + b"?") :], dialect)
        raise IngestError(
            f"{path}: line {line} is not UTF-8 (byte {start.offset + error.start}, column "
            f"{column}): perhaps Latin-1; save it as UTF-8, or run iconv -f LATIN1 -t UTF-8."
        ) from None


def column_of(before: bytes, dialect: Dialect) -> str:
    """The name of the column that a partial line ends in."""
    cells = next(csv.reader([before.decode() + "?"], delimiter=dialect.separator))
    place = min(len(cells), len(dialect.names)) - 1
    return dialect.names[place]


def parse(
    data: bytes,
    block: memoryview,
    dialect: Dialect,
    start: Position,
    types: Types | None,
    *,
    final: bool,
) -> tuple[int, Records]:
    """The records of a block, which `data` begins with, and the number of bytes consumed (all,
    unless a quote is open)."""
    if not (final and may_be_cut(data, dialect)):
        plain = block
        if b"\r" in data:
            plain = memoryview(bytes(block).replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        quotes = b'"' in data
        if not quotes or has_plain_quotes(bytes(plain), dialect):
            records = parse_plain(plain, len(block), dialect, start, types, quotes=quotes)
            if records:
                return len(block), records
    return parse_quoted(bytes(block), dialect, start, final=final)


def parse_plain(
    text: memoryview,
    size: int,
    dialect: Dialect,
    start: Position,
    types: Types | None,
    *,
    quotes: bool,
) -> Records | None:
    """Parse all lines at once, `size` bytes of the file; None if a line is blank or has the wrong
    number of cells."""
    if not text:
        return None
    texts = partial(text_table, text, dialect, quotes=quotes)
    typed = typed_table(text, dialect, types, quotes=quotes) if types else None
    table = texts() if typed is None else typed
    if table is None:
        return None
    order = np.arange(1, table.num_rows + 1)
    end = Position(start.offset + size, start.line + table.num_rows, start.rows + table.num_rows)
    return Records(
        table, start.line + order, start.rows + order, [], end,
        texts=None if typed is None else texts,
    )  # fmt: skip


def has_plain_quotes(text: bytes, dialect: Dialect) -> bool:
    """Whether every quote encloses a cell that ends on its line, or is one of two within it."""
    separator = re.escape(dialect.separator.encode())
    cell = QUOTED_CELL % (separator, separator)
    return (
        not dialect.skip_blanks
        and b'"' not in re.sub(cell, b"", text)
        and max(map(len, text.split(b"\n"))) < MAX_LINE_BYTES
    )


def typed_table(
    text: memoryview, dialect: Dialect, types: Types, *, quotes: bool
) -> pa.Table | None:
    """The columns of these types; None if a cell doesn't fit or is empty."""
    try:
        table = arrow_table(text, dialect, types, quotes=quotes)
    except pa.ArrowInvalid:
        return None
    return None if any(column.null_count for column in table.columns) else table


def text_table(text: memoryview, dialect: Dialect, *, quotes: bool) -> pa.Table | None:
    """Every column as text; None if a line is blank or has the wrong number of cells."""
    try:
        table = arrow_table(text, dialect, dict.fromkeys(dialect.names, CELLS), quotes=quotes)
    except pa.ArrowInvalid:
        return None
    return None if may_have_blank_line(table) else table


def arrow_table(text: memoryview, dialect: Dialect, types: Types, *, quotes: bool) -> pa.Table:
    """Raises pa.ArrowInvalid if a line has the wrong number of cells, or a cell isn't of its
    type."""
    return arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(text)),
        arrow_csv.ReadOptions(
            column_names=dialect.names, use_threads=False, block_size=len(text) + 1
        ),
        arrow_csv.ParseOptions(
            delimiter=dialect.separator,
            quote_char='"' if quotes else False,
            ignore_empty_lines=False,
        ),
        arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def may_have_blank_line(table: pa.Table) -> bool:
    """A blank line parses as empty cells; searching for b"\\n\\n" takes as long as the parsing."""
    texts = (column.combine_chunks().dictionary for column in table.columns)
    return all(pc.index(cells, "").as_py() >= 0 for cells in texts)


def parse_quoted(
    data: bytes, dialect: Dialect, start: Position, *, final: bool
) -> tuple[int, Records]:
    """Record by record. An incomplete last record is left for the next block, unless `final`."""
    texts = data.splitlines(keepends=True)
    lines = [text.decode() for text in texts]
    rows: list[list[str]] = []
    places: list[tuple[int, int]] = []
    malformed: list[Reject] = []
    at, number = 0, start.rows
    cut = final and may_be_cut(data, dialect)
    ended = data[-1:] in b"\r\n"
    while at < len(lines):
        cells, length, problem = record_at(lines, at, dialect)
        if problem == UNCLOSED and at + MAX_LINES > len(lines) and not final:
            break
        spoiled = problem and final and not ended and dialect.separator in lines[at]
        if at + length == len(lines) and ((cut and cells) or spoiled):
            problem = CUT
        number += bool(cells or problem)
        if problem:
            malformed.append(Reject(start.line + at + 1, problem, lines[at].rstrip("\r\n")))
        elif cells:
            rows.append(cells)
            places.append((start.line + at + 1, number))
        at += length
    used = sum(map(len, texts[:at]))
    end = Position(start.offset + used, start.line + at, number)
    where = np.array(places, dtype=np.int64).reshape(-1, 2)
    return used, Records(table_of(rows, dialect.names), where[:, 0], where[:, 1], malformed, end)


def may_be_cut(data: bytes, dialect: Dialect) -> bool:
    return bool(data) and data[-1:] not in b"\r\n" and dialect.names[-1] not in ONE_DIGIT


def record_at(lines: list[str], at: int, dialect: Dialect) -> tuple[list[str], int, str]:
    """The record starting on a line: its cells, its length in lines, and what is wrong with it.

    A blank line gives no cells and no problem. A malformed record counts as one line long.
    """
    if not lines[at].strip():
        return [], 1, ""
    cells, length, problem = parsed(lines, at, dialect)
    if problem and "\\" in lines[at]:
        # Spark escapes a quote within quotes as \".
        again = parsed(lines, at, dialect, backslash=True)
        return again if not again[2] else (cells, length, problem)
    return cells, length, problem


def parsed(
    lines: list[str], at: int, dialect: Dialect, *, backslash: bool = False
) -> tuple[list[str], int, str]:
    window = range(at, min(at + MAX_LINES, len(lines)))
    reader = csv.reader(
        map(lines.__getitem__, window),
        strict=True,
        skipinitialspace=dialect.skip_blanks,
        delimiter=dialect.separator,
        doublequote=not backslash,
        escapechar="\\" if backslash else None,
    )
    try:
        cells = next(reader)
    except csv.Error as error:
        return [], 1, next((why for sign, why in FAULTS.items() if sign in str(error)), MISQUOTED)
    width = len(dialect.names)
    if len(cells) > width and not any(cells[width:]):
        cells = cells[:width]
    if len(cells) != width:
        return [], reader.line_num, f"{len(cells)} cells instead of {width}"
    return cells, reader.line_num, ""


def table_of(rows: list[list[str]], names: tuple[str, ...]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=list(names))
