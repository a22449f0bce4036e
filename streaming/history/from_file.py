"""History straight from transactions_train.csv, read and checked as an ingest does."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from catalog.ingest.cleaning.typed import clean
from catalog.ingest.keys.existing import known_articles, known_customers
from catalog.ingest.keys.lookup import KnownKeys
from catalog.ingest.prices import with_prices
from catalog.ingest.reading import cells
from catalog.ingest.reading.files import find
from catalog.ingest.reading.opening import open_source
from catalog.ingest.reading.records import Records
from catalog.ingest.reading.source import Source
from streaming.history import SALES as NAME
from streaming.history import Lines, arrange, day_number, day_of
from streaming.identity.tombstones import erased_customers
from web.arrays import Arrays

BLOCK_BYTES: Final = 8 << 20
# The ingest's days count from 2000.
SHIFT_DAYS: Final = day_number(date(2000, 1, 1))


class HistoryFileError(Exception):
    """The file isn't there, or no line of it can be replayed."""


@dataclass(frozen=True)
class Survey:
    """The days in a file, from one pass through all of it."""

    first: date
    last: date
    in_order: bool
    content: str  # as IngestRun.content has it


class HistoryFile:
    """A history.Source: the lines of one folder's file.

    A file in order of days is read a block and a day at a time, any other is sorted in memory.
    Customers and articles must be in PostgreSQL, which has their keys; a line's id is its place in
    the file, so that the events are the same as those of the ingested history. Lines that an ingest
    rejects are skipped and counted.
    """

    def __init__(self, folder: Path) -> None:
        path = find(folder, NAME) if folder.is_dir() else None
        if path is None:
            raise HistoryFileError(f"{folder} has no {NAME}.csv (plain, packed, or Parquet).")
        self.source = open_source(NAME, path)
        self.known = with_prices(
            KnownKeys(known_customers(), known_articles()), sources_of(folder, self.source)
        )
        self.survey = survey(self.source)
        self.passed: Counter[str] = Counter()
        self.first_passed = ""

    def __call__(self, first: date, last: date) -> Iterator[Lines]:
        """Raise HistoryFileError when not one line of the file can be used."""
        self.passed, self.first_passed = Counter(), ""
        erased = np.array(sorted(erased_customers()), np.int32)
        low, high = day_number(first), day_number(last)
        for lines in self._days() if self.survey.in_order else self._sorted(low, high):
            if lines.day[0] > high:
                return
            kept = (lines.day >= low) & (lines.day <= high) & ~np.isin(lines.customer, erased)
            if kept.any():
                yield lines[kept]

    def _sorted(self, low: int, high: int) -> Iterator[Lines]:
        """The days asked for, of a file in another order."""
        parts = []
        for columns in self._blocks():
            chosen = (columns["day"] >= low) & (columns["day"] <= high)
            parts.append({name: column[chosen] for name, column in columns.items()})
        if parts:
            yield from arrange(**_joined(parts)).days()

    def _days(self) -> Iterator[Lines]:
        """Whole days: the last one of a block waits for the next block."""
        waiting: list[Arrays] = []
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

    def _blocks(self) -> Iterator[Arrays]:
        usable = False
        for records in self.source.read(self.source.start, BLOCK_BYTES, typed=True):
            columns = self._columns(records)
            if len(columns["day"]):
                usable = True
                yield columns
        if not usable:
            raise HistoryFileError(
                f"{self.source.path}: no line can be used{self.first_passed and ': '}"
                f"{self.first_passed}."
            )

    def _columns(self, records: Records) -> Arrays:
        records, found = clean(records, self.known)
        self._count(records, found.reasons)
        return {
            "id": records.numbers[found.rows],
            "day": found.days + np.int32(SHIFT_DAYS),
            "customer": found.customers,
            "article": found.articles,
            "price": found.prices,
            "channel": found.channels.astype(np.int32),
        }

    def _count(self, records: Records, reasons: dict[int, str]) -> None:
        """Count a skipped line, and remember the first one."""
        faults = [(reject.line, reject.reason) for reject in records.malformed]
        faults += [(int(records.lines[row]), reason) for row, reason in reasons.items()]
        if faults and not self.first_passed:
            line, reason = min(faults)
            self.first_passed = f"{self.source.unit} {line}: {reason}"
        self.passed.update(reason for _, reason in faults)


def sources_of(folder: Path, sales: Source) -> dict[str, Source]:
    """The sales, and the articles where the folder has them: for their prices."""
    path = find(folder, "articles")
    articles = {} if path is None else {"articles": open_source("articles", path)}
    return {NAME: sales, **articles}


def survey(source: Source) -> Survey:
    """Raise HistoryFileError when not one line has a day."""
    newest, oldest, in_order = -1, 1 << 30, True
    for records in source.read(source.start, BLOCK_BYTES):
        found = cells.decode(records.table["t_dat"], cells.day, pa.int32())
        days = found.values.fill_null(-1).to_numpy()[found.codes]
        days = days[days >= 0]
        if len(days):
            in_order &= bool(days[0] >= newest and (np.diff(days) >= 0).all())
            newest, oldest = max(newest, int(days.max())), min(oldest, int(days.min()))
    if newest < 0:
        raise HistoryFileError(f"{source.path} has no row with a date such as 2020-09-22 in t_dat.")
    content = f"{records.end.crc:08x}-{records.end.rows}"
    return Survey(day_of(oldest + SHIFT_DAYS), day_of(newest + SHIFT_DAYS), in_order, content)


def _joined(parts: list[Arrays]) -> Arrays:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
