"""The shop clock: the event time of now.

The data end in September 2020. The shop lives at the time of its data: now is the wall clock plus
an offset kept in Redis, which a replay moves along. As long as nobody has set it, now is the end
of the data's last day.
"""

import time
from datetime import UTC, datetime, timedelta

from django.db import Error as DatabaseError
from django.db.models import Max

from catalog.models import Transaction
from streaming import keys
from streaming.connection import StoreUnavailable, available, client
from web.cache import bounded

REFRESH_S = 1.0


class _Offset:
    """The last known offset in ms, asked for again after a second."""

    def __init__(self) -> None:
        self.ms: int | None = None
        self.asked_at = float("-inf")

    def current(self) -> int | None:
        if time.monotonic() - self.asked_at > REFRESH_S:
            try:
                self.learn(stored_offset())
            except StoreUnavailable:
                self.asked_at = time.monotonic()
        return self.ms

    def learn(self, ms: int | None) -> None:
        self.ms, self.asked_at = ms, time.monotonic()


_offset = _Offset()


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def stored_offset() -> int | None:
    """The offset in Redis, None when the clock was never set; may raise StoreUnavailable."""
    with available():
        value = client().get(keys.CLOCK)
    return None if value is None else int(value)


def now_ms() -> int:
    """Event time in ms. Never raises: with Redis away the last known offset holds."""
    offset = _offset.current()
    return wall_ms() + (default_offset() if offset is None else offset)


def heard(value: bytes | None) -> int:
    """now_ms() from the offset that came with another answer of Redis."""
    _offset.learn(None if value is None else int(value))
    return now_ms()


def set_now(ms: int) -> None:
    """Move the clock, also back; may raise StoreUnavailable."""
    offset = ms - wall_ms()
    with available():
        client().set(keys.CLOCK, offset)
    _offset.learn(offset)


def follow(ms: int) -> None:
    """Move the clock on to `ms`; never back, unless nobody has set it yet."""
    offset = stored_offset()
    if offset is None or wall_ms() + offset < ms:
        set_now(ms)


def default_offset() -> int:
    """From now to the end of the data's last day; 0 when there are no data."""
    try:
        return _to_end_of_data()
    except (DatabaseError, LookupError):
        return 0


@bounded(most=1)
def _to_end_of_data() -> int:
    last = Transaction.objects.aggregate(last=Max("t_dat"))["last"]
    if last is None:
        raise LookupError("no transactions")
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return int(end.timestamp() * 1000) - wall_ms()
