"""Over how many partitions the shoppers are spread in the store: the home of each shopper's state.

A topic may have more partitions than that (somebody adds some), and whoever writes to it may have
another partitioner: an event that lies elsewhere is passed on to its shopper's home. The number is
kept beside the states, for it must not change under them, whatever KAFKA_PARTITIONS says by then.
"""

import time
from binascii import crc32
from typing import Final

from django.conf import settings

from streaming.connection import StoreUnavailable, client, translate_errors
from web.cache import on_empty

KEY: Final = "stream:partitions"
REFRESH_S: Final = 5.0


class _Homes:
    """The number as the store had it at most REFRESH_S ago; the setting's while it has none."""

    def __init__(self) -> None:
        self.number: int | None = None
        self.asked_at = float("-inf")

    def current(self) -> int:
        if time.monotonic() - self.asked_at > REFRESH_S:
            self.refresh()
        return self.number or int(settings.KAFKA_PARTITIONS)

    def refresh(self) -> None:
        self.asked_at = time.monotonic()
        try:
            with translate_errors():
                stored = client().get(KEY)
        except StoreUnavailable:
            return
        self.number = None if stored is None else int(stored)


_homes = _Homes()


def stored_homes() -> int | None:
    """The number the store is laid out over, None where it is empty."""
    _homes.refresh()
    return _homes.number


def homes() -> int:
    """How many homes there are; never raises."""
    return _homes.current()


def home_of(key: str) -> int:
    """The partition that keeps the shopper's state."""
    return partition_of(key, homes())


def partition_of(key: str, partitions: int) -> int:
    """librdkafka's own choice for a keyed message, so that most of its clients agree with us."""
    return crc32(key.encode()) % partitions


def settle(number: int) -> int:
    """Lay an empty store out over `number` homes; return the number in force. Raise
    StoreUnavailable."""
    with translate_errors():
        client().set(KEY, number, nx=True)
    reset()
    _homes.refresh()
    return homes()


def reset() -> None:
    """Forget what was read, as in a new process."""
    _homes.__init__()  # type: ignore[misc]


on_empty(reset)
