"""The options --engine, --master, --lake and --conf of commands that read the whole history."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from recommendations.dataset.load import load_inputs
from recommendations.spark.session import SparkMissingError, session
from recommendations.training.run import Load


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
        "--source",
        choices=("lake", "database"),
        default="lake",
        help="where Spark reads sales: files of export_history, or PostgreSQL by month (lake)",
    )
    parser.add_argument(
        "--lake", default=str(settings.LAKE_DIR), metavar="DIR", help="of export_history"
    )
    parser.add_argument(
        "--conf", action="append", default=[], metavar="KEY=VALUE", help="of Spark; repeatable"
    )


@contextmanager
def engine(
    engine: str, master: str, source: str, lake: str, conf: Sequence[str], **_: Any
) -> Iterator[Load]:
    """What reads the history. Raise CommandError where Spark can't be used."""
    if engine == "local":
        yield load_inputs
        return
    if wrong := [option for option in conf if "=" not in option]:
        raise CommandError(f"--conf {wrong[0]}: KEY=VALUE is needed")
    if source == "lake" and not (Path(lake) / "customers.parquet").exists():
        raise CommandError(f"{lake} has no sales: run export_history first, or --source database")
    try:
        with session(master, conf) as spark:
            from recommendations.spark.history import loader

            yield loader(spark, Path(lake) if source == "lake" else None)
    except SparkMissingError as error:
        raise CommandError(str(error)) from error
