"""Follows an event from the request that made it to its features: headers, logs, spans.

A message carries the id of its request, and with tracing on the trace, as Kafka headers. The log
`streaming.tracing` (settings.LOG_EVENTS) has a line with the event's id at each station.
"""

import logging
from collections.abc import Iterable
from typing import Final

from django.conf import settings
from opentelemetry import propagate, trace

from streaming.events.correlation import request_id
from streaming.events.schema import Event

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)

Headers = list[tuple[str, str | bytes | None]]
REQUEST: Final = "request-id"


def headers() -> Headers:
    """The headers that link a message to the work in which it is made."""
    found: dict[str, str] = {REQUEST: known} if (known := request_id.get()) else {}
    if settings.TRACES:
        propagate.inject(found)
    return [(name, value.encode()) for name, value in found.items()]


def published(events: Iterable[Event]) -> None:
    if logger.isEnabledFor(logging.INFO):
        for event in events:
            tag = event.__struct_config__.tag
            logger.info("Event published", extra={"event": event.id, "type": tag})
