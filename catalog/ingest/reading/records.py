"""The rows of a block of a file, usable ones as a table and malformed ones as rejects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.ingest.reading.position import Position

# Cells are dictionary-encoded, because each distinct text is cleaned only once.
CELLS = pa.dictionary(pa.int32(), pa.string())
CUT = "no line end: the row may be cut short"
REPEATED = "is in an earlier row"  # after the name of the key
Ints = npt.NDArray[np.int64]
Types = Mapping[str, pa.DataType]


@dataclass(frozen=True)
class Reject:
    """A row that can't be used. `line` is the line it starts on, from 1."""

    line: int
    reason: str
    row: str


@dataclass(frozen=True)
class Records:
    """The rows of one block: `table` has a text column per header name, without nulls; or, given
    `texts`, which reads them as such, columns of our types.

    `lines` and `numbers` give each row's line and row number in the file, both from 1; `malformed`
    rows aren't in the table; `end` is the position after the block. Rejected rows are recorded with
    the columns `shown`, by default all.
    """

    table: pa.Table
    lines: Ints
    numbers: Ints
    malformed: list[Reject]
    end: Position
    shown: Sequence[str] = ()
    texts: Callable[[], pa.Table] | None = None

    def as_text(self) -> "Records":
        """The same rows with every cell as it stands in the file."""
        return replace(self, table=self.texts(), texts=None) if self.texts else self

    def reject(self, row: int, reason: str) -> Reject:
        shown = self.shown or self.table.column_names
        cells = [self.table[name][row].as_py() for name in shown]
        return Reject(int(self.lines[row]), reason, ",".join(map(quoted, cells)))


def quoted(cell: str) -> str:
    """A cell, quoted as in CSV."""
    if any(sign in cell for sign in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
