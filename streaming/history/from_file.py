"""History straight from transactions_train.csv (plain, .gz or .zip), checked as an ingest does."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from catalog.ingest.clean import clean_transactions
from catalog.ingest.existing_keys import known_articles, known_customers
from catalog.ingest.files import find, source_of, unpacked
from catalog.ingest.records import Position, Records, read
from streaming.history import Lines, arrange, day_number
from streaming.identity.tombstones import erased_customers

NAME: Final = "transactions_train"
BLOCK_BYTES: Final = 8 << 20
LINE_BYTES: Final = 4096
# The ingest's days count from 2000.
SHIFT_DAYS: Final = day_number(date(2000, 1, 1))


Columns = dict[str, npt.NDArray[Any]]


class HistoryFileError(Exception):
    """The file isn't there, or a line of it can't be replayed."""


class HistoryFile:
    """A history.Source: the lines of one folder's file, a block and a day held at a time.

    Customers and articles must be known to PostgreSQL, which gives them their keys; a line's id is
    its place in the file, so that the events are those that the ingested history gives.
    """

    def __init__(self, folder: Path) -> None:
        path = find(folder, NAME)
        if path is None:
            raise HistoryFileError(f"{folder} has no {NAME}.csv (plain, or .gz or .zip).")
        self.path, self.known = path, (known_customers(), known_articles())

    def bounds(self) -> tuple[date, date]:
        """The first and the last day, by a look through the whole file."""
        source = source_of(NAME, self.path)
        with unpacked(self.path) as stream:
            head = tail = stream.read(BLOCK_BYTES)
            while chunk := stream.read(BLOCK_BYTES):
                tail = tail[-LINE_BYTES:] + chunk
        lines = head[source.body :].splitlines()[:1] + tail[-LINE_BYTES:].splitlines()[-1:]
        if len(lines) < 2 or not lines[0]:
            raise HistoryFileError(f"{self.path} has no lines.")
        place = source.header.index("t_dat")
        first, last = (self._day(line, place) for line in lines)
        return first, last

    def _day(self, line: bytes, place: int) -> date:
        cell = next(csv.reader([line.decode(errors="replace")]))[place]
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise HistoryFileError(f"{self.path}: {cell!r} is not a day.") from None

    def __call__(self, first: date, last: date) -> Iterator[Lines]:
        """Raise HistoryFileError on a bad line, and on one that is older than those before."""
        erased = np.array(sorted(erased_customers()), np.int32)
        low, high = day_number(first), day_number(last)
        for lines in self._days():
            if lines.day[0] > high:
                return
            kept = (lines.day >= low) & (lines.day <= high) & ~np.isin(lines.customer, erased)
            if kept.any():
                yield lines[kept]

    def _days(self) -> Iterator[Lines]:
        """Whole days: the last one of a block waits for the next block."""
        waiting: list[Columns] = []
        for columns in self._blocks():
            day = columns["day"]
            whole = int(np.searchsorted(day, day[-1]))
            if whole:
                yield arrange(**_joined([*waiting, {n: c[:whole] for n, c in columns.items()}]))
                waiting = []
            elif waiting and waiting[-1]["day"][-1] < day[0]:
                yield arrange(**_joined(waiting))
                waiting = []
            waiting.append({name: column[whole:] for name, column in columns.items()})
        if waiting:
            yield arrange(**_joined(waiting))

    def _blocks(self) -> Iterator[Columns]:
        source = source_of(NAME, self.path)
        start, newest = Position(source.body, 1, 0, source.crc), 0
        with unpacked(self.path) as stream:
            for records in read(stream, source, start, BLOCK_BYTES):
                columns = self._columns(records)
                if not len(columns["day"]):
                    continue
                days = np.concatenate([[newest], columns["day"]])
                if (back := np.flatnonzero(np.diff(days) < 0)).size:
                    line = records.lines[back[0]]
                    raise HistoryFileError(
                        f"{self.path}: line {line} is older than the one before it."
                    )
                newest = int(days[-1])
                yield columns

    def _columns(self, records: Records) -> Columns:
        found = clean_transactions(records.table, *self.known)
        if records.malformed or found.reasons:
            raise HistoryFileError(f"{self.path}: {_first_fault(records, found.reasons)}")
        return {
            "id": records.numbers,
            "day": found.days + np.int32(SHIFT_DAYS),
            "customer": found.customers,
            "article": found.articles,
            "price": found.prices,
            "channel": found.channels.astype(np.int32),
        }


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _first_fault(records: Records, reasons: dict[int, str]) -> str:
    faults = [(reject.line, reject.reason) for reject in records.malformed]
    faults += [(int(records.lines[row]), reason) for row, reason in reasons.items()]
    line, reason = min(faults)
    return f"line {line}: {reason}"
