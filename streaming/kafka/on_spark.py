"""The purchases that the topic holds, as a Spark DataFrame: each task reads a range of offsets.

Imported before Django is set up: what needs it may only be imported inside the functions.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import Final, NamedTuple

import msgspec
import pyarrow as pa
from confluent_kafka import Consumer, Message, TopicPartition
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.storagelevel import StorageLevel

from catalog.quantities import MAX_KEY
from streaming.events.actions import Action
from streaming.events.schema import Purchase, decode
from streaming.events.spans import DAY_MS
from streaming.kafka import between

Batches = Iterator[pa.RecordBatch]
COLUMNS: Final = ("day", "customer", "article", "price", "channel")
SCHEMA: Final = pa.schema(
    {
        "partition": pa.int32(),
        "offset": pa.int64(),
        "event": pa.string(),
        **dict.fromkeys(COLUMNS, pa.int32()),
        "price": pa.float32(),
    }
)
# Offsets that a task reads.
RANGE: Final = 1_000_000
PURCHASE: Final = f'"{Action.PURCHASE.value}"'.encode()


class Span(NamedTuple):
    """Offsets of a partition, `end` not among them."""

    partition: int
    begin: int
    end: int

    def ranges(self) -> Iterator["Span"]:
        for begin in range(self.begin, self.end, RANGE):
            yield Span(self.partition, begin, min(begin + RANGE, self.end))


def purchases(
    spark: SparkSession, topic: str, config: Mapping[str, object], spans: Iterable[Span]
) -> DataFrame:
    """COLUMNS of each purchase by a customer, `day` since 1970: of several messages of one id only
    the first. `config` is a consumer's; messages that can't be read are left out, as the stream
    does."""
    ranges = [part for span in spans for part in span.ranges()]
    spread = spark.createDataFrame(ranges, "partition int, begin long, end long")
    task = partial(_read, topic, {**config, "enable.partition.eof": True})
    read = spread.repartition(len(ranges) or 1).mapInArrow(task, from_arrow_schema(SCHEMA))
    first = f.min(f.struct("partition", "offset", *COLUMNS)).alias("first")
    found = read.groupBy("event").agg(first).select(*(f"first.{name}" for name in COLUMNS))
    # Read from the broker once, whatever is computed.
    return found.persist(StorageLevel.DISK_ONLY)


def _read(topic: str, config: Mapping[str, object], batches: Batches) -> Batches:
    with closing(Consumer(dict(config))) as consumer:
        for batch in batches:
            for span in batch.to_pylist():
                begin = TopicPartition(topic, span["partition"], span["begin"])
                for messages in between(consumer, begin, span["end"]):
                    yield _batch(messages)


def _batch(messages: Iterable[Message]) -> pa.RecordBatch:
    rows = [
        (m.partition(), m.offset(), e.id, e.ts // DAY_MS, customer, e.article, e.price, e.channel)
        for m in messages
        if (e := _purchase(m.value())) and (customer := _customer(e.shopper))
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    arrays = [pa.array(of, field.type) for of, field in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def _purchase(message: bytes | None) -> Purchase | None:
    if message is None or PURCHASE not in message:
        return None
    try:
        event = decode(message)
    except msgspec.DecodeError:
        return None
    return event if isinstance(event, Purchase) else None


def _customer(shopper: str) -> int:
    """The customer's key, 0 for somebody not known."""
    key = int(shopper[1:]) if shopper.startswith("c") else 0
    return key if key <= MAX_KEY else 0
