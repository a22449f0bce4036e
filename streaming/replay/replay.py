"""The event generator: history goes to Kafka in chronological order, at a chosen pace."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from confluent_kafka import KafkaError, Message, Producer
from django.conf import settings
from django.db import connection

from catalog.ingest.prefetch import prefetched
from streaming import clock, history, kafka
from streaming.connection import StoreUnavailable
from streaming.events.schema import Event, encode, key_of
from streaming.events.spans import DAY_MS
from streaming.history import Source, encoding
from streaming.history.encoding import Chunk
from streaming.kafka import topics
from streaming.models import ReplayPosition
from streaming.producers.acknowledged import Sender, outgoing
from streaming.replay.rate_limiter import Pace

logger = logging.getLogger(__name__)

SAVE_EVERY_S: Final = 2.0
# Messages waiting for the broker, some 300 bytes each.
IN_FLIGHT: Final = 300_000
# Only failures end a poll early, so it must not wait long for room in the queue.
ROOM_S: Final = 0.005
ACK_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True)
class Plan:
    """What to replay. A looping replay starts again after its last day, while its times continue.

    `data` identifies the lines (history.identity): only a replay of the same ones can be resumed.
    """

    first: date
    last: date
    browse: bool = False
    loop: bool = False
    data: str = ""

    @property
    def lap_ms(self) -> int:
        return ((self.last - self.first).days + 1) * DAY_MS


class Publisher:
    """Sends slices without waiting; `settle` waits until the broker has every one of them."""

    def __init__(self) -> None:
        self.retried = 0
        self.lost: list[bytes] = []  # reported as not acknowledged, to be sent again
        self.producer = self._connect()

    def send(self, events: Sequence[Event]) -> None:
        self.put([key_of(event) for event in events], [encode(event) for event in events])

    def put(self, keys: Sequence[str], values: Sequence[bytes]) -> None:
        """Queue encoded events; the client's own choice of partition is events.partition_of."""
        messages = [{"key": key, "value": value} for key, value in zip(keys, values, strict=True)]
        while messages:
            try:
                taken = self.producer.produce_batch(
                    settings.KAFKA_TOPIC, messages, on_delivery=self._report
                )
            except BufferError:
                self._make_room(IN_FLIGHT // 2)
                continue
            if taken == len(messages):
                break
            messages = [message for message in messages if message.pop("_error", None)]
            self._make_room(IN_FLIGHT // 2)
        self._make_room(IN_FLIGHT)

    def _make_room(self, waiting: int) -> None:
        """Wait while too many messages are queued; learn which ones failed."""
        self.producer.poll(0)
        while len(self.producer) > waiting:
            self.producer.poll(ROOM_S)

    def settle(self) -> None:
        """Return once every event sent so far is acknowledged, however long Kafka is down."""
        self.producer.flush()
        if not self.lost:
            return
        sender = Sender(ACK_TIMEOUT_S)
        while self.lost:
            again = [outgoing(value) for value in self.lost]
            self.retried += len(again)
            failed = sender.send(again)
            self.lost = [again[place].value for place in failed]
        self.producer = self._connect()

    def _connect(self) -> Producer:
        config = kafka.producer(int(ACK_TIMEOUT_S * 1000), linger_ms=10)
        config |= {"batch.num.messages": 10_000, "batch.size": 1_000_000}
        config |= {"queue.buffering.max.messages": 2 * IN_FLIGHT}
        return kafka.connected(config, ACK_TIMEOUT_S)

    def _report(self, error: KafkaError | None, message: Message) -> None:
        value = message.value()
        if error is not None and value is not None:
            self.lost.append(value)


def _position(plan: Plan) -> tuple[ReplayPosition, bool]:
    """The position, and whether it is a new one."""
    return ReplayPosition.objects.get_or_create(
        first_day=plan.first, last_day=plan.last, browse=plan.browse, data=plan.data,
        defaults={"day": plan.first, "line": 0},
    )  # fmt: skip


class Replay:
    """One run. `report` receives how many events were sent and their event time, after each slice.

    Raise KafkaException when the broker isn't there to begin with.
    """

    def __init__(
        self,
        plan: Plan,
        pace: Pace,
        report: Callable[[int, int], None] = lambda sent, ts: None,
        source: Source = history.of_database,
    ) -> None:
        self.plan, self.pace, self.report, self.source = plan, pace, report, source
        self.sent = 0
        self.reached_ms = 0  # event time of the last event sent
        self.position, self.is_first = _position(plan)
        self.saved_at = time.monotonic()
        topics.ensure()
        self.publisher = Publisher()

    def start_over(self) -> None:
        """Don't continue where the last replay of the same days stopped."""
        self._move(self.plan.first, 0, 0)

    def run(self) -> None:
        try:
            self._lap()
            while self.plan.loop:
                self._move(self.plan.first, 0, self.position.lap + 1)
                self._lap()
        finally:
            self._save()

    def _lap(self) -> None:
        """The next messages are made in another thread while the last ones are sent."""
        for chunk in prefetched(self._chunks(self.position.day, self.position.lap)):
            self._publish(chunk)

    def _chunks(self, first: date, lap: int) -> Iterator[Chunk]:
        shift_ms = lap * self.plan.lap_ms
        try:
            for lines in self.source(first, self.plan.last):
                yield from encoding.encode_history(
                    lines, browse=self.plan.browse, lap=lap, shift_ms=shift_ms
                )
        finally:
            connection.close()  # the thread's own

    def _publish(self, chunk: Chunk) -> None:
        clock.reach(max(chunk.ts))
        for start, stop in self.pace.slices(chunk.ts, self._done(chunk)):
            self.publisher.put(chunk.keys[start:stop], chunk.values[start:stop])
            self.sent += stop - start
            day = history.day_of(chunk.day[stop - 1])
            self._move(day, int(chunk.place[stop - 1]) + 1, self.position.lap)
            self._tell(chunk.ts[stop - 1])

    def _done(self, chunk: Chunk) -> int:
        """How many of its messages an earlier run sent."""
        day, line = history.day_number(self.position.day), self.position.line
        done = (chunk.day < day) | ((chunk.day == day) & (chunk.place < line))
        return int(np.count_nonzero(done))

    def _move(self, day: date, line: int, lap: int) -> None:
        self.position.day, self.position.line, self.position.lap = day, line, lap

    def _tell(self, ts: int) -> None:
        self.report(self.sent, ts)
        self.reached_ms = ts
        if time.monotonic() - self.saved_at > SAVE_EVERY_S:
            self._save()

    def _save(self) -> None:
        self.publisher.settle()
        self.position.save()
        self.saved_at = time.monotonic()
        try:
            if self.reached_ms:
                clock.follow(self.reached_ms)
        except StoreUnavailable as error:
            logger.warning("Could not advance the shop clock: %s", error)
