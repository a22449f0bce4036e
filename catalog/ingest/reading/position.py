"""A place in a file, and how a file compares with what was read of it."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Position:
    """How far a file is read.

    Of a text: unpacked bytes, lines (header included) and rows, and the bytes' CRC-32. Of Parquet:
    rows, three times, and the CRC-32 of the footers of the parts that were begun.
    """

    offset: int
    line: int
    rows: int
    crc: int = 0


class Prefix(Enum):
    """How a file compares with the part of it that was loaded."""

    OTHER = "other bytes than those loaded"
    ALL = "the bytes loaded and no more"
    MORE = "the bytes loaded, and more lines"
