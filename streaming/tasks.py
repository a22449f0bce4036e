from collections.abc import Sequence
from typing import Final

from celery import shared_task

from streaming.events.schema import names_in
from streaming.features import sampling
from streaming.identity.tombstones import tombstones
from streaming.producers import outbox, spool
from streaming.producers.acknowledged import outgoing

SAMPLE: Final = 500


@shared_task(name="streaming.relay_outbox")
def relay_outbox() -> int:
    """Send the outbox's waiting events to Kafka."""
    sent = outbox.relay()
    outbox.purge()
    return sent


@shared_task(name="streaming.flush_spool")
def flush_spool() -> int:
    """Send the events that were spooled while Kafka was down."""
    return spool.flush(_deliver)


def _deliver(messages: Sequence[bytes]) -> list[bytes]:
    """Send these and return those that weren't acknowledged; an erased shopper's are dropped."""
    alive = [message for message in messages if not names_in(message) & tombstones.names()]
    failed = outbox.sender().send([outgoing(message) for message in alive])
    return [alive[place] for place in failed]


@shared_task(name="streaming.verify_features")
def verify_features() -> int:
    """Compare a sample of the features with the log; return the number of differences."""
    found = sampling.verify(SAMPLE)
    return found.differing
