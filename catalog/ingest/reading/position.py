"""A position in a file, and how a file compares with what was loaded from it."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Position:
    """How far a file has been read.

    For text: unpacked bytes, lines (header included), rows, and the CRC-32 of the bytes. For
    Parquet: the row count three times, and the CRC-32 of the footers of all parts begun.
    """

    offset: int
    line: int
    rows: int
    crc: int = 0


class Prefix(Enum):
    """How a file compares with what was loaded from it."""

    OTHER = "other bytes than those loaded"
    ALL = "the bytes loaded and no more"
    MORE = "the bytes loaded, and more lines"
