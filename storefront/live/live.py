"""The live page's data: the tail of the stream, and what changed for this shopper."""

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import msgspec
from confluent_kafka import Consumer, KafkaException, TopicPartition
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext, pgettext_lazy

from catalog import article_cache
from catalog.models import Article
from storefront.live.story import Step, story_of
from streaming import kafka, status
from streaming.connection import StoreUnavailable
from streaming.events.actions import Action
from streaming.events.schema import Event, OfArticle, decode
from streaming.features import store
from streaming.features.state import ShopperState
from streaming.status import OfWorkers, WorkerStatus

SHOWN: Final = 24
PER_PARTITION: Final = 8
READ_S: Final = 0.4
WORDS: Final[dict[str, object]] = {
    Action.VIEW: pgettext_lazy("somebody", "looked at"),
    Action.CLICK: pgettext_lazy("somebody", "clicked on"),
    Action.BAG_ADD: pgettext_lazy("somebody", "put into the bag"),
    Action.BAG_REMOVE: pgettext_lazy("somebody", "took out of the bag"),
    Action.PURCHASE: pgettext_lazy("somebody", "bought"),
    Action.IMPRESSION: pgettext_lazy("somebody", "saw"),
    Action.SEARCH: pgettext_lazy("somebody", "searched"),
}
# For developers: the features that each type of event changes.
CHANGES: Final = (
    (Action.VIEW, "recents, counts, windows, affinities (+1), session; the article's trend"),
    (Action.CLICK, "recents, counts, windows, session"),
    (
        Action.BAG_ADD,
        "bag, recents, counts, windows, affinities (+3), session; the article's trend",
    ),
    (Action.BAG_REMOVE, "bag, counts, windows, session"),
    (Action.PURCHASE, "bag, recents, counts, affinities (+5), purchase days; the article's trend"),
    (Action.IMPRESSION, "counts, windows, session"),
    (Action.SEARCH, "counts, windows, session"),
    ("identify", "everything: an anonymous shopper's features move to the customer"),
    ("merge", "everything: the features handed over are added"),
    ("reset", "everything: forgotten"),
    ("erase", "everything: erased for good"),
)


@dataclass(frozen=True)
class Happening:
    """An event as the page shows it; `who` says only a visitor, a customer, or you."""

    at: datetime
    type: str
    who: str
    article: Article | None
    source: str

    @property
    def what(self) -> str:
        return str(WORDS.get(self.type, self.type))


@dataclass(frozen=True)
class Live(OfWorkers):
    """`happenings` is None if Kafka or the workers are unavailable; `story` if Redis is."""

    happenings: list[Happening] | None
    story: list[Step] | None
    state: ShopperState | None
    workers: list[WorkerStatus]


def live_view(shopper: str, *, stream: bool) -> Live:
    """`stream`: the viewer may also see everybody's events."""
    try:
        workers, live = status.workers(), store.snapshot(shopper)
    except StoreUnavailable:
        workers, live = [], None
    events = tail(workers) if stream else None
    known = _articles(events or [])
    happenings = None if events is None else [_happening(event, shopper, known) for event in events]
    story = None if live is None else story_of(shopper, live)
    return Live(happenings, story, live.state if live else None, workers)


def _articles(events: list[Event]) -> dict[int, Article]:
    keys = {event.article for event in events if isinstance(event, OfArticle)}
    return article_cache.articles(list(keys))


def _happening(event: Event, shopper: str, known: dict[int, Article]) -> Happening:
    who = gettext("A customer") if event.shopper.startswith("c") else gettext("A visitor")
    article = known.get(event.article) if isinstance(event, OfArticle) else None
    kind = str(event.__struct_config__.tag)
    at = datetime.fromtimestamp(event.ts / 1000, UTC)
    return Happening(
        at, kind, gettext("You") if event.shopper == shopper else who, article, event.source
    )


def tail(workers: list[WorkerStatus]) -> list[Event] | None:
    """The last events on the topic, newest first, read at most every two seconds for all viewers.

    Starts from the workers' offsets: not every broker reports the end of a log (see the design).
    """
    places = {p: at.position for worker in workers for p, at in worker.partitions.items()}
    if not places:
        return None
    found: list[bytes] | None = cache.get("live-tail")
    if found is None:
        try:
            found = _read(places)
        except KafkaException:
            return None
        cache.set("live-tail", found, 2)
    events = [event for value in found if (event := _decoded(value)) is not None]
    return sorted(events, key=lambda event: -event.ts)[:SHOWN]


def _decoded(value: bytes) -> Event | None:
    try:
        return decode(value)
    except msgspec.DecodeError:
        return None


def _read(places: dict[int, int]) -> list[bytes]:
    options = {**kafka.consumer(f"live-{uuid4().hex}"), "fetch.wait.max.ms": 20}
    with closing(Consumer(options)) as consumer:
        starts = {p: max(0, at - PER_PARTITION) for p, at in places.items()}
        consumer.assign([TopicPartition(settings.KAFKA_TOPIC, p, at) for p, at in starts.items()])
        return _values(consumer, sum(at - starts[p] for p, at in places.items()))


def _values(consumer: Consumer, wanted: int) -> list[bytes]:
    found: list[bytes] = []
    give_up = time.monotonic() + READ_S
    while len(found) < wanted and time.monotonic() < give_up:
        messages = consumer.consume(PER_PARTITION, timeout=0.05)
        found += [message.value() or b"" for message in messages if message.error() is None]
    return found
