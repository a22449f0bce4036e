"""Options of the commands that can also run on Spark."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from recommendations.dataset.load import load_inputs
from recommendations.serving.export import Mapped
from recommendations.spark.scoring import on_cluster
from recommendations.spark.session import SparkMissingError, session
from recommendations.training.run import Load

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def add_engine_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "--engine",
        choices=("local", "spark"),
        default="local",
        help="local: in memory, on this machine; spark: on a cluster, with the same result (local)",
    )
    parser.add_argument(
        "--master",
        default="local[*]",
        metavar="URL",
        help="of the cluster: local[*], spark://host:port or k8s://https://host:port (local[*])",
    )
    parser.add_argument(
        "--conf", action="append", default=[], metavar="KEY=VALUE", help="of Spark; repeatable"
    )


def add_source_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "--source",
        choices=("lake", "database"),
        default="lake",
        help="where Spark reads sales: files of export_history, or PostgreSQL by month (lake)",
    )
    parser.add_argument(
        "--lake",
        default=str(settings.LAKE_DIR),
        metavar="DIR",
        help="folder or URL of export_history's files",
    )


@contextmanager
def cluster(master: str, conf: Sequence[str], **_: object) -> "Iterator[SparkSession]":
    """A session of Spark. Raise CommandError where it can't be used."""
    if wrong := [option for option in conf if "=" not in option]:
        raise CommandError(f"--conf {wrong[0]}: KEY=VALUE is needed")
    try:
        with session(master, conf) as spark:
            yield spark
    except SparkMissingError as error:
        raise CommandError(str(error)) from error


@contextmanager
def source_of_sales(engine: str, source: str, lake: str, **options: Any) -> Iterator[Load]:
    """What reads the history."""
    if engine == "local":
        yield load_inputs
        return
    files = lake if source == "lake" else None
    if files and "://" not in files and not (Path(files) / "customers.parquet").exists():
        raise CommandError(f"{lake} has no sales: run export_history first, or --source database")
    with cluster(**options) as spark:
        from recommendations.spark.history import load_history

        yield partial(load_history, spark, files)


@contextmanager
def exporter(engine: str, **options: Any) -> Iterator[Mapped | None]:
    """What computes an export's lines."""
    if engine == "local":
        yield None
        return
    with cluster(**options) as spark:
        yield partial(on_cluster, spark)
