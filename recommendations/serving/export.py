"""The export in the format of Kaggle's submissions: customer_id,prediction, twelve articles each.

Streamed: memory holds a few batches. A file cut short is taken up after its last whole line.
"""

import csv
import gzip
import multiprocessing
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.db import connection

from catalog.models import Customer
from recommendations.bundle.reader import Bundle, open_bundle
from recommendations.ranking.pipeline import Constraints, personal_shelf
from recommendations.retrieval.profile import after_history, profile_of
from streaming.identity.tombstones import erased_customers

K = 12
BATCH = 2000
HEADER = "customer_id,prediction\n"
WORKERS = 2
AHEAD = 4 * WORKERS

# One customer of the file: the id as it stands there, and our key; None for one we don't know.
Wanted = tuple[str, int | None]


class CustomersFileError(Exception):
    """The file of customers can't be read; the message names the line."""


def export(
    folder: Path, customers: Path, target: Path, progress: Callable[[int], None]
) -> tuple[int, int]:
    """Write a line for each customer of the file, from the bundle in `folder`.

    Return how many lines the file has, and how many of them an earlier run had written. Raise
    CustomersFileError, BundleError, OSError.
    """
    partial = target.with_name(f"{target.name}.{folder.name}.part")
    done = whole_lines(partial)
    written = done
    context = multiprocessing.get_context("fork")
    # A child must not inherit the connection; it needs none.
    connection.close()
    with context.Pool(WORKERS, open_in_worker, (folder,)) as pool, partial.open("a") as file:
        if partial.stat().st_size == 0:
            file.write(HEADER)
        batches = wanted(customers, done)
        # Read here rather than by the pool, which would take the whole file into memory.
        while some := list(islice(batches, AHEAD)):
            for lines in pool.map(lines_of, some, chunksize=1):
                file.writelines(lines)
                written += len(lines)
            file.flush()
            progress(written)
    partial.replace(target)
    return written, done


def whole_lines(partial: Path) -> int:
    """Cut off a torn last line; return how many customers the file holds."""
    if not partial.exists():
        return 0
    with partial.open("rb+") as file:
        lines = size = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            lines, size = lines + 1, size + len(line)
        file.truncate(size)
    return max(lines - 1, 0)


def wanted(customers: Path, skip: int) -> Iterator[list[Wanted]]:
    """The customers of the file after the first `skip`, in batches, by what we know them by."""
    ids = islice(ids_of(customers), skip, None)
    while batch := list(islice(ids, BATCH)):
        found = Customer.objects.filter(customer_id__in=batch).exclude(pk__in=erased_customers())
        keys = dict(found.values_list("customer_id", "pk"))
        yield [(customer, keys.get(customer)) for customer in batch]


def ids_of(customers: Path) -> Iterator[str]:
    """The column customer_id of a CSV file, plain or .gz."""
    opened = gzip.open if customers.suffix == ".gz" else open
    with opened(customers, "rt", newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if "customer_id" not in header:
            raise CustomersFileError(f"{customers}: line 1 names no column customer_id")
        column = header.index("customer_id")
        for row in reader:
            if len(row) <= column or not row[column]:
                raise CustomersFileError(f"{customers}: line {reader.line_num} has no customer_id")
            yield row[column]


class Worker:
    """A process that knows one bundle."""

    bundle: Bundle
    unknown: str


def open_in_worker(folder: Path) -> None:
    Worker.bundle = open_bundle(folder)
    Worker.unknown = prediction(Worker.bundle, None)


def lines_of(batch: list[Wanted]) -> list[str]:
    """A line each; who is unknown, or bought nothing, gets the list for newcomers."""
    known = Worker.bundle.customers
    lines = []
    for name, key in batch:
        is_new = key is None or known.of(key) is None
        lines.append(f"{name},{Worker.unknown if is_new else prediction(Worker.bundle, key)}\n")
    return lines


def prediction(bundle: Bundle, customer: int | None) -> str:
    """Twelve article_ids with blanks between."""
    profile = profile_of(bundle, (), customer, after_history(bundle))
    picks = personal_shelf(bundle, profile, K, Constraints())
    return " ".join(f"{bundle.article[pick.row]:010d}" for pick in picks)
