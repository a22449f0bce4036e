"""A sample of the features, compared with the log at night; the pipeline page shows the result."""

import random

import msgspec
from confluent_kafka import KafkaException

from streaming import clock
from streaming.connection import client, translate_errors
from streaming.features import store
from streaming.features import verify as verify_
from streaming.identity.tombstones import tombstones
from streaming.kafka import topics

KEY = "stream:verified"
SAMPLE_SIZE = 20  # so many times the sample are found, for chance to choose from
SHOWN = 10


class Verified(msgspec.Struct):
    """The result: how many shoppers were compared, how many differ, and in what."""

    at_ms: int
    shoppers: int
    wrong: int = 0
    differences: list[str] = []
    error: str = ""


def verify(sample: int) -> Verified:
    """Keep and return the result; raise StoreUnavailable."""
    found = _verified(sample)
    with translate_errors():
        client().set(KEY, msgspec.json.encode(found))
    return found


def last() -> Verified | None:
    """None where nothing was verified yet; raise StoreUnavailable."""
    with translate_errors():
        value = client().get(KEY)
    return None if value is None else msgspec.json.decode(value, type=Verified)


def _verified(sample: int) -> Verified:
    known = [s for s in store.shoppers(sample * SAMPLE_SIZE) if not tombstones.hold(s)]
    asked = random.sample(known, min(sample, len(known)))
    try:
        positions, online = store.stored(topics.ensure(), asked)
        found = verify_.differences(online, verify_.from_log(asked, positions))
    except (KafkaException, topics.TopicError, verify_.LogError) as error:
        return Verified(clock.wall_ms(), len(asked), error=str(error))
    told = [f"{d.shopper} {d.name}: {d.theirs!r}, right is {d.ours!r}"[:300] for d in found]
    wrong = len({difference.shopper for difference in found})
    return Verified(clock.wall_ms(), len(asked), wrong, told[:SHOWN])
