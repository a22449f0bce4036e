"""One input file, however it is packed and laid out: its columns, its rows from any place on."""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from catalog.ingest.errors import IngestError
from catalog.ingest.reading import columns
from catalog.ingest.reading.position import Position, Prefix
from catalog.ingest.reading.records import CELLS, Records

Fingerprint = dict[str, int]


@dataclass(frozen=True)
class Source(ABC):
    """An input file and its parts. `size` is for the progress bar, in the unit of offsets.

    `header` has the columns in the file's order; those of ours that it lacks are read as empty.
    """

    name: str
    path: Path
    parts: tuple[Path, ...]
    header: tuple[str, ...]
    size: int
    fingerprint: Fingerprint
    start: Position

    @abstractmethod
    def rows(self, start: Position, block_bytes: int) -> Iterator[Records]:
        """The file's rows from a position on, block by block, as they stand."""

    @abstractmethod
    def compare(self, position: Position) -> Prefix:
        """Whether the file begins with what was read up to the position, and what follows."""

    @property
    def lacking(self) -> list[str]:
        """Columns of ours that the file does not have."""
        return [column for column in columns.ALL[self.name] if column not in self.header]

    @property
    def shown(self) -> Sequence[str]:
        """The columns of a row as it is shown among the rejects."""
        return self.header

    @property
    def unit(self) -> str:
        """What a row's place in the file is called."""
        return "line"

    def read(self, start: Position, block_bytes: int) -> Iterator[Records]:
        """The rows with all of our columns."""
        more = [name for name in columns.known(self.name) if name not in self.header]
        for records in self.rows(start, block_bytes):
            yield replace(records, table=with_empty(records.table, more), shown=self.shown)


def with_empty(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The table with columns of empty texts."""
    for name in names:
        codes = pa.array(np.zeros(table.num_rows, dtype=np.int32))
        table = table.append_column(
            pa.field(name, CELLS), pa.DictionaryArray.from_arrays(codes, pa.array([""]))
        )
    return table


def check_header(name: str, path: Path, header: Sequence[str]) -> None:
    """Raise IngestError with every column that can't be done without."""
    missing = [column for column in columns.REQUIRED[name] if column not in header]
    if missing:
        stands = ", ".join(header[:8]) or "nothing"
        raise IngestError(
            f"{path}: the header has no column {', '.join(missing)}. It has: {stands[:200]}."
        )


def fingerprint(parts: Sequence[Path]) -> Fingerprint:
    """What differs as soon as anyone has written to the file, or put another in its place.

    The change time is the file system's own: setting the modification time back does not hide it.
    """
    found = [part.stat() for part in parts]
    if len(found) == 1:
        return {
            "size": found[0].st_size,
            "mtime_ns": found[0].st_mtime_ns,
            "ctime_ns": found[0].st_ctime_ns,
            "inode": found[0].st_ino,
        }
    told = [(s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for s in found]
    return {"parts": len(found), "crc": zlib.crc32(repr(told).encode())}
