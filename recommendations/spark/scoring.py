"""The export's lines, computed by executors.

Imported before Django is set up: what needs it may only be imported inside the functions.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from recommendations.serving.export import Wanted


@contextmanager
def on_cluster(
    spark: "SparkSession", folder: Path, form: str
) -> Iterator[Callable[[Sequence[list["Wanted"]]], list[list[str]]]]:
    """Maps batches of customers to lines; the bundle is at the same path on every machine, or in
    the object store."""
    context = spark.sparkContext
    lines = partial(_lines, str(folder), form)
    yield lambda batches: context.parallelize(batches, len(batches)).map(lines).collect()


def _lines(folder: str, form: str, batch: list["Wanted"]) -> list[str]:
    _opened(folder, form)
    from recommendations.serving.export import lines_of

    return lines_of(batch)


@cache
def _opened(folder: str, form: str) -> None:
    """Once per Python process of an executor."""
    django.setup()
    from recommendations.bundle.object_store import fetch
    from recommendations.serving.export import open_in_worker

    fetch(Path(folder))
    open_in_worker(Path(folder), form)
