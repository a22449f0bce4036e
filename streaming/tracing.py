"""The way of one event, from the request that made it to its features: headers, logs, spans.

A message carries the id of its request, and with tracing on the trace, as Kafka headers. Who reads
the log `streaming.tracing` (settings.LOG_EVENTS) meets an event's id at each station.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Final, cast

from confluent_kafka import Message
from django.conf import settings
from opentelemetry import propagate, trace

from streaming.clock import wall_ms
from streaming.consumer.batch import Part
from streaming.events.correlation import request_id
from streaming.events.schema import Event

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

Headers = list[tuple[str, str | bytes | None]]
REQUEST: Final = "request-id"


def headers() -> Headers:
    """What a message takes along of the work that it is made in."""
    found: dict[str, str] = {REQUEST: known} if (known := request_id.get()) else {}
    if settings.TRACES:
        propagate.inject(found)
    return [(name, value.encode()) for name, value in found.items()]


def published(events: Iterable[Event]) -> None:
    if logger.isEnabledFor(logging.INFO):
        for event in events:
            tag = event.__struct_config__.tag
            logger.info("Event published", extra={"event": event.id, "type": tag})


def applied(parts: Sequence[Part], messages: Sequence[Message]) -> None:
    """Tell of a batch's events once they are features; costs nothing while nobody listens."""
    if not (settings.TRACES or logger.isEnabledFor(logging.INFO)):
        return
    of = {(message.partition(), message.offset()): message for message in messages}
    for part in parts:
        for offset, _, event in part.decoded.good:
            _applied(of[part.partition, offset], event)


def _applied(message: Message, event: Event) -> None:
    pairs = cast("list[tuple[str, bytes]]", message.headers() or [])
    carried = {name: value.decode(errors="replace") for name, value in pairs}
    place = {"event": event.id, "partition": message.partition(), "offset": message.offset()}
    accepted = message.timestamp()[1]
    about = {**place, "delay_ms": wall_ms() - accepted, "request_id": carried.get(REQUEST, "")}
    logger.info("Event applied", extra=about)
    if "traceparent" in carried:
        context, begun = propagate.extract(carried), accepted * 1_000_000
        span = tracer.start_span("apply event", context, start_time=begun)
        span.set_attribute("event.id", event.id)
        span.end()
