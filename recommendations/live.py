"""The shopper's live features: one Redis read a request, none while Redis is known to be away."""

import logging
import time
from dataclasses import dataclass

from streaming import store
from streaming.store import Snapshot, StoreUnavailable

logger = logging.getLogger(__name__)

# Of nobody in particular: what is trending can be asked without a shopper.
NOBODY = "a" + "0" * 32
# A page has several shelves; without this each would wait for its own time-out.
PAUSE_S = 2.0


@dataclass
class Breaker:
    """Stays open for PAUSE_S after a failure; one per process."""

    open_until: float = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self.open_until

    def trip(self) -> None:
        self.open_until = time.monotonic() + PAUSE_S


breaker = Breaker()


def snapshot_of(shopper: str | None, index_group: int | None) -> Snapshot | None:
    """State, trends and time in one round trip; None when Redis is away."""
    if breaker.is_open():
        return None
    try:
        return store.snapshot(shopper or NOBODY, index_group=index_group)
    except StoreUnavailable as error:
        breaker.trip()
        logger.warning("no live features for %.0f s: %s", PAUSE_S, error)
        return None
