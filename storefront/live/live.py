"""The live page's data: the tail of the stream, and what changed for this shopper."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import msgspec
from confluent_kafka import Consumer, KafkaException, TopicPartition
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from catalog.models import Article
from streaming import kafka, status
from streaming.connection import StoreUnavailable
from streaming.events.actions import Action
from streaming.events.schema import Event, OfArticle, decode
from streaming.features import store
from streaming.features.state import ShopperState
from streaming.status import WorkerStatus

SHOWN: Final = 24
PER_PARTITION: Final = 8
READ_S: Final = 0.4
WORDS: Final[dict[str, str]] = {
    Action.VIEW: _("view"),
    Action.CLICK: _("click"),
    Action.BAG_ADD: _("into the bag"),
    Action.BAG_REMOVE: _("out of the bag"),
    Action.PURCHASE: _("purchase"),
    Action.IMPRESSION: _("seen"),
    Action.SEARCH: _("search"),
}
CHANGES: Final[dict[str, str]] = {
    Action.VIEW: _("recents, counts, windows, affinities (+1), session; the article's trend"),
    Action.CLICK: _("recents, counts, windows, session"),
    Action.BAG_ADD: _(
        "bag, recents, counts, windows, affinities (+3), session; the article's trend"
    ),
    Action.BAG_REMOVE: _("bag, counts, windows, session"),
    Action.PURCHASE: _("bag, recents, counts, affinities (+5), purchase days; the article's trend"),
    Action.IMPRESSION: _("counts, windows, session"),
    Action.SEARCH: _("counts, windows, session"),
    "identify": _("everything: an anonymous shopper's features move to the customer"),
    "merge": _("everything: handed-over features are added"),
    "reset": _("everything: forgotten"),
    "erase": _("everything: erased for good"),
}


@dataclass(frozen=True)
class LiveEvent:
    """An event as the page shows it; `who` says only visitor, customer, or you."""

    at: datetime
    type: str
    who: str
    article: Article | None
    source: str

    @property
    def what(self) -> str:
        return gettext(WORDS.get(self.type, self.type))

    @property
    def changes(self) -> str:
        return gettext(CHANGES[self.type]) if self.type in CHANGES else ""


@dataclass(frozen=True)
class Live:
    """`happenings` is None if Kafka or the workers are unavailable; `state` if Redis is."""

    happenings: list[LiveEvent] | None
    own_actions: list[LiveEvent]
    state: ShopperState | None
    workers: list[WorkerStatus]

    @property
    def delay_p50_ms(self) -> float | None:
        return max(
            (w.delay_p50_ms for w in self.workers if w.delay_p50_ms is not None), default=None
        )

    @property
    def delay_p99_ms(self) -> float | None:
        return max(
            (w.delay_p99_ms for w in self.workers if w.delay_p99_ms is not None), default=None
        )

    @property
    def lag(self) -> int:
        return sum(worker.lag for worker in self.workers)


def live_view(shopper: str, *, stream: bool) -> Live:
    """`stream`: the viewer may also see everybody's events."""
    try:
        workers, state = status.workers(), store.snapshot(shopper).state
    except StoreUnavailable:
        workers, state = [], None
    events = tail(workers) if stream else None
    known = _articles(events or [], state)
    told = None if events is None else [_happening(event, shopper, known) for event in events]
    mine = [] if state is None else _own_actions(state, known)
    return Live(told, mine, state, workers)


def _articles(events: list[Event], state: ShopperState | None) -> dict[int, Article]:
    keys = {event.article for event in events if isinstance(event, OfArticle)}
    keys |= {recent.article for recent in state.recents[:SHOWN]} if state else set()
    return Article.objects.for_cards().in_bulk(keys)


def _happening(event: Event, shopper: str, known: dict[int, Article]) -> LiveEvent:
    who = gettext("a customer") if event.shopper.startswith("c") else gettext("a visitor")
    article = known.get(event.article) if isinstance(event, OfArticle) else None
    kind = str(event.__struct_config__.tag)
    at = datetime.fromtimestamp(event.ts / 1000, UTC)
    return LiveEvent(
        at, kind, gettext("you") if event.shopper == shopper else who, article, event.source
    )


def _own_actions(state: ShopperState, known: dict[int, Article]) -> list[LiveEvent]:
    return [
        LiveEvent(
            datetime.fromtimestamp(recent.ts / 1000, UTC),
            recent.kind,
            gettext("you"),
            known.get(recent.article),
            "",
        )
        for recent in state.recents[:PER_PARTITION]
    ]


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
    options: dict[str, object] = {
        **kafka.common(),
        "group.id": f"live-{uuid4().hex}",
        "enable.auto.commit": False,
        "auto.offset.reset": "error",
        "fetch.wait.max.ms": 20,
    }
    consumer = Consumer(options)
    try:
        consumer.assign(
            [
                TopicPartition(settings.KAFKA_TOPIC, p, max(0, at - PER_PARTITION))
                for p, at in places.items()
            ]
        )
        wanted = sum(min(at, PER_PARTITION) for at in places.values())
        return _values(consumer, wanted)
    finally:
        consumer.close()


def _values(consumer: Consumer, wanted: int) -> list[bytes]:
    found: list[bytes] = []
    give_up = time.monotonic() + READ_S
    while len(found) < wanted and time.monotonic() < give_up:
        messages = consumer.consume(PER_PARTITION, timeout=0.05)
        found += [message.value() or b"" for message in messages if message.error() is None]
    return found
