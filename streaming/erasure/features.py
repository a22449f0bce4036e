"""Forgetting a shopper, for good: in the store, and whatever is read or sent again later.

There are three tombstones. The row in PostgreSQL is the truth: it keeps the shopper's history out
of every replay and rebuild, and each of their events from a spool, the log or a dead letter is
handled as if their state were erased (identity.tombstones). The Erase event, in the log after all
they did, empties their state when the log is read again. The emptied state itself refuses later
events, even with PostgreSQL down. What the other rooms hold is erased by
storefront.privacy.erasure, which calls this.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import chain

from streaming import clock, dead_letters, keys
from streaming.connection import execute
from streaming.events.schema import Erase, Reset
from streaming.features import dislikes
from streaming.features.registry import STATE_TTL_S
from streaming.features.state import ERASED
from streaming.models import ErasedShopper
from streaming.producers import outbox, spool
from streaming.producers.producer import new_id


def add_tombstone(shopper: str, customer_id: str = "", asked_by: str = "") -> ErasedShopper:
    """The tombstone, and the event that leaves by the outbox in the caller's transaction.

    Their events in the outbox are dropped. A second call finds the first tombstone, opens it again
    and sends nothing.
    """
    row, made = ErasedShopper.objects.select_for_update().get_or_create(
        shopper=shopper, defaults={"customer_id": customer_id, "asked_by": asked_by}
    )
    row.finished_at = None
    row.add({"waiting events": outbox.drop(shopper)})
    if made:
        outbox.enqueue(Erase(id=new_id(), shopper=shopper, ts=clock.now_ms(), source="shop"))
    row.save()
    return row


def erase_features(shopper: str) -> int:
    """Replace the features by a mark that refuses later events; 1 where there were any.

    Written at once, beside the stream's one writer. Should a batch in progress overwrite it, the
    Erase event, which comes after that batch, does it again. Raise StoreUnavailable.
    """
    before, _, disliked = execute(
        ("GET", keys.state(shopper)),
        ("SET", keys.state(shopper), ERASED, "EX", STATE_TTL_S),
        ("UNLINK", keys.dislikes(shopper)),
    )
    return int(before not in (None, ERASED) or disliked > 0)


def read_tombstones() -> dict[str, str]:
    """All erased shoppers that Redis knows, with their customer ids; raise StoreUnavailable."""
    (found,) = execute(("HGETALL", keys.ERASED))
    return {shopper.decode(): customer_id.decode() for shopper, customer_id in found.items()}


def store_tombstones(customer_ids: Mapping[str, str]) -> None:
    """`customer_ids` by shopper, empty where there is none; raise StoreUnavailable."""
    execute(("HSET", keys.ERASED, *chain.from_iterable(customer_ids.items())))


def erase_outside_database(shoppers: Collection[str]) -> dict[str, Counter[str]]:
    """Remove what is outside PostgreSQL; how much of what, for each shopper.

    Raise StoreUnavailable, KafkaException or OSError if some of it is left.
    """
    return {
        "features": Counter({shopper: erase_features(shopper) for shopper in shoppers}),
        "spooled events": spool.drop(shoppers),
        "dead letters": dead_letters.drop(shoppers),
    }


def reset(shopper: str) -> None:
    """Forget what was learned so far, and go on learning. Raise StoreUnavailable."""
    dislikes.clear(shopper)
    outbox.enqueue(Reset(id=new_id(), shopper=shopper, ts=clock.now_ms(), source="shop"))
