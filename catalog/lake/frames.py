"""The history as Spark DataFrames: from the lake, or copied from PostgreSQL by the executors.

Imported before Django is set up: models may only be imported inside the functions.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import partial

import django
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

Batches = Iterator[pa.RecordBatch]


def sales_of_lake(spark: SparkSession, lake: str) -> DataFrame:
    """All sales, with `day` since 1970."""
    sales = spark.read.parquet(f"{lake}/sales")
    return sales.withColumn("day", f.unix_date("t_dat")).drop("t_dat", "month")


def by_month(
    spark: SparkSession,
    months: Iterable[tuple[date, date]],
    query: str,
    columns: Mapping[str, str],
    schema: str,
) -> DataFrame:
    """Each executor copies months by itself; `query` has the places of a first and a last day."""
    days = [(first.isoformat(), last.isoformat()) for first, last in months]
    spread = spark.createDataFrame(days, "first string, last string").repartition(len(days) or 1)
    return spread.mapInArrow(partial(_copied, query, dict(columns)), schema)


def copied_once(
    spark: SparkSession, query: str, columns: Mapping[str, str], schema: str
) -> DataFrame:
    """A table that an executor copies whole."""
    frame = spark.createDataFrame([("", "")], "first string, last string")
    return frame.mapInArrow(partial(_copied, query, dict(columns)), schema)


def without_customers(frame: DataFrame, customers: Collection[int]) -> DataFrame:
    if not customers:
        return frame
    table = pa.table({"customer": pa.array(sorted(customers), pa.int32())})
    return frame.join(frame.sparkSession.createDataFrame(table), "customer", "left_anti")


def _copied(query: str, columns: Mapping[str, str], periods: Batches) -> Batches:
    django.setup()
    from catalog.columns import copy_columns

    for batch in periods:
        for period in batch.to_pylist():
            text = query.format(period["first"], period["last"])
            yield pa.record_batch(copy_columns(text, columns))
