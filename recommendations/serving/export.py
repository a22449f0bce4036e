"""The export: twelve articles for each customer of a file.

Memory holds the customers' ids and a few batches. An interrupted export resumes after its last
whole line, if everything that determines its content is unchanged.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np
from django.db import connection

from catalog.ingest.errors import IngestError
from recommendations.bundle.reader import ABSENT, Bundle, Ints, open_bundle
from recommendations.ranking.pipeline import predicted_rows
from recommendations.serving.customers_file import Customers, read_customers
from recommendations.serving.export_formats import KAGGLE, finish, header_of, line_of

K = 12
BATCH = 2000
WORKERS = 2
AHEAD = 4 * WORKERS
# The key of nobody.
NEWCOMER = -1

# One customer of the file: the id as given, and our key; None for an unknown one.
Wanted = tuple[str, int | None]
# Batches to their lines, in order; and what opens a bundle for that.
Lines = Callable[[Sequence[list[Wanted]]], list[list[str]]]
Mapped = Callable[[Path, str], AbstractContextManager[Lines]]


@dataclass(frozen=True)
class Exported:
    """The number of lines, how many of them an earlier run had written, and the number of duplicate
    rows in the customers' file."""

    written: int
    before: int
    repeated: int


def export(
    folder: Path,
    customers: Path,
    target: Path,
    progress: Callable[[int], None],
    form: str = KAGGLE,
    mapped: Mapped | None = None,
) -> Exported:
    """Write a line for each customer of the file, from the bundle in `folder`; `mapped` computes
    the lines, by default in processes of this machine.

    Raise IngestError, BundleError, OSError.
    """
    wanted = read_customers(customers)
    if form == KAGGLE and not wanted.are_kaggles:
        raise IngestError(
            f"{customers}: not all ids are 64 hexadecimal digits, as Kaggle's submissions need; "
            "--format jsonl and parquet take ids of any form."
        )
    partial = target.with_name(f"{target.name}.{identity(folder, wanted, form)}.part")
    before = whole_lines(partial, form)
    written = write(mapped or in_processes, folder, wanted, partial, before, progress, form)
    finish(form, partial, target)
    return Exported(written, before, wanted.repeated)


def identity(folder: Path, wanted: Customers, form: str) -> str:
    """A name that changes with everything that determines the file's content: the customers and
    their keys, the model and its as-of day, the format, the number of articles."""
    digest = sha256(f"{folder.name} {form} {K}".encode())
    for text in wanted.ids.to_pylist():
        digest.update(f"{text}\n".encode())
    digest.update(wanted.keys.tobytes())
    return f"{folder.name}-{digest.hexdigest()[:16]}"


@contextmanager
def in_processes(folder: Path, form: str) -> Iterator[Lines]:
    context = multiprocessing.get_context("fork")
    # A child must not inherit the connection, which it doesn't need.
    connection.close()
    with context.Pool(WORKERS, open_in_worker, (folder, form)) as pool:
        yield lambda batches: pool.map(lines_of, batches, chunksize=1)


def write(
    mapped: Mapped,
    folder: Path,
    wanted: Customers,
    partial: Path,
    written: int,
    progress: Callable[[int], None],
    form: str,
) -> int:
    """Append the remaining lines to the partial file; return its number of customers."""
    with mapped(folder, form) as lines_of_all, partial.open("a", encoding="utf-8") as file:
        if partial.stat().st_size == 0:
            file.write(header_of(form))
        batches = wanted.batches(written, BATCH)
        # Batches are read here: the pool would read all customers at once.
        while some := list(islice(batches, AHEAD)):
            for lines in lines_of_all(some):
                file.writelines(lines)
                written += len(lines)
            file.flush()
            progress(written)
    return written


def whole_lines(partial: Path, form: str) -> int:
    """Cut off a truncated last line; return how many customers the file holds."""
    if not partial.exists():
        return 0
    with partial.open("rb+") as file:
        lines = size = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            lines, size = lines + 1, size + len(line)
        file.truncate(size)
    return max(lines - bool(header_of(form)), 0)


class Worker:
    """A process that holds one bundle."""

    bundle: Bundle
    form: str
    newcomer: Ints


def open_in_worker(folder: Path, form: str) -> None:
    Worker.bundle, Worker.form = open_bundle(folder), form
    Worker.newcomer = predicted_rows(Worker.bundle, np.array([NEWCOMER], np.int32), K)[0]


def lines_of(batch: list[Wanted]) -> list[str]:
    """One line per customer; the newcomers' list for those unknown or without a purchase."""
    bundle = Worker.bundle
    keys = np.array([NEWCOMER if key is None else key for _, key in batch], np.int32)
    known = np.isin(keys, bundle.customers.key)
    rows = np.full((len(batch), K), ABSENT, np.int32)
    rows[known] = predicted_rows(bundle, keys[known], K)
    rows[~known] = Worker.newcomer
    lists = zip((name for name, _ in batch), rows.tolist(), strict=True)
    return [line_of(Worker.form, name, articles_of(bundle, own)) for name, own in lists]


def articles_of(bundle: Bundle, rows: list[int]) -> list[str]:
    """article_ids of the rows, without padding."""
    return [f"{bundle.article[row]:010d}" for row in rows if row != ABSENT]
