"""The shopper's online features: one Redis read per request, none while Redis is down."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.http import HttpRequest

from streaming import clock
from streaming.features import store
from streaming.features.state import State
from streaming.features.store import Snapshot, StoreUnavailable
from web.cache import per_request

# Read for a shopper, and for trends by one of `keys.top`.
Read = Callable[[str | None, str | None], Snapshot | None]

logger = logging.getLogger(__name__)

# Read without a shopper: what is trending.
NOBODY = "a" + "0" * 32
# A page has several shelves; without this each would wait for its own timeout.
PAUSE_S = 2.0


@dataclass
class Breaker:
    """A circuit breaker: stays open for PAUSE_S after a failure; one per process."""

    open_until: float = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self.open_until

    def trip(self) -> None:
        self.open_until = time.monotonic() + PAUSE_S


breaker = Breaker()


def snapshot_of(shopper: str | None, top: str | None = None) -> Snapshot | None:
    """State, time and, by one of `keys.top`, trends in one round trip; None if Redis is down.

    Without a shopper (None) only trends are read.
    """
    if breaker.is_open():
        return None
    if shopper is None and top is None:
        return store.nothing_of(clock.now_ms())
    try:
        found = store.snapshot(shopper or NOBODY, top=top)
        return found if shopper else replace(found, stored=State(), dislikes=[])
    except StoreUnavailable as error:
        breaker.trip()
        logger.warning("serving without live features for %.0f s: %s", PAUSE_S, error)
        return None


@per_request
def read_once_per_page(_: HttpRequest) -> Read:
    """`snapshot_of` for the shelves of one page, which share each result; one read with trends
    serves those without, too."""
    known: dict[tuple[str | None, str | None], Snapshot | None] = {}

    def read(shopper: str | None, top: str | None = None) -> Snapshot | None:
        for of, trends in known:
            if of == shopper and top in (None, trends):
                return known[of, trends]
        known[shopper, top] = snapshot_of(shopper, top)
        return known[shopper, top]

    return read
