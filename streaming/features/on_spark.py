"""The features of history, made by Spark: one task for each home of shoppers, with the stream's own
reducer, straight into the store.

A task writes by the worker's script, behind a fence of its own: a task that is run again, or twice
at a time, writes nothing twice. Imported before Django is set up: what needs it may only be
imported inside the functions.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import django
import numpy as np
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from catalog.lake.frames import by_month, without_customers
from streaming.features import batch as event_batch
from streaming.features.batch import unlogged
from streaming.features.state import Attributes, pack
from streaming.features.trends import Increments
from web.arrays import Arrays

Batches = Iterator[pa.RecordBatch]
SCHEMA = "id long, day int, customer int, article int, price double, channel int"
COLUMNS = ("id", "day", "customer", "article", "price", "channel")
LINES = 5_000


@dataclass(frozen=True)
class Rebuild:
    """`fence` is the name of this rebuild's positions in the store, which has `homes` partitions;
    trends are computed for the moments `now_ms` and `latest_ms` of the shop's clock. At least
    `lines` are reduced and written at a time."""

    fence: str
    homes: int
    now_ms: int
    latest_ms: int
    articles: Mapping[int, Attributes]
    lines: int


def lines_of(
    spark: SparkSession, lake: str | None, first: date, last: date, erased: Collection[int]
) -> DataFrame:
    """The lines of these days from the lake, or without one from PostgreSQL, month by month."""
    if lake:
        days = f.col("t_dat").between(f.lit(first), f.lit(last))
        lines = spark.read.parquet(f"{lake}/sales").where(days)
        lines = lines.withColumn("day", f.unix_date("t_dat"))
    else:
        from catalog.period import month_ranges
        from streaming.history import COLUMNS as FORMS
        from streaming.history import QUERY

        query = QUERY.format("{}", "{}", "")
        lines = by_month(spark, month_ranges(first, last), query, FORMS, SCHEMA)
    return without_customers(lines, erased)


def write_features(lines: DataFrame, rebuild: Rebuild) -> int:
    """Write the features that the lines (COLUMNS) give; return the number of lines."""
    shopper = f.concat(f.lit("c"), f.col("customer").cast("string"))
    home = (f.crc32(shopper.cast("binary")) % rebuild.homes).cast("int")
    by_home = lines.select(*COLUMNS).repartitionById(rebuild.homes, home)
    # A full order: a task that is run again cuts the lines in the same places.
    ordered = by_home.sortWithinPartitions("customer", "id")
    done = ordered.mapInArrow(partial(_written, rebuild), "lines long")
    total: Any = done.agg(f.sum("lines")).first()
    return int(total[0] or 0)


def _written(rebuild: Rebuild, batches: Batches) -> Batches:
    django.setup()
    from streaming.connection import connect
    from streaming.features.processor import REDIS_TIMEOUT_S
    from streaming.features.store.writer import Effect, Writer

    context = TaskContext.get()
    partition = context.partitionId() if context else 0
    writer = Writer(connect(REDIS_TIMEOUT_S))
    reached = writer.positions(rebuild.fence, [partition])[partition]
    count = 0
    for number, lines in enumerate(whole_customers(batches, rebuild.lines)):
        count += len(lines["id"])
        if number <= reached:  # written by an earlier run of this task
            continue
        trends = Increments.around(rebuild.now_ms, rebuild.latest_ms)
        states = _states(lines, trends, rebuild.articles)
        effect = Effect(partition, rebuild.fence, number - 1, number, states, trends)
        writer.apply([effect])
    yield pa.record_batch([pa.array([count], pa.int64())], ["lines"])


def _states(
    lines: Arrays, trends: Increments, articles: Mapping[int, Attributes]
) -> dict[str, bytes]:
    from streaming.history import arrange, encoding

    good = unlogged(encoding.purchases(arrange(**lines)))
    made = event_batch.reduce(good, dict.fromkeys(good), articles, trends)
    return {shopper: pack(state) for shopper, state in made.states.items()}


def whole_customers(batches: Batches, least: int) -> Iterator[Arrays]:
    """At least `least` lines at a time, cut between customers; they are sorted by customer.

    The cuts depend on the lines only, however they come in batches.
    """
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        table = pa.Table.from_batches([*waiting, batch])
        customer = table["customer"].to_numpy()
        starts = np.flatnonzero(np.diff(customer, prepend=customer[:1] - 1))
        begin = 0
        while (place := int(np.searchsorted(starts, begin + least))) < len(starts):
            yield _arrays(table[begin : starts[place]])
            begin = int(starts[place])
        waiting = table[begin:].to_batches()
    if waiting:
        yield _arrays(pa.Table.from_batches(waiting))


def _arrays(table: pa.Table) -> Arrays:
    return {name: table[name].to_numpy() for name in COLUMNS}
