"""The outbox: purchases reach Kafka if, and only if, their order was committed."""

import logging
from datetime import timedelta
from functools import cache
from typing import Final

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from streaming import tracing
from streaming.events.schema import Event, encode, names_in
from streaming.models import OutboxEvent
from streaming.producers.acknowledged import Sender, outgoing

logger = logging.getLogger(__name__)

BATCH: Final = 500
RETENTION: Final = timedelta(days=7)
MENTIONS: Final = (
    "SELECT id, event FROM streaming_outboxevent WHERE position(%s::bytea in event) > 0 ORDER BY id"
)


def enqueue(*events: Event) -> None:
    """Write the events in the caller's transaction; they are sent once it commits."""
    OutboxEvent.objects.bulk_create([OutboxEvent(event=encode(event)) for event in events])
    tracing.published(events)
    transaction.on_commit(_relay_soon)


def _relay_soon() -> None:
    """Ask a task worker at once; with Redis down the beat's next round does it."""
    try:
        current_app.send_task("streaming.relay_outbox", retry=False, ignore_result=True)
    except OperationalError as error:
        logger.warning("Could not relay the outbox, retrying on the next run: %s", error)


@cache
def sender() -> Sender:
    return Sender()


def relay() -> int:
    """Send what waits, in order, and return how many events Kafka acknowledged.

    Relays side by side take different rows. One killed after sending sends again: the stream
    knows an event by its id.
    """
    sent = 0
    while True:
        done, all_of_them = _relay_batch()
        sent += done
        if not all_of_them or done < BATCH:
            return sent


@transaction.atomic
def _relay_batch() -> tuple[int, bool]:
    waiting = OutboxEvent.objects.filter(sent_at__isnull=True).order_by("id")
    rows = list(waiting.select_for_update(skip_locked=True)[:BATCH])
    if not rows:
        return 0, True
    failed = set(sender().send([outgoing(bytes(row.event)) for row in rows]))
    sent = [row.pk for place, row in enumerate(rows) if place not in failed]
    OutboxEvent.objects.filter(pk__in=sent).update(sent_at=timezone.now())
    return len(sent), not failed


def drop(shopper: str) -> int:
    """Delete what waits, and what was sent and is kept still, of a shopper; return how much."""
    return OutboxEvent.objects.filter(pk__in=of(shopper)).delete()[0]


def of(shopper: str) -> dict[int, bytes]:
    """The encoded events of a shopper that wait to be sent or were sent lately, by row, in order.

    What only mentions the name, such as a search for it, isn't theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(MENTIONS, [f'"{shopper}"'.encode()])
        found = {key: bytes(event) for key, event in cursor.fetchall()}
    return {key: event for key, event in found.items() if shopper in names_in(event)}


def purge() -> int:
    """Delete what was sent long ago; return how many rows that were."""
    return OutboxEvent.objects.filter(sent_at__lt=timezone.now() - RETENTION).delete()[0]
