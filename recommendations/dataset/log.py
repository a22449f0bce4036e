"""Reads the answers that shoppers saw from Kafka."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final

import msgspec
from confluent_kafka import KafkaException
from django.conf import settings
from django.db.models import Max, Sum

from recommendations.attribution.models import Outcome
from recommendations.dataset.answers import FOR_YOU, Answer, answers_of, is_shown
from recommendations.dataset.inputs import Progress
from streaming import clock
from streaming.events.schema import Event, Identify, decode, key_of
from streaming.features.trends import AHEAD_MS
from streaming.identity.tombstones import tombstones
from streaming.kafka import messages, topics

# Shelves of this many last days of event time are learned from …
DAYS: Final = 14
# … if so many of their cards were clicked: fewer teach nothing, and the log is long.
MIN_CLICKS: Final = 500


def logged_answers(progress: Progress) -> list[Answer]:
    """The answers of the last DAYS, none where there are too few clicks or Kafka is down.

    Reads the log twice: for the shoppers who saw any, then for all they did. Memory holds the
    states of these shoppers.
    """
    clicks = clicks_lately()
    if clicks < MIN_CLICKS:
        return []
    try:
        partitions = topics.size()
        shoppers = onlookers(read(partitions, FOR_YOU, Identify.__struct_config__.tag))
        answers = answers_of(event for event in read(partitions) if key_of(event) in shoppers)
    except KafkaException as error:
        progress(f"the log can't be read, so nothing is learned from shelves: {error}")
        return []
    newest = max((answer.ts for answer in answers), default=0)
    since = newest - timedelta(DAYS) // timedelta(milliseconds=1)
    progress(f"{clicks:,} clicks on shelves for {len(shoppers):,} shoppers")
    return [answer for answer in answers if answer.ts > since]


def clicks_lately() -> int:
    """As attribution has counted them."""
    of_shelf = Outcome.objects.filter(serving__kind=FOR_YOU)
    last = of_shelf.aggregate(last=Max("day"))["last"]
    if last is None:
        return 0
    lately = of_shelf.filter(day__gt=last - timedelta(DAYS))
    return int(lately.aggregate(clicks=Sum("clicks"))["clicks"])


def onlookers(events: Iterable[Event]) -> set[str]:
    """Who saw a shelf, and the customers they turned out to be; nobody who was erased since."""
    seen: set[str] = set()
    owners: dict[str, str] = {}
    for event in events:
        if isinstance(event, Identify):
            owners[event.anonymous] = event.shopper
        elif is_shown(event):
            seen.add(key_of(event))
    gone = tombstones.names()
    left = {name for name in seen if not {name, owners.get(name)} & gone}
    return left | {owners[name] for name in left & owners.keys()}


def read(partitions: int, *naming: object) -> Iterator[Event]:
    """The log's events whose text has one of the words, if any are given; the feature stream
    reports what isn't an event, or of a time that the shop hasn't reached."""
    words, latest_ms = [str(word).encode() for word in naming], clock.latest_ms() + AHEAD_MS
    for message in messages(settings.KAFKA_TOPIC, partitions):
        value = message.value() or b""
        if words and not any(word in value for word in words):
            continue
        with suppress(msgspec.DecodeError):
            event = decode(value)
            if event.ts <= latest_ms:
                yield event
