"""Turns events into the shoppers' features and the articles' trends in Redis, exactly once."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import DatabaseError

from streaming import clock
from streaming.connection import StoreUnavailable, connect, may_evict
from streaming.consumer.batch import Origin, PartitionBatch
from streaming.consumer.processor import Log, NotReadyError, Polling, RefusedError, Work
from streaming.events.schema import encode
from streaming.features import batch as event_batch
from streaming.features.articles import Articles
from streaming.features.batch import Decoded, ForwardedEvent, Reduced
from streaming.features.state import ERASED, pack
from streaming.features.store import top
from streaming.features.store.writer import Effect, Writer
from streaming.features.trends import ARTICLES_KEPT, Increments, epoch_of
from streaming.identity.tombstones import tombstones
from streaming.kafka import topics
from streaming.partitions import homes, settle
from streaming.producers.acknowledged import Outgoing, outgoing
from web import compiled

logger = logging.getLogger(__name__)

REDIS_TIMEOUT_S: Final = 5.0
EVICTION_CHECK_S: Final = 5.0
TOP_S: Final = 0.4
# Merged trends are written a few more times after the last change: another worker may have
# overwritten ours with older ones.
SETTLES_S: Final = 2.0
# And regularly even without a change, in case they were lost.
IDLE_TOP_S: Final = 5.0


@dataclass
class FeatureWork(Work):
    reduced: list[Reduced] = field(default_factory=list)  # by batch


class FeatureProcessor:
    """The processor of the queue `stream`; see consumer.processor.Processor."""

    name = "features"
    passes_gaps = False
    unavailable: tuple[type[Exception], ...] = (StoreUnavailable, DatabaseError)

    def __init__(self) -> None:
        # Before the watchdog watches: on a new and busy machine, compiling takes a minute.
        compiled.prepare("streaming.features")
        self.polling = Polling()
        self.articles = Articles()
        self.changed_at = self.top_at = self.checked_at = 0.0
        self.oldest = 0  # epoch of the trends that are kept

    def open(self) -> None:
        self.articles.refresh()
        self.redis = connect(REDIS_TIMEOUT_S)
        self.writer = Writer(self.redis)
        self._refuse_eviction()
        settle(topics.partitions_to_settle())

    def positions(self, log: Log, partitions: Sequence[int]) -> dict[int, int]:
        return self.writer.positions(log.topic_id, partitions)

    def begin(self, log: Log, partitions: Sequence[int]) -> None:
        """A lost position with trends still there: they are dropped and counted again from the
        log's start. States recognise what they have taken."""
        lost = self.writer.forget_trends(log.topic_id, partitions)
        if lost:
            logger.warning(
                "Partitions %s have trends but no position: part of the store was lost. They are"
                " read again; nothing counts twice.", lost,
            )  # fmt: skip

    def prepare(self, log: Log, batches: Sequence[PartitionBatch]) -> FeatureWork:
        tag, decoded = topics.tag(log.topic_id), _decoded(batches)
        loaded = self.writer.states(
            [(batch.partition, f.good) for batch, f in zip(batches, decoded, strict=True)]
        )
        states = [
            _with_the_erased(dict(zip(found.good, values, strict=True)))
            for found, values in zip(decoded, loaded, strict=True)
        ]
        reduced = self._reduced(tag, decoded, states)
        if any(made.has_unknown for made in reduced) and self.articles.refresh_unless_recent():
            reduced = self._reduced(tag, decoded, states)
        return FeatureWork(
            batches,
            [dead for found in decoded for dead in found.dead],
            [
                message
                for batch, found, made in zip(batches, decoded, reduced, strict=True)
                for message in _passed_on(batch, found, made)
            ],
            reduced,
        )

    def _reduced(
        self, tag: int, decoded: Sequence[Decoded], states: Sequence[Mapping[str, bytes | None]]
    ) -> list[Reduced]:
        now_ms, latest_ms = clock.now_ms(), clock.latest_ms()
        return [
            event_batch.reduce(
                found.good,
                packed,
                self.articles.known,
                Increments.around(now_ms, latest_ms),
                tag,
            )
            for found, packed in zip(decoded, states, strict=True)
        ]

    def commit(self, log: Log, positions: Mapping[int, int], work: Work) -> None:
        reduced: Sequence[Reduced | None] = [None] * len(work.batches)
        if isinstance(work, FeatureWork):
            reduced = work.reduced
        effects = [
            self._effect(log, positions[batch.partition], batch, made)
            for batch, made in zip(work.batches, reduced, strict=True)
        ]
        applied = self.writer.apply(effects)
        self.changed_at = time.monotonic()
        for effect, done in zip(effects, applied, strict=True):
            if not done:
                raise RefusedError(f"partition {effect.partition} at offset {effect.expected}")

    def turn(self) -> None:
        now = time.monotonic()
        if now - self.checked_at > EVICTION_CHECK_S:
            self._refuse_eviction()
        due_s = TOP_S if self.top_at <= self.changed_at + SETTLES_S else IDLE_TOP_S
        if now - self.top_at >= due_s:
            self.top_at = now
            self._refresh_top(clock.now_ms())

    def _refresh_top(self, now_ms: int) -> None:
        top.refresh(self.redis, self.articles.index_groups, now_ms)
        oldest = epoch_of(now_ms) - ARTICLES_KEPT
        if oldest > self.oldest:
            top.forget_before(self.redis, oldest, self.articles.index_groups)
        self.oldest = oldest

    def _refuse_eviction(self) -> None:
        self.checked_at = time.monotonic()
        if reason := may_evict(self.redis):
            raise NotReadyError(reason)

    def _effect(
        self, log: Log, expected: int, batch: PartitionBatch, reduced: Reduced | None
    ) -> Effect:
        states = {} if reduced is None else reduced.states
        return Effect(
            partition=batch.partition,
            topic_id=log.topic_id,
            expected=expected,
            next_offset=batch.next_offset,
            states={shopper: pack(state) for shopper, state in states.items()},
            trends=None if reduced is None else reduced.trends,
        )


def _decoded(batches: Sequence[PartitionBatch]) -> list[Decoded]:
    """Events too far ahead of the clock are checked again: the clock may just have moved."""
    number, latest_ms = homes(), clock.latest_ms()
    found = [event_batch.decode(batch, number, latest_ms) for batch in batches]
    if any(decoded.is_ahead for decoded in found):
        clock.refresh()
        if clock.latest_ms() > latest_ms:
            return [event_batch.decode(batch, number, clock.latest_ms()) for batch in batches]
    return found


def _with_the_erased(packed: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """The states read from Redis, where an erased shopper's always counts as erased."""
    return packed | dict.fromkeys(packed.keys() & tombstones.names(), ERASED)


def _passed_on(batch: PartitionBatch, decoded: Decoded, reduced: Reduced) -> list[Outgoing]:
    """In the order of their records, so that a shopper's home partition recognises repetitions."""
    found: list[ForwardedEvent] = sorted(
        [*decoded.misplaced, *reduced.passed_on], key=lambda p: p.offset
    )
    return [
        outgoing(encode(event))._replace(headers=[Origin(batch.partition, offset).header()])
        for offset, event in found
    ]
