"""Over how many partitions the shoppers are spread in the store: the home of each shopper's state.

A topic may have more partitions than that (somebody adds some), and whoever writes to it may have
another partitioner: an event in another partition is passed on to its shopper's home. The number is
kept with the states, since it must not change under them, whatever KAFKA_PARTITIONS says later.
"""

from binascii import crc32
from typing import Final

from django.conf import settings

from streaming.connection import Polled, execute

KEY: Final = "stream:partitions"
REFRESH_S: Final = 5.0


def _stored_number() -> int | None:
    (stored,) = execute(("GET", KEY))
    return None if stored is None else int(stored)


_homes: Final[Polled[int | None]] = Polled(_stored_number, None, REFRESH_S)


def stored_homes() -> int | None:
    """The number the store is laid out over, None where it is empty."""
    _homes.refresh()
    return _homes.value


def homes() -> int:
    """How many homes there are, the setting's number while the store has none; never raises."""
    return _homes.get() or int(settings.KAFKA_PARTITIONS)


def home_of(key: str) -> int:
    """The partition that keeps the shopper's state."""
    return partition_of(key, homes())


def partition_of(key: str, partitions: int) -> int:
    """librdkafka's own choice for a keyed message, so that most of its clients agree with us."""
    return crc32(key.encode()) % partitions


def settle(number: int) -> int:
    """Lay an empty store out over `number` homes; return the number in force. Raise
    StoreUnavailable."""
    execute(("SET", KEY, number, "NX"))
    _homes.reset()
    return homes()


def reset() -> None:
    """Forget what was read, as in a new process."""
    _homes.reset()
