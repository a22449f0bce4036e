"""One input file, whatever its format: its columns, and its rows from any position on."""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from catalog.ingest.errors import IngestError
from catalog.ingest.reading import columns
from catalog.ingest.reading.dialect import SEPARATORS
from catalog.ingest.reading.position import Position, Prefix
from catalog.ingest.reading.records import Records, Types

Fingerprint = dict[str, int]
ONE_COLUMN = " Columns are separated by commas, semicolons, tabs or pipes."
QUOTED_WHOLE = " Each line is quoted as a whole: save the file without those quotes."


@dataclass(frozen=True)
class Source(ABC):
    """An input file and its parts. `size` is for the progress bar, in the unit of offsets.

    `header` has the columns in file order; missing columns of ours are read as empty.
    """

    name: str
    path: Path
    parts: tuple[Path, ...]
    header: tuple[str, ...]
    size: int
    fingerprint: Fingerprint
    start: Position

    @abstractmethod
    def rows(self, start: Position, block_bytes: int, types: Types | None) -> Iterator[Records]:
        """The file's rows from a position on, block by block, with the file's own columns; with
        columns of these types in blocks where all cells fit them."""

    @abstractmethod
    def compare(self, position: Position) -> Prefix:
        """Compare the file with what was read up to the position, and check for further rows."""

    @property
    def is_derived(self) -> bool:
        """Whether the rows come from another file of the set, because this one is missing."""
        return False

    @property
    def lacking(self) -> list[str]:
        """Our columns that the file lacks."""
        return [column for column in columns.ALL[self.name] if column not in self.header]

    @property
    def shown(self) -> Sequence[str]:
        """The columns shown for rejected rows."""
        return self.header

    @property
    def unit(self) -> str:
        """The unit in which row positions are reported."""
        return "line"

    def read(self, start: Position, block_bytes: int, *, typed: bool = False) -> Iterator[Records]:
        """The rows with all of our columns. `typed` blocks, where nothing needs cleaning, have
        columns of columns.TYPES; others, and files that lack a column, have text."""
        more = [name for name in columns.known(self.name) if name not in self.header]
        types = columns.TYPES.get(self.name) if typed and not more else None
        for records in self.rows(start, block_bytes, types):
            table = with_values(records.table, dict.fromkeys(more, ""))
            yield replace(records, table=table, shown=self.shown)


def with_values(table: pa.Table, values: Mapping[str, str]) -> pa.Table:
    """The table with text columns that have the same value in every row."""
    for name, value in values.items():
        codes = pa.array(np.zeros(table.num_rows, np.int32))
        column = pa.DictionaryArray.from_arrays(codes, pa.array([value]))
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, column)
        else:
            table = table.append_column(name, column)
    return table


def check_header(name: str, path: Path, header: Sequence[str]) -> None:
    """Raise IngestError listing every missing required column."""
    missing = [column for column in columns.REQUIRED[name] if column not in header]
    if missing:
        stands = ", ".join(header[:8])[:200] or "nothing"
        raise IngestError(
            f"{path}: the header has no column {', '.join(missing)}. It has: {stands}."
            f"{header_hint(path, header, missing)}"
        )


def header_hint(path: Path, header: Sequence[str], missing: Sequence[str]) -> str:
    if len(header) == 1:
        return QUOTED_WHOLE if set(header[0]) & {*SEPARATORS} else ONE_COLUMN
    in_names = [column for column in missing if any(path.glob(f"**/{column}=*"))]
    return f" {', '.join(in_names)} in folders' names is read only of Parquet." if in_names else ""


def fingerprint(parts: Sequence[Path]) -> Fingerprint:
    """Changes whenever somebody writes to the file or replaces it.

    Includes ctime, which can't be set back together with the modification time.
    """
    found = [part.stat() for part in parts]
    if len(found) == 1:
        return {
            "size": found[0].st_size,
            "mtime_ns": found[0].st_mtime_ns,
            "ctime_ns": found[0].st_ctime_ns,
            "inode": found[0].st_ino,
        }
    states = [(s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for s in found]
    return {"parts": len(found), "crc": zlib.crc32(repr(states).encode())}
