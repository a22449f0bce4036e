"""Loads transactions block by block into their months' tables, with a checkpoint per block.

The blocks of a month share a transaction, because rows loaded into a table created in the same
transaction are written once: frozen, so that VACUUM doesn't rewrite them, and without a write-ahead
log if the server doesn't need one.

While PostgreSQL takes one block, a second thread cleans and encodes the next and a third parses the
one after; all of them spend their time in C code that releases the GIL.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import connection, transaction

from catalog.ingest import partitions, session
from catalog.ingest.checks import quality
from catalog.ingest.checks.quality import Quality
from catalog.ingest.cleaning.typed import clean
from catalog.ingest.job import Job
from catalog.ingest.keys.existing import known_articles
from catalog.ingest.keys.lookup import CustomerKeys, KnownKeys
from catalog.ingest.loading import article_weeks
from catalog.ingest.loading.copying import by_month, copy_rows, encode
from catalog.ingest.prefetch import prefetched
from catalog.ingest.prices import with_prices
from catalog.ingest.reading.columns import SALES
from catalog.ingest.reading.position import Position
from catalog.ingest.reading.records import Records, Reject
from catalog.period import month_of

# The most blocks a crash can cost; a month of the full data set has about nine.
MAX_BLOCKS = 16
BUILDERS = 2
BUILDER = {
    # Sorts a month's index in runs that fit into a processor's cache and merges them, which takes
    # a fifth less time than sorting it at once.
    "maintenance_work_mem": "2MB",
    # The builders already run in parallel.
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    # 9,000 sampled rows are enough for one month; the whole table uses the default.
    "default_statistics_target": "30",
}


class Builders:
    """A few connections that build the indexes and foreign keys of loaded months."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(BUILDERS)
        self.building: dict[date, Future[None]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown(cancel_futures=True)

    def start(self, months: Iterable[date]) -> None:
        for month in months:
            if not self.building:
                # With all pages marked all-visible, months check their customers by index alone.
                self.pool.submit(
                    in_session, partitions.execute, "VACUUM (ANALYZE) catalog_customer"
                )
            if month not in self.building:
                self.building[month] = self.pool.submit(in_session, build, month)

    def finished(self, months: list[date]) -> Iterator[Future[None]]:
        """Yields months as they finish building; raises if one failed."""
        self.start(months)
        for future in as_completed([self.building[month] for month in months]):
            future.result()
            yield future


def in_session(work: Callable[..., None], *arguments: object) -> None:
    """In a pool thread, with a connection of its own."""
    try:
        session.prepare(**BUILDER)
        work(*arguments)
    finally:
        connection.close()


def build(month: date) -> None:
    partitions.create_indexes(month)
    partitions.add_foreign_keys(month)


@dataclass(frozen=True)
class Block:
    """Rows ready for COPY by month, their sales by week, the rejects, the quality, and the file
    position after them."""

    months: dict[date, npt.NDArray[np.void]]
    weeks: pa.Table
    rejects: list[Reject]
    quality: Quality
    end: Position


def load(job: Job, customers: CustomerKeys, written: Future[None]) -> None:
    """Load from the file's checkpoint to its end, then make all months visible at once.

    `written` ends when the customers are committed.
    """
    known = with_prices(KnownKeys(customers, known_articles()), job.sources)
    with Builders() as builders:
        load_transactions(job, known, builders, written)
        attach_months(job, builders)


def load_transactions(
    job: Job, known: KnownKeys, builders: Builders, written: Future[None]
) -> None:
    """Load the rest of the file; completed months are built while the next one loads."""
    with job.reading(SALES) as (records, show):
        blocks = prefetched(prepare(item, known) for item in prefetched(records))
        for _, together in groupby(blocks, key=Grouping(partitions.months(), written)):
            with transaction.atomic():
                earliest = load_together(job, together, show, written)
            builders.start(month for month in detached_months() if month < earliest)
    job.check_share(SALES, at_end=True)


@dataclass
class Grouping:
    """Assigns blocks to transactions: a new one for a new month, or after MAX_BLOCKS, but only once
    the customers are written."""

    months: set[date]
    written: Future[None]
    number: int = 0
    blocks: int = 0

    def __call__(self, block: Block) -> int:
        full = self.blocks >= MAX_BLOCKS or not block.months.keys() <= self.months
        if full and self.written.done():
            self.number, self.blocks = self.number + 1, 0
        self.blocks += 1
        self.months.update(block.months)
        return self.number


def load_together(
    job: Job, blocks: Iterator[Block], show: Callable[[Position], None], written: Future[None]
) -> date:
    """Inside a transaction: load blocks with their checkpoints, creating missing months. Customers
    commit first, and write their rejects first.

    Returns the earliest month of the last block.
    """
    old = partitions.months()
    new: set[date] = set()
    weeks = []
    earliest = date.min
    for block in blocks:
        for month, rows in block.months.items():
            if month not in old | new:
                partitions.create_detached(month)
                new.add(month)
            if month in old:  # its foreign keys are checked at once
                written.result()
            copy_rows(partitions.table_of(month), rows, frozen=month in new)
        weeks.append(block.weeks)
        if block.rejects:
            written.result()
        job.checkpoint(SALES, block.end, block.rejects, block.quality)
        show(block.end)
        earliest = min(block.months, default=earliest)
    article_weeks.write(weeks)
    written.result()
    return earliest


def prepare(records: Records, known: KnownKeys) -> Block:
    """Pure: clean and encode one block. A row's id is its row number in the file."""
    records, found = clean(records, known)
    rejects = records.malformed + [
        records.reject(row, reason) for row, reason in found.reasons.items()
    ]
    rejects.sort(key=lambda reject: reject.line)
    ids = records.numbers[found.rows]
    months = by_month(encode(found, ids), found.days)
    weeks = article_weeks.weeks_of(found, ids)
    return Block(months, weeks, rejects, quality.of_transactions(found), records.end)


def attach_months(job: Job, builders: Builders) -> None:
    """Index and check the remaining months, then attach them all at once."""
    months = detached_months()
    with job.phases.phase("indexes and keys", len(months)) as advance:
        for done, _ in enumerate(builders.finished(months), start=1):
            advance(done, 0)
        with transaction.atomic():
            for month in months:
                partitions.attach(month)
            file = job.files[SALES]
            file.done = True
            file.save()


def detached_months() -> list[date]:
    return list(map(month_of, partitions.detached_partitions()))
