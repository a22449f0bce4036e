"""Articles with their look-up tables, and customers: read whole, in parallel, one transaction each.

Customers use a connection of their own and commit second, because the rejects file is truncated to
the length in the latest checkpoint. They are still being written while the first sales load.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import connection, transaction

from catalog.ingest import partitions, session
from catalog.ingest.checks import quality
from catalog.ingest.checks.quality import Quality
from catalog.ingest.cleaning.articles import clean_articles
from catalog.ingest.cleaning.customers import clean_customers
from catalog.ingest.cleaning.outcome import Cleaned, Rows
from catalog.ingest.cleaning.transactions import is_known
from catalog.ingest.job import Job
from catalog.ingest.keys.assigned import keys_of
from catalog.ingest.keys.existing import known_articles, known_customers
from catalog.ingest.keys.lookup import UNKNOWN, CustomerKeys, first_occurrences
from catalog.ingest.loading import terms
from catalog.ingest.loading.copying import copy_table
from catalog.ingest.loading.without_indexes import without_indexes
from catalog.ingest.reading.columns import ARTICLES, CUSTOMERS
from catalog.ingest.reading.position import Position
from catalog.ingest.reading.records import REPEATED, Reject
from catalog.models import Article, Customer

NewRows = Callable[[pa.Array], Rows]

ARTICLE = {
    "article_id": "id",
    "product_code": "product_id",
    "prod_name": "name",
    "detail_desc": "description",
    "product_type_no": "product_type_id",
    "graphical_appearance_no": "appearance_id",
    "colour_group_code": "colour_id",
    "perceived_colour_value_id": "colour_value_id",
    "perceived_colour_master_id": "colour_master_id",
    "department_no": "department_id",
    "index_code": "index_id",
    "section_no": "section_id",
    "garment_group_no": "garment_group_id",
}


@dataclass(frozen=True)
class Dimension:
    """A whole file's usable rows; `numbers` are their row numbers in the file."""

    table: pa.Table
    numbers: npt.NDArray[np.int64]
    rejects: list[Reject]
    end: Position
    quality: Quality


@dataclass(frozen=True)
class NewCustomers:
    """The customers to write, None if there is nothing to do, and the keys of all."""

    rows: Dimension | None
    all_keys: CustomerKeys


@contextmanager
def loaded_dimensions(job: Job) -> Iterator[tuple[CustomerKeys, Future[None]]]:
    """Load articles here, customers in a thread with its own connection.

    Yields all customers' keys as soon as these are known, and a future that ends when the customers
    are committed: sales must not commit before.
    """
    catalogue: Future[None] = Future()
    known = known_customers()
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(read_customers, job, known)
        written = pool.submit(write_customers, job, read, catalogue)
        try:
            if not job.files[ARTICLES].done:
                write_catalogue(job, read_articles(job, known_articles()))
        except BaseException as error:
            catalogue.set_exception(error)
            raise
        catalogue.set_result(None)
        with job.phases.phase("customers, the rest"):
            keys = read.result().all_keys
        del read  # and with it, once written, the customers' rows
        yield keys, written
        written.result()


def read_articles(job: Job, known: npt.NDArray[np.int32]) -> Dimension:
    return read_dimension(
        job,
        ARTICLES,
        clean_articles,
        "article_id",
        lambda keys: fresh_articles(keys.to_numpy(), known),
    )


def write_catalogue(job: Job, found: Dimension) -> None:
    """Articles, products and look-up tables, in one transaction with the checkpoint."""
    with job.phases.phase("catalogue"), transaction.atomic():
        attributes = found.table.drop_columns(["prod_name", "detail_desc"]).to_pandas()
        job.run.report["warnings"] = terms.ambiguous(attributes)
        job.run.save()
        terms.write_terms(attributes)
        write_articles(found.table)
        job.checkpoint(ARTICLES, found.end, found.rejects, found.quality, done=True)


def read_customers(job: Job, known: CustomerKeys) -> NewCustomers:
    """The file's new customers with their previous or new keys."""
    if job.files[CUSTOMERS].done:
        return NewCustomers(None, known)
    session.prepare()
    found = read_dimension(
        job,
        CUSTOMERS,
        clean_customers,
        "customer_id",
        lambda ids: fresh_customers(ids, known),
        beside=True,
    )
    ids = found.table["customer_id"]
    keys = keys_of(ids, found.numbers)
    table = found.table.rename_columns([name.lower() for name in found.table.column_names])
    found = replace(found, table=table.add_column(0, "id", [keys]))
    return NewCustomers(found, known.joined(ids.combine_chunks(), keys.astype(np.int32)))


def write_customers(job: Job, read: Future[NewCustomers], catalogue: Future[None]) -> None:
    """In one transaction with the checkpoint, which commits after the catalogue."""
    try:
        if (found := read.result().rows) is None:
            return
        with job.phases.phase("customer keys", beside=True), transaction.atomic():
            with without_indexes(Customer):
                copy_table("catalog_customer", found.table)
            catalogue.result()
            job.checkpoint(CUSTOMERS, found.end, found.rejects, found.quality, done=True)
    finally:
        connection.close()


def fresh_articles(keys: npt.NDArray[np.int32], known: npt.NDArray[np.int32]) -> Rows:
    """Indices, in order, of the first row of each new key."""
    first: Rows = np.sort(np.unique(keys, return_index=True)[1])
    fresh: Rows = first[~is_known(keys[first], known)]
    return fresh


def fresh_customers(ids: pa.Array, known: CustomerKeys) -> Rows:
    """Indices, in order, of the first row of each new id."""
    first: Rows = first_occurrences(ids)
    once = ids if len(first) == len(ids) else ids.take(pa.array(first))
    fresh: Rows = first[known.find_ids(once) == UNKNOWN]
    return fresh


def read_dimension(
    job: Job,
    name: str,
    clean: Callable[[pa.Table], Cleaned],
    key: str,
    fresh: NewRows,
    *,
    beside: bool = False,
) -> Dimension:
    """Read and clean the rest of a file. Of rows with the same key the first is used."""
    tables, lines, numbers, rejects = [], [], [], []
    emptied: Counter[str] = Counter()
    with job.reading(name, beside=beside) as (blocks, show):
        for records in blocks:
            cleaned = clean(records.table)
            tables.append(cleaned.table)
            emptied += cleaned.emptied
            lines.append(records.lines[cleaned.rows])
            numbers.append(records.numbers[cleaned.rows])
            rejects += records.malformed
            rejects += [records.reject(row, why) for row, why in cleaned.reasons.items()]
            job.check_rejects(name, rejects)
            show(records.end)
    table, line = pa.concat_tables(tables), np.concatenate(lines)
    keep = fresh(table[key].combine_chunks())
    rejects += repeated(job, name, key, np.delete(line, keep))
    rejects.sort(key=lambda reject: reject.line)
    table = table if len(keep) == len(table) else table.take(keep)
    number = np.concatenate(numbers)[keep]
    return Dimension(table, number, rejects, records.end, quality.of_table(table, emptied))


def repeated(job: Job, name: str, key: str, lines: npt.NDArray[np.int64]) -> list[Reject]:
    """Rejects for rows with a duplicate key, as they appear in the file, which is read again."""
    if not len(lines):
        return []
    rejects = []
    for records in job.sources[name].read(job.start(name), job.block_bytes):
        rows = np.flatnonzero(np.isin(records.lines, lines)).tolist()
        rejects += [records.reject(row, f"{key} {REPEATED}") for row in rows]
    return rejects


def write_articles(found: pa.Table) -> None:
    # Check the look-up tables' deferred foreign keys now: pending checks would block DDL.
    partitions.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with without_indexes(Article):
        copy_table("catalog_article", found.select(list(ARTICLE)).rename_columns(ARTICLE))
