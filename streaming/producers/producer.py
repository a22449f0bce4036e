"""Publishing from the pages: fire and forget, in microseconds, whatever the broker does.

`publish` hands events to a thread of its process that owns the Kafka producer. While the broker is
away, events go to the spool, and so do those that it doesn't acknowledge. After a failure the
producer is replaced: a broker that lost its memory never accepts an idempotent producer from
before.
"""

import atexit
import logging
import os
import queue
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from django.conf import settings
from prometheus_client import Counter

from streaming import kafka, tracing
from streaming.events.schema import Event, encode, key_of
from streaming.kafka import topics
from streaming.partitions import home_of
from streaming.producers import spool
from web.replica import once_served

logger = logging.getLogger(__name__)

EVENTS: Final = Counter(
    "events",
    "events of pages and API: all, those Kafka didn't take, those lost",
    ["outcome"],
)
ACCEPTED: Final = "accepted"
SPOOLED: Final = "spooled"
LOST: Final = "lost"
ACK_TIMEOUT_MS: Final = 2000
RETRY_S: Final = 1.0
QUEUE_LIMIT: Final = 50_000
Report = Callable[[KafkaError | None, Message], None]
_lock = threading.Lock()


def count(outcome: str, events: int = 1) -> None:
    EVENTS.labels(outcome).inc(events)


def new_id() -> str:
    return uuid.uuid4().hex


def publish(*events: Event) -> None:
    """Never raises and never waits for the broker; a request's events are sent once it is
    served."""
    once_served(partial(_publish, events, tracing.headers()))


def _publish(events: Sequence[Event], carried: tracing.Headers) -> None:
    publisher = _publisher()
    for event in events:
        publisher.take(key_of(event), encode(event), carried)
    count(ACCEPTED, len(events))
    tracing.published(events)


class Publisher:
    """One thread and its Kafka producer."""

    def __init__(self) -> None:
        self.queue: queue.Queue[tuple[str, bytes, tracing.Headers] | None] = queue.Queue(
            QUEUE_LIMIT
        )
        self.producer: Producer | None = None
        self.failed = False
        self.retry_at = 0.0
        self.thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self.thread.start()

    def take(self, key: str, message: bytes, headers: tracing.Headers) -> None:
        try:
            self.queue.put_nowait((key, message, headers))
        except queue.Full:
            spooled(message)

    def close(self) -> None:
        """Send what is in progress, spool the rest."""
        self.queue.put(None)
        self.thread.join(2 * ACK_TIMEOUT_MS / 1000)

    def _run(self) -> None:
        while True:
            try:
                item = self.queue.get(timeout=0.1)
            except queue.Empty:
                self._poll()
                continue
            if item is None:
                break
            self._send(*item)
        self._discard(wait_s=ACK_TIMEOUT_MS / 1000)

    def _send(self, key: str, message: bytes, headers: tracing.Headers) -> None:
        producer = self._connected()
        if producer is None:
            spooled(message)
            return
        try:
            produce(producer, key, message, self._failed, headers)
        except (BufferError, KafkaException):
            self.failed = True
            spooled(message)
        self._poll()

    def _connected(self) -> Producer | None:
        """The producer, or None while the broker is down."""
        if self.producer is None and time.monotonic() >= self.retry_at:
            try:
                topics.ensure(ACK_TIMEOUT_MS / 1000)
                config = kafka.producer(ACK_TIMEOUT_MS)
                self.producer = kafka.connected(config, ACK_TIMEOUT_MS / 1000)
            except KafkaException as error:
                logger.warning("Kafka is unavailable, spooling events: %s", error)
                self.retry_at = time.monotonic() + RETRY_S
        return self.producer

    def _poll(self) -> None:
        if self.producer is not None:
            self.producer.poll(0)
        if self.failed:
            self._discard()

    def _failed(self, error: KafkaError | None, message: Message) -> None:
        value = message.value()
        if error is not None and value is not None:
            logger.warning("An event was not acknowledged, spooling it: %s", error)
            self.failed = True
            spooled(value)

    def _discard(self, wait_s: float = 0.0) -> None:
        """Drop the producer; what it still holds is reported to `_failed` and spooled."""
        if self.producer is not None:
            self.producer.flush(wait_s)
            self.producer.purge()
            self.producer.flush(1.0)
        self.producer, self.failed = None, False


def spooled(message: bytes) -> None:
    lost = spool.append([message])
    count(LOST if lost else SPOOLED)


def produce(
    producer: Producer,
    key: str,
    message: bytes,
    on_delivery: Report,
    headers: tracing.Headers | None = None,
) -> None:
    """Queue an encoded event under its shopper's key, for its shopper's partition."""
    producer.produce(
        settings.KAFKA_TOPIC,
        message,
        key=key,
        partition=home_of(key),
        headers=headers or [],
        on_delivery=on_delivery,
    )


_current: Publisher | None = None


def _publisher() -> Publisher:
    global _current
    with _lock:
        if _current is None:
            _current = Publisher()
        return _current


def close() -> None:
    """Send or spool all that was published; the next event creates a new publisher."""
    global _current
    with _lock:
        publisher, _current = _current, None
    if publisher is not None:
        publisher.close()


def _forget() -> None:
    """After a fork: the thread stayed with the parent."""
    global _current, _lock
    _current, _lock = None, threading.Lock()


atexit.register(close)
os.register_at_fork(after_in_child=_forget)
