"""The history as a Spark DataFrame, from the lake or straight from PostgreSQL."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from confluent_kafka import KafkaException
from django.conf import settings
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.storagelevel import StorageLevel

from catalog.lake.frames import by_month, copied_once, sales_of_lake, without_customers
from catalog.models import Transaction
from catalog.period import data_period, month_ranges
from recommendations.dataset.inputs import Progress, Sales, day_number
from recommendations.dataset.load import (
    AGE_COLUMNS,
    AGES,
    SALE_COLUMNS,
    SALES,
    NothingToTrainOnError,
    load_articles,
)
from recommendations.spark.parts import COLUMNS, SparkParts, same
from streaming import kafka
from streaming.consumer.lag import partition_lags
from streaming.consumer.processor import NO_POSITION
from streaming.identity.tombstones import erased_customers
from streaming.kafka import on_spark, topics

# A part's sales are held in memory by one task: this many take some 500 MB with all that is made
# of them.
SALES_PER_PART = 1_000_000
LEAST_PARTS = 4
SALES_SCHEMA = "day int, customer int, article int, price float, channel int"


@dataclass(frozen=True)
class SparkHistory:
    """A History on a cluster."""

    articles: pd.DataFrame
    frame: DataFrame
    as_of: date

    @property
    def as_of_day(self) -> int:
        return day_number(self.as_of)

    @property
    def parts(self) -> SparkParts[Sales]:
        return SparkParts(self.frame, self.articles["article"].to_numpy(np.int32), same)

    def between(self, first: int, last: int) -> "SparkHistory":
        return replace(self, frame=self.frame.where(f.col("day").between(first, last)))

    def until(self, day: int) -> "SparkHistory":
        as_of = self.as_of - timedelta(self.as_of_day - day)
        return replace(self, frame=self.frame.where(f.col("day") <= day), as_of=as_of)


def load_history(
    spark: SparkSession,
    source: str,
    lake: str | None,
    as_of: date | None,
    today: date,
    progress: Progress,
) -> SparkHistory:
    """The sales up to a day from the source: the lake, PostgreSQL by month ("database"), or the
    topic ("kafka"); ages from the lake, or without one from PostgreSQL.

    Raise NothingToTrainOnError when there is no article, or the topic lacks sales.
    """
    articles = load_articles()
    if articles.empty:
        raise NothingToTrainOnError("there is no article to train on: run ingest_hm first")
    period = data_period()
    until = as_of or (period.last if period else today)
    first = period.first if period else until
    sales = sales_from(spark, source, lake, month_ranges(first, until), progress)
    days = f.col("day").between(day_number(first), day_number(until))
    frame = in_parts(sales.where(days), ages(spark, lake), erased_customers())
    count = frame.count()
    if source == "kafka":
        refuse_partial(count, first, until)
    progress(f"{len(articles):,} articles; {count:,} sales up to {until}")
    return SparkHistory(articles, frame, until)


def sales_from(
    spark: SparkSession,
    source: str,
    lake: str | None,
    months: Iterable[tuple[date, date]],
    progress: Progress,
) -> DataFrame:
    if source == "kafka":
        return sales_of_topic(spark, progress)
    if source == "lake":
        return sales_of_lake(spark, str(lake))
    return by_month(spark, months, SALES, SALE_COLUMNS, SALES_SCHEMA)


def sales_of_topic(spark: SparkSession, progress: Progress) -> DataFrame:
    """Up to where the topic ends now: whatever is read again ends there too."""
    topic = settings.KAFKA_TOPIC
    try:
        lags = partition_lags(dict.fromkeys(range(topics.size()), NO_POSITION))
    except KafkaException as error:
        raise NothingToTrainOnError(f"topic {topic} can't be read: {error}") from error
    places = ", ".join(f"{lag.partition}: {lag.first}-{lag.end}" for lag in lags)
    progress(f"topic {topic}, offsets by partition: {places}")
    spans = [on_spark.Span(lag.partition, lag.first, lag.end) for lag in lags]
    return on_spark.purchases(spark, topic, kafka.consumer("training"), spans)


def refuse_partial(count: int, first: date, until: date) -> None:
    known = Transaction.objects.filter(t_dat__range=(first, until)).count()
    if count < known:
        raise NothingToTrainOnError(
            f"topic {settings.KAFKA_TOPIC} holds {count:,} of the {known:,} sales from {first} to "
            f"{until}: its retention has cut them off, or they were never replayed. Train with "
            "--source lake or database, or replay the history first."
        )


def ages(spark: SparkSession, lake: str | None) -> DataFrame:
    if lake:
        return spark.read.parquet(f"{lake}/customers.parquet")
    return copied_once(spark, AGES, AGE_COLUMNS, "customer int, age int")


def in_parts(sales: DataFrame, ages: DataFrame, erased: Collection[int]) -> DataFrame:
    """Partitions by ranges of customers, each sorted by day, kept for the jobs to come."""
    size: Any = sales.agg(f.count("*"), f.max("customer")).first()
    parts = max(LEAST_PARTS, -(-size[0] // SALES_PER_PART))
    part = f.floor(f.col("customer").cast("long") * parts / f.lit((size[1] or 0) + 1)).cast("int")
    known = without_customers(sales.join(ages, "customer", "left").fillna(-1, ["age"]), erased)
    spread = known.select(*COLUMNS).repartitionById(parts, part)
    # A full order, so that sums are rounded alike in every run.
    frame = spread.sortWithinPartitions("day", "customer", "article", "price", "channel")
    return frame.persist(StorageLevel.MEMORY_AND_DISK)
