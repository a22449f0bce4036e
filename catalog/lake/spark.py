"""Spark for the commands: options and a session; run by `make spark`, it says what is missing."""

import logging
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from catalog.lake.tables import CUSTOMERS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

JAVA = "Java 17 or newer (on Debian: apt-get install openjdk-17-jre-headless)"
LOOPBACK = "127.0.0.1"
PYSPARK = "pyspark (pip install -r requirements-spark.txt)"


class SparkMissingError(Exception):
    """Something that Spark needs isn't installed; the message says what."""


def missing() -> list[str]:
    has_java = shutil.which("java") or os.environ.get("JAVA_HOME")
    return [
        *([] if has_java else [JAVA]),
        *([] if find_spec("pyspark") else [PYSPARK]),
    ]


@contextmanager
def session(master: str, options: Sequence[str] = ()) -> "Iterator[SparkSession]":
    """A session on `master`, stopped at the end; `options` are KEY=VALUE of Spark's configuration.

    Executors run this Python and import the project from the same path as here. Raise
    SparkMissingError.
    """
    if needed := missing():
        raise SparkMissingError(f"Spark needs {' and '.join(needed)}")
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if master.startswith("local") or LOOPBACK in master:
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    builder = SparkSession.builder.master(master).appName("fashion-recommendations")
    for name, value in {**defaults(), **dict(option.split("=", 1) for option in options)}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    # It logs every call, and at exit to a stream that is closed.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    try:
        yield spark
    finally:
        spark.stop()


def defaults() -> dict[str, str]:
    shared = {"DJANGO_SETTINGS_MODULE": "storefront.settings", "VAR_DIR": str(settings.VAR_DIR)}
    shared |= {"PYTHONPATH": str(settings.BASE_DIR), "OMP_NUM_THREADS": "1"}
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "1g",
        # Partitions are parts: none may be merged with another.
        "spark.sql.adaptive.enabled": "false",
        # What a dying executor leaves undone counts as failed, several times if it is slow to go.
        "spark.task.maxFailures": "8",
        "spark.sql.shuffle.partitions": "8",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1000000",
        "spark.sql.session.timeZone": "UTC",
        **{f"spark.executorEnv.{name}": value for name, value in shared.items()},
    }


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
        choices=("lake", "database", "kafka"),
        default="lake",
        help="where Spark reads sales: files of export_history, PostgreSQL by month, or purchases "
        "on the topic, which must hold all of them (lake)",
    )
    add_lake_argument(parser)


def add_lake_argument(parser: CommandParser) -> None:
    parser.add_argument(
        "--lake",
        default=str(settings.LAKE_DIR),
        metavar="DIR",
        help="folder or URL of export_history's files",
    )


@contextmanager
def running(master: str, conf: Sequence[str], **_: object) -> "Iterator[SparkSession]":
    """A session of Spark. Raise CommandError where it can't be used."""
    if wrong := [option for option in conf if "=" not in option]:
        raise CommandError(f"--conf {wrong[0]}: KEY=VALUE is needed")
    try:
        with session(master, conf) as spark:
            yield spark
    except SparkMissingError as error:
        raise CommandError(str(error)) from error


def lake_of(source: str, lake: str) -> str | None:
    """Where the lake's files are, None to read the database instead. Raise CommandError where the
    source is a lake that isn't there."""
    there = "://" in lake or (Path(lake) / CUSTOMERS).exists()
    if source == "lake" and not there:
        raise CommandError(f"{lake} has no sales: run export_history first, or --source database")
    return lake if there and source != "database" else None


if __name__ == "__main__":
    sys.exit(f"Spark needs {' and '.join(missing())}" if missing() else 0)
