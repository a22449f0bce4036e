"""The stream's step: a polled batch becomes features, dead letters and merges, exactly once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import Message
from django.conf import settings

from streaming import tracing
from streaming.connection import StoreUnavailable
from streaming.consumer import batch
from streaming.consumer.batch import Dead, Part, PoisonError, Reduced, Taken
from streaming.consumer.dead_letter_limit import Brake
from streaming.consumer.worker_metrics import Meter
from streaming.events.schema import encode
from streaming.features.articles import Articles
from streaming.features.state import ERASED, pack
from streaming.features.store.writer import Effect, Writer
from streaming.identity.tombstones import tombstones
from streaming.producers.acknowledged import Outgoing, Sender, dead_letter, outgoing


class UndeliveredError(Exception):
    """Kafka didn't acknowledge dead letters or merges: the batch must not count as done."""


class RefusedError(Exception):
    """A fence stood elsewhere: another worker has the partition, or the batch is in already."""


@dataclass
class Tools:
    """What a worker keeps from one assignment to the next."""

    writer: Writer
    sender: Sender
    articles: Articles
    brake: Brake
    meter: Meter


class Step:
    """Works from known places in the log: `fences` and `positions` by partition.

    A fence is what Redis holds (NO_FENCE for nothing); a position the next offset to work on.
    Any exception but BrakeError leaves the places uncertain: make a new Step from Redis.
    """

    def __init__(
        self,
        tools: Tools,
        topic_id: str,
        fences: Mapping[int, int],
        epochs: Mapping[int, list[int]],
    ) -> None:
        self.tools, self.topic_id = tools, topic_id
        self.fences, self.epochs = dict(fences), dict(epochs)

    def work(self, messages: Sequence[Message]) -> None:
        """Raise StoreUnavailable, UndeliveredError, RefusedError or BrakeError."""
        meter, began = self.tools.meter, time.monotonic()
        parts = self._parts(messages)
        if not parts:
            return
        self._know_articles(parts)
        at = meter.part("decode", began)
        loaded = self.tools.writer.states([part.decoded.shoppers for part in parts])
        at = meter.part("read", at)
        for part, values in zip(parts, loaded, strict=True):
            self._reduce(part, _buried(dict(zip(part.decoded.shoppers, values, strict=True))))
        at = meter.part("reduce", at)
        self._watch(parts)
        self._send(parts)
        at = meter.part("send", at)
        self._write(parts)
        meter.part("write", at)
        self._count(messages, time.monotonic() - began)
        tracing.applied(parts, messages)

    def _count(self, messages: Sequence[Message], seconds: float) -> None:
        partitions = [message.partition() or 0 for message in messages]
        self.tools.meter.batch(partitions, [m.timestamp()[1] for m in messages], seconds)

    def _parts(self, messages: Sequence[Message]) -> list[Part]:
        """The messages by partition, without those that are done already or not ours."""
        taken: dict[int, list[Taken]] = {}
        for message in messages:
            partition, offset = message.partition(), message.offset()
            # Both are there in a message that was fetched; the types know it not.
            if partition is None or offset is None or partition not in self.fences:
                continue
            if offset >= self.fences[partition]:
                taken.setdefault(partition, []).append(Taken(offset, message.value() or b""))
        number = settings.KAFKA_PARTITIONS
        return [Part(p, some, batch.decode(p, number, some)) for p, some in taken.items()]

    def _know_articles(self, parts: Sequence[Part]) -> None:
        articles = self.tools.articles
        # Taking the keys from a set would walk all of them, a millisecond for each partition.
        if not all(part.decoded.articles <= articles.known.keys() for part in parts):
            articles.look_again()

    def _reduce(self, part: Part, packed: Mapping[str, bytes | None]) -> None:
        """Reduce; an event that makes the reducer fail is set aside and the rest done anew."""
        while part.reduced is None:
            try:
                part.reduced = batch.reduce(
                    part.decoded.good,
                    packed,
                    self.tools.articles.known,
                    self.epochs.get(part.partition, []),
                )
            except PoisonError as poison:
                self._set_aside(part, poison)

    def _set_aside(self, part: Part, poison: PoisonError) -> None:
        value = next(m.value for m in part.messages if m.offset == poison.offset)
        part.decoded.dead.append(Dead(poison.offset, value, str(poison)))
        part.decoded.good = [item for item in part.decoded.good if item[0] != poison.offset]

    def _watch(self, parts: Sequence[Part]) -> None:
        dead = sum(len(part.decoded.dead) for part in parts)
        self.tools.brake.watch(sum(len(part.messages) for part in parts), dead)

    def _send(self, parts: Sequence[Part]) -> None:
        """Dead letters and merges must be safe in Kafka before the fence passes their cause."""
        letters = [
            dead_letter(d.value, d.error, settings.KAFKA_TOPIC, part.partition, d.offset)
            for part in parts
            for d in part.decoded.dead
        ]
        merges = [outgoing(encode(merge)) for part in parts for merge in _reduced(part).merges]
        messages: list[Outgoing] = letters + merges
        if messages and self.tools.sender.send(messages):
            raise UndeliveredError(f"{len(messages)} dead letters or merges aren't acknowledged")
        self.tools.meter.dead += len(letters)
        self.tools.meter.merges += len(merges)

    def _write(self, parts: Sequence[Part]) -> None:
        effects = [self._effect(part) for part in parts]
        for effect, applied in zip(effects, self.tools.writer.apply(effects), strict=True):
            if not applied:
                self.tools.meter.refused += 1
                raise RefusedError(f"partition {effect.partition} at offset {effect.expected}")
            self.fences[effect.partition] = effect.following
            self.epochs[effect.partition] = effect.trends.kept

    def _effect(self, part: Part) -> Effect:
        reduced = _reduced(part)
        return Effect(
            partition=part.partition,
            topic_id=self.topic_id,
            expected=self.fences[part.partition],
            following=part.following,
            states={shopper: pack(state) for shopper, state in reduced.states.items()},
            trends=reduced.trends,
            index_groups=self.tools.articles.index_groups,
        )


def _buried(packed: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """The states read, those of erased shoppers as erased, whatever became of them in Redis."""
    return packed | dict.fromkeys(packed.keys() & tombstones.names(), ERASED)


def _reduced(part: Part) -> Reduced:
    assert part.reduced is not None  # noqa: S101
    return part.reduced


RETRY: tuple[type[Exception], ...] = (StoreUnavailable, UndeliveredError, RefusedError)
