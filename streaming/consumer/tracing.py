"""The last station of an event's way: it was applied."""

import logging
from collections.abc import Sequence

import msgspec
from django.conf import settings
from opentelemetry import propagate

from streaming.clock import wall_ms
from streaming.consumer.batch import PartitionBatch, Record
from streaming.events.schema import decode
from streaming.tracing import REQUEST, logger, tracer


def applied(batches: Sequence[PartitionBatch]) -> None:
    """Log and trace a batch's events once they are applied; does nothing while both are off."""
    if not (settings.TRACES or logger.isEnabledFor(logging.INFO)):
        return
    for batch in batches:
        for record in batch.records:
            _applied(batch.partition, record)


def _applied(partition: int, record: Record) -> None:
    try:
        event = decode(record.value or b"")
    except msgspec.DecodeError:
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
