"""Where a command's work is done: in memory on this machine, or on Spark."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from catalog.lake.spark import lake_of, running
from recommendations.dataset.load import load_inputs
from recommendations.serving.export import Mapped
from recommendations.spark.scoring import on_cluster
from recommendations.training.run import Load


@contextmanager
def source_of_sales(engine: str, source: str, lake: str, **options: Any) -> Iterator[Load]:
    """What reads the history."""
    if engine == "local":
        yield load_inputs
        return
    files = lake_of(source, lake)
    with running(**options) as spark:
        from recommendations.spark.history import load_history

        yield partial(load_history, spark, source, files)


@contextmanager
def exporter(engine: str, **options: Any) -> Iterator[Mapped | None]:
    """What computes an export's lines."""
    if engine == "local":
        yield None
        return
    with running(**options) as spark:
        yield partial(on_cluster, spark)
