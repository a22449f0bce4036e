"""The outbox: purchases reach Kafka if, and only if, their order was committed."""

from datetime import timedelta
from functools import cache, partial
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from streaming import tracing
from streaming.events.schema import Event, encode, names_in
from streaming.models import OutboxEvent
from streaming.producers.acknowledged import Sender, outgoing
from web.tasks import run_soon

BATCH: Final = 500
RETENTION: Final = timedelta(days=7)
MENTIONS: Final = (
    "SELECT id, event FROM streaming_outboxevent WHERE position(%s::bytea in event) > 0 ORDER BY id"
)


def enqueue(*events: Event) -> None:
    """Write the events in the caller's transaction; they are sent once it commits."""
    OutboxEvent.objects.bulk_create([OutboxEvent(event=encode(event)) for event in events])
    tracing.published(events)
    transaction.on_commit(partial(run_soon, "streaming.relay_outbox"))


@cache
def sender() -> Sender:
    return Sender()


def relay() -> int:
    """Send the waiting events in order, and return how many Kafka acknowledged.

    Concurrent relays take different rows. If one is killed after sending, its events are sent
    again: the stream recognises an event by its id.
    """
    sent = 0
    while True:
        done, all_of_them = _relay_batch()
        sent += done
        if not all_of_them or done < BATCH:
            return sent


@transaction.atomic
def _relay_batch() -> tuple[int, bool]:
    waiting = OutboxEvent.objects.waiting().order_by("id")
    rows = list(waiting.select_for_update(skip_locked=True)[:BATCH])
    if not rows:
        return 0, True
    failed = set(sender().send([outgoing(bytes(row.event)) for row in rows]))
    sent = [row.pk for place, row in enumerate(rows) if place not in failed]
    OutboxEvent.objects.filter(pk__in=sent).update(sent_at=timezone.now())
    return len(sent), not failed


def drop(shopper: str) -> int:
    """Delete a shopper's events, waiting or sent; return how many."""
    return OutboxEvent.objects.filter(pk__in=of(shopper)).delete()[0]


def of(shopper: str) -> dict[int, bytes]:
    """A shopper's encoded events that wait or were sent lately, by row, in order. An event that
    only mentions the name, such as a search for it, isn't theirs."""
    with connection.cursor() as cursor:
        cursor.execute(MENTIONS, [f'"{shopper}"'.encode()])
        found = {key: bytes(event) for key, event in cursor.fetchall()}
    return {key: event for key, event in found.items() if shopper in names_in(event)}


def purge() -> int:
    """Delete what was sent long ago; return the number of rows."""
    return OutboxEvent.objects.filter(sent_at__lt=timezone.now() - RETENTION).delete()[0]
