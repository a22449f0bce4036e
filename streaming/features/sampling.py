"""A nightly comparison of a sample of the features with the log; the pipeline page shows the
result."""

import random
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from secrets import randbelow

import msgspec
from confluent_kafka import Consumer, KafkaException, TopicPartition
from django.conf import settings

from streaming import clock, dead_letters, kafka
from streaming.connection import client, translate_errors
from streaming.consumer.assignment import ends
from streaming.consumer.batch import PartitionBatch, partition_batches
from streaming.features import batch as event_batch
from streaming.features import store
from streaming.features import verify as verify_
from streaming.features.registry import STATE_TTL_S
from streaming.identity.tombstones import tombstones
from streaming.kafka import topics
from streaming.partitions import homes

KEY = "stream:verified"
SAMPLE_SIZE = 20  # how many times the sample's size to choose it from
SHOWN = 10
READ_S = 5.0
LOST_TRENDS = (
    "partition {0} has lost trends: `manage.py stream_positions reread {0}` brings them back"
)


class Verified(msgspec.Struct):
    """The result: how many shoppers were compared, and what differs.

    `differing` counts the shoppers that differ and the partitions that have lost trends.
    """

    at_ms: int
    shoppers: int
    differing: int = 0
    differences: list[str] = []
    error: str = ""


def verify(sample: int) -> Verified:
    """Compare, store the result and return it; raise StoreUnavailable."""
    found = _verified(sample)
    with translate_errors():
        client().set(KEY, msgspec.json.encode(found))
    return found


def last() -> Verified | None:
    """The last result, None where there is none; raise StoreUnavailable."""
    with translate_errors():
        value = client().get(KEY)
    return None if value is None else msgspec.json.decode(value, type=Verified)


def _verified(sample: int) -> Verified:
    known = [s for s in store.shoppers(sample * SAMPLE_SIZE) if not tombstones.hold(s)]
    asked = random.sample(known, min(sample, len(known)))
    lost = [LOST_TRENDS.format(partition) for partition in store.with_lost_trends()]
    try:
        topic_id = topics.ensure()
        # A shopper whom the store has lost can only be found in the log.
        positions = store.positions(topic_id, topics.size())
        asked = list({*asked, *_named_in_log(positions, sample)})
        positions, online = store.stored(topic_id, asked)
        found = verify_.differences(online, verify_.from_log(asked, positions))
    except (KafkaException, verify_.LogError) as error:
        return Verified(clock.wall_ms(), len(asked), len(lost), lost[:SHOWN], str(error))
    fields = [f"{d.shopper} {d.name}: {d.theirs!r}, right is {d.ours!r}"[:300] for d in found]
    differing = len(lost) + len({difference.shopper for difference in found})
    return Verified(clock.wall_ms(), len(asked), differing, [*lost, *fields][:SHOWN])


def _named_in_log(positions: Mapping[int, int], number: int) -> set[str]:
    """Some shoppers who must have features: from a random place of each partition on. Raise
    KafkaException."""
    found: set[str] = set()
    filed = dead_letters.dead_positions()
    read = {p: position for p, position in positions.items() if position > 0}
    with closing(Consumer(kafka.consumer("verify"))) as consumer:
        for p, (low, _) in ends(consumer, settings.KAFKA_TOPIC, [*read]).items():
            if not (left := max(0, read[p] - low)):
                continue
            begin = low + randbelow(left)
            consumer.assign([TopicPartition(settings.KAFKA_TOPIC, p, begin)])
            messages = consumer.consume(min(read[p] - begin, 1 + number // len(read)), READ_S)
            for batch in partition_batches(messages, {p: begin}):
                found |= _learned(batch, read[p], filed)
    return {shopper for shopper in found if not tombstones.hold(shopper)}


def _learned(batch: PartitionBatch, end: int, filed: set[tuple[int, int]]) -> set[str]:
    """The shoppers of events that count, within a state's time to live."""
    since_ms = clock.wall_ms() - STATE_TTL_S * 1000
    records = [
        r
        for r in batch.records
        if r.offset < end and r.accepted_ms > since_ms and (batch.partition, r.offset) not in filed
    ]
    return {*event_batch.decode(replace(batch, records=records), homes(), clock.latest_ms()).good}
