"""Transactions: block by block into their months' tables, each block with its checkpoint.

While PostgreSQL takes one block, a second thread cleans and encodes the next and a third parses the
one after; all are spent in C code that releases the GIL.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from catalog.ingest import partitions, session
from catalog.ingest.clean import clean_transactions
from catalog.ingest.copying import by_month, copy_rows, encode
from catalog.ingest.job import Job
from catalog.ingest.keys import CustomerKeys
from catalog.ingest.known import known_articles, known_customers
from catalog.ingest.records import Position, Records, Reject

T = TypeVar("T")
NAME = "transactions_train"
BUILDERS = 2
BUILDER = {
    # The builders are parallel already.
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    # Foreign keys are checked by merging two indexes, without a hash of all customers a month.
    "enable_hashjoin": "off",
}


@dataclass(frozen=True)
class Block:
    """Rows ready for COPY by month, the rejects, and the file position after them."""

    months: dict[date, npt.NDArray[np.void]]
    rejects: list[Reject]
    end: Position


def load_transactions(job: Job) -> None:
    """Everything from the file's checkpoint to its end; the month tables still stand apart."""
    customers, articles = known_customers(), known_articles()
    with job.reading(NAME) as (records, show):
        for block in ahead(prepare(item, customers, articles) for item in ahead(records)):
            with transaction.atomic():
                for month, rows in block.months.items():
                    partitions.create_apart(month)
                    copy_rows(partitions.table_of(month), rows)
                job.checkpoint(NAME, block.end, block.rejects)
            show(block.end)


def prepare(records: Records, customers: CustomerKeys, articles: npt.NDArray[np.int32]) -> Block:
    """Pure: clean and encode one block. A row's id is its place among the rows of the file."""
    found = clean_transactions(records.table, customers, articles)
    rejects = records.malformed + [
        records.reject(row, reason) for row, reason in found.reasons.items()
    ]
    rejects.sort(key=lambda reject: reject.line)
    rows = encode(found, records.numbers[found.rows])
    return Block(by_month(rows, found.days), rejects, records.end)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one made in a thread of its own while this one is used."""
    with ThreadPoolExecutor(1) as pool:
        upcoming = pool.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = pool.submit(next, items, None)
            yield item


def attach_months(job: Job) -> None:
    """Index and check the loaded months side by side, then show them all at once."""
    months = [partitions.month_of(table) for table in partitions.apart()]
    with job.phases.phase("indexes and keys", len(months)) as advance:
        for done, _ in enumerate(build_all(months), start=1):
            advance(done, 0)
        with transaction.atomic():
            for month in months:
                partitions.attach(month)
            file = job.files[NAME]
            file.done = True
            file.save()


def build_all(months: list[date]) -> Iterator[date]:
    """Build the months' indexes and foreign keys in a few connections; yields what is finished."""
    with ThreadPoolExecutor(BUILDERS) as pool:
        building = {pool.submit(build, month): month for month in months}
        try:
            for future in as_completed(building):
                future.result()
                yield building[future]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def build(month: date) -> None:
    """In a thread of the pool: build one month in a connection of the thread's own."""
    try:
        session.prepare(**BUILDER)
        partitions.build(month)
    finally:
        connection.close()
