"""The shop clock, which gives the event time of now.

The data end in September 2020, and the shop runs at the time of its data: now is the wall clock
plus an offset. The offset is kept in Redis, and in PostgreSQL in case Redis loses it; a replay
moves it. Until somebody sets it, now is the end of the data's last day.
"""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import Error as DatabaseError

from catalog.period import data_period
from streaming import keys
from streaming.connection import Polled, execute
from streaming.models import ShopClock
from web.cache import bounded

logger = logging.getLogger(__name__)

REFRESH_S = 1.0
STORED_REFRESH_S = 10.0


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def stored_offset() -> int | None:
    """The offset in Redis, None when the clock was never set; may raise StoreUnavailable."""
    (value,) = execute(("GET", keys.CLOCK))
    return None if value is None else int(value)


def _stored_row() -> ShopClock:
    """The clock in PostgreSQL; raise django.db.Error."""
    return ShopClock.objects.first() or ShopClock()


_offset: Final[Polled[int | None]] = Polled(stored_offset, None, REFRESH_S)
_row: Final = Polled(_stored_row, ShopClock(), STORED_REFRESH_S)


def reset() -> None:
    """Forget both, as in a new process."""
    _offset.reset()
    _row.reset()


def now_ms() -> int:
    """Event time in ms. Never raises: with Redis down the last known offset holds."""
    offset = _offset.get()
    if offset is None:
        offset = _row.get().offset_ms
    return wall_ms() + (default_offset() if offset is None else offset)


def now() -> datetime:
    """Event time in UTC, as a moment."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC)


def latest_ms() -> int:
    """The latest time that the shop's clock has ever had. Events far after it can't be right; after
    a clock was set back, later ones still exist."""
    return max(now_ms(), _row.get().reached_ms)


def refresh() -> None:
    """Read the clock again, before an event is rejected as ahead of it."""
    _offset.expire()
    _row.expire()


def reach(ms: int) -> None:
    """Note that events up to `ms` are about to be published; with PostgreSQL down they may be
    refused."""
    if ms > latest_ms():
        _store(reached_ms=ms)


def learn_offset(value: bytes | None) -> int:
    """now_ms() from an offset that was read together with something else."""
    _offset.learn(None if value is None else int(value))
    return now_ms()


def set_now(ms: int) -> None:
    """Move the clock, also back; may raise StoreUnavailable."""
    before, offset = latest_ms() if _is_known() else 0, ms - wall_ms()
    execute(("SET", keys.CLOCK, offset))
    _store(reached_ms=max(before, ms), offset_ms=offset)
    _offset.learn(offset)


def _is_known() -> bool:
    """Whether somebody has set the clock, or the data define it."""
    if _offset.get() is not None or _row.get().offset_ms is not None:
        return True
    return default_offset() != 0


def _store(**values: int) -> None:
    """In PostgreSQL too; `reached_ms` never goes back."""
    try:
        row, _ = ShopClock.objects.get_or_create(pk=1)
        row.reached_ms = max(row.reached_ms, values["reached_ms"])
        row.offset_ms = values.get("offset_ms", row.offset_ms)
        row.save()
    except DatabaseError as error:
        logger.warning("Could not save the shop clock to PostgreSQL: %s", error)
    else:
        _row.learn(row)


def follow(ms: int) -> None:
    """Move the clock forward to `ms`; never back, except if nobody has set it yet."""
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
    period = data_period()
    if period is None:
        raise LookupError("no transactions")
    last = period.last
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return int(end.timestamp() * 1000) - wall_ms()
