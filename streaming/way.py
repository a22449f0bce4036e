"""The way of one event, from the request that made it to its features: headers, logs, spans.

A message carries the id of its request, and with tracing on the trace, as Kafka headers. Who reads
the log `streaming.way` (settings.LOG_EVENTS) meets an event's id at each station.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from django.conf import settings
from opentelemetry import propagate, trace

from streaming.clock import wall_ms
from streaming.consumer.batch import PartitionBatch, Record
from streaming.correlation import request_id
from streaming.events import Event, decode

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


def applied(batches: Sequence[PartitionBatch]) -> None:
    """Tell of a batch's events once they took effect; costs nothing while nobody listens."""
    if not (settings.TRACES or logger.isEnabledFor(logging.INFO)):
        return
    for batch in batches:
        for record in batch.records:
            _applied(batch.partition, record)


def _applied(partition: int, record: Record) -> None:
    try:
        event = decode(record.value or b"")
    except (msgspec.DecodeError, RecursionError):
        return
    carried = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    place = {"event": event.id, "partition": partition, "offset": record.offset}
    accepted = record.accepted_ms
    about = {**place, "delay_ms": wall_ms() - accepted, "request_id": carried.get(REQUEST, "")}
    logger.info("Event applied", extra=about)
    if "traceparent" in carried:
        context, begun = propagate.extract(carried), accepted * 1_000_000
        span = tracer.start_span("apply event", context, start_time=begun)
        span.set_attribute("event.id", event.id)
        span.end()
