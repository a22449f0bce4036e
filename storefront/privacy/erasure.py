"""Erases a shopper everywhere, for good: the page, the admin and the command all call `erase`.

First PostgreSQL, in one transaction with the tombstone; from then on nothing of them is shown or
learned (identity.tombstones). Then everything else, as soon as it can be
reached: Redis at once, the spool and the dead letters by a task that repeats until done. What stays
identifies nobody: orders without their shopper, totals, and until the next training the active
bundle's histories, which are no longer read.
"""

import logging
from contextlib import suppress
from functools import partial

from confluent_kafka import KafkaException
from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from catalog.models import Customer, Transaction
from catalog.signals import ingested
from recommendations.attribution import step as attribution
from recommendations.retrieval.profile import customer_key
from storefront.models import Bag, Order, SavedArticle, ShopperSession
from streaming.connection import StoreUnavailable
from streaming.erasure import features
from streaming.identity.tombstones import tombstones
from streaming.models import ErasedShopper
from web.tasks import run_soon

logger = logging.getLogger(__name__)

CACHED = ("personas", "live-tail")
# Every attribute of a customer, also one that is added later, has a value for "unknown".
KEYS = {"id", "customer_id"}
NOTHING_KNOWN = {
    field.name: None if field.null else field.get_default()
    for field in Customer._meta.fields
    if field.name not in KEYS
}


def erase(shopper: str, asked_by: str) -> ErasedShopper:
    """Erase what PostgreSQL and Redis hold; the rest follows soon, see `finish_erasure`.

    `asked_by` goes into the tombstone. Idempotent.
    """
    with transaction.atomic():
        tombstone = features.add_tombstone(shopper, _name_in_files(shopper), asked_by)
        tombstone.add(from_tables(shopper))
        tombstone.save()
        transaction.on_commit(partial(run_soon, "storefront.finish_erasures"))
    tombstones.reset()
    with suppress(StoreUnavailable):
        features.erase_features(shopper)
        features.store_tombstones({shopper: tombstone.customer_id})
    cache.delete_many(CACHED)
    logger.info("%s was erased, as asked by %s", shopper, asked_by)
    return tombstone


def _name_in_files(shopper: str) -> str:
    key = customer_key(shopper)
    known = Customer.objects.filter(pk=key or 0).values_list("customer_id", flat=True)
    return known.first() or ""


def from_tables(shopper: str) -> dict[str, int]:
    """Delete the shopper from PostgreSQL; return the number of rows per table."""
    orders = Order.objects.filter(shopper=shopper)
    return {
        "bags": Bag.objects.filter(shopper=shopper).delete()[0],
        "saved articles": SavedArticle.objects.filter(shopper=shopper).delete()[0],
        "orders unlinked": orders.update(shopper="", customer=None),
        "sessions": ShopperSession.objects.filter(shopper=shopper).delete()[0],
        **attribution.forget([shopper]),
        **_of_customer(customer_key(shopper)),
    }


def _of_customer(key: int | None) -> dict[str, int]:
    """Deletes purchases and empties attributes; the bare id stays, to recognise the customer in the
    next delivery of the files."""
    if key is None:
        return {}
    known = Customer.objects.filter(pk=key).exclude(**NOTHING_KNOWN)
    return {
        "purchases": Transaction.objects.filter(customer=key).delete()[0],
        "profile": known.update(**NOTHING_KNOWN),
    }


def finish_erasure() -> tuple[int, int]:
    """Finish all erasures that can be; return how many are done, and how many remain.

    PostgreSQL is checked again, for requests in flight during the erasure.
    """
    with transaction.atomic():
        rows = list(ErasedShopper.objects.select_for_update().filter(finished_at=None))
        for row in rows:
            row.add(from_tables(row.shopper))
        try:
            swept = features.erase_outside_database([row.shopper for row in rows]) if rows else {}
        except (StoreUnavailable, KafkaException, OSError) as error:
            logger.warning("%d erasures are not finished: %s", len(rows), error)
            return 0, len(rows)
        for row in rows:
            row.add({what: number[row.shopper] for what, number in swept.items()})
            row.finished_at = timezone.now()
            row.save()
    return len(rows), 0


@receiver(ingested)
def erase_again(**_: object) -> None:
    """Erase customers again whom an ingest brought back under their old keys."""
    for row in ErasedShopper.objects.exclude(customer_id=""):
        from_tables(row.shopper)
    transaction.on_commit(tombstones.reset)


def erase_restored() -> int:
    """Erase again whom a restored backup of PostgreSQL brought back; return how many.

    Redis also knows every erased shopper, and gets back the ones it has lost.
    """
    try:
        known = features.read_tombstones()
    except StoreUnavailable as error:
        logger.warning("Could not compare erasures with Redis: %s", error)
        return 0
    buried = dict(ErasedShopper.objects.values_list("shopper", "customer_id"))
    # Another data set has other ids under the same keys.
    back = [s for s in sorted(known.keys() - buried.keys()) if _name_in_files(s) == known[s]]
    for shopper in back:
        erase(shopper, "a backup that was restored")
    if missing := {shopper: buried[shopper] for shopper in buried.keys() - known.keys()}:
        with suppress(StoreUnavailable):
            features.store_tombstones(missing)
    return len(back)
