"""Forgetting a shopper, for good: in the store, and whatever is read or sent again later.

A tombstone stands in three places. The row in PostgreSQL keeps their history out of every replay
and rebuild. The Erase event, in the log behind all they did, empties their state once more when
the log is read again. The emptied state itself refuses what comes after.
"""

from django.db import transaction

from streaming import clock, dislikes, outbox
from streaming.events import Erase, Reset
from streaming.models import ErasedShopper
from streaming.producer import new_id


def erase(shopper: str) -> bool:
    """True where it is new; the event leaves by the outbox with the row's own transaction.

    Raise StoreUnavailable, with nothing erased, while Redis is away.
    """
    dislikes.clear(shopper)
    with transaction.atomic():
        row, made = ErasedShopper.objects.get_or_create(shopper=shopper)
        if made:
            event = Erase(id=new_id(), shopper=row.shopper, ts=clock.now_ms(), source="shop")
            outbox.enqueue(event)
    return made


def reset(shopper: str) -> None:
    """Forget what was learned so far; learning goes on. Raise StoreUnavailable, as erase does."""
    dislikes.clear(shopper)
    outbox.enqueue(Reset(id=new_id(), shopper=shopper, ts=clock.now_ms(), source="shop"))


def is_erased(shopper: str) -> bool:
    return ErasedShopper.objects.filter(shopper=shopper).exists()


def erased_customers() -> set[int]:
    """The keys of the customers whose history is no longer told."""
    names = ErasedShopper.objects.filter(shopper__startswith="c").values_list("shopper", flat=True)
    return {int(name[1:]) for name in names}
