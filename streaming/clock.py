"""The shop clock: the event time of now.

The data end in September 2020. The shop lives at the time of its data: now is the wall clock plus
an offset kept in Redis, which a replay moves along, and in PostgreSQL, should Redis lose it. As
long as nobody has set it, now is the end of the data's last day.
"""

import logging
import time
from datetime import UTC, datetime, timedelta

from django.db import Error as DatabaseError

from catalog.period import data_period
from streaming import keys
from streaming.connection import StoreUnavailable, client, translate_errors
from streaming.models import ShopClock
from web.cache import bounded, on_empty

logger = logging.getLogger(__name__)

REFRESH_S = 1.0
STORED_REFRESH_S = 10.0


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


class _StoredClock:
    """What PostgreSQL has of the clock, asked for again now and then."""

    def __init__(self) -> None:
        self.row = ShopClock()
        self.asked_at = float("-inf")

    def current(self) -> ShopClock:
        if time.monotonic() - self.asked_at > STORED_REFRESH_S:
            self.asked_at = time.monotonic()
            try:
                self.row = ShopClock.objects.first() or ShopClock()
            except DatabaseError as error:
                logger.info("Could not read the shop clock from PostgreSQL: %s", error)
        return self.row

    def learn(self, row: ShopClock) -> None:
        self.row, self.asked_at = row, time.monotonic()


_offset, _kept = _Offset(), _StoredClock()


def reset() -> None:
    """Forget what was heard, as in a new process."""
    _offset.learn(None)
    _kept.__init__()  # type: ignore[misc]


on_empty(reset)


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def stored_offset() -> int | None:
    """The offset in Redis, None when the clock was never set; may raise StoreUnavailable."""
    with translate_errors():
        value = client().get(keys.CLOCK)
    return None if value is None else int(value)


def now_ms() -> int:
    """Event time in ms. Never raises: with Redis down the last known offset holds."""
    offset = _offset.current()
    if offset is None:
        offset = _kept.current().offset_ms
    return wall_ms() + (default_offset() if offset is None else offset)


def now() -> datetime:
    """Event time in UTC, as a moment."""
    return datetime.fromtimestamp(now_ms() / 1000, UTC)


def latest_ms() -> int:
    """The latest that the shop's clock has ever been: what is far ahead of it can't be true.

    A clock that was set back knows later events nevertheless.
    """
    return max(now_ms(), _kept.current().reached_ms)


def refresh() -> None:
    """Ask again where the clock stands, before anything is called too late."""
    _offset.asked_at = _kept.asked_at = float("-inf")


def reach(ms: int) -> None:
    """Events up to `ms` are about to be published; with PostgreSQL down they may be refused."""
    if ms > latest_ms():
        _store(reached_ms=ms)


def learn_offset(value: bytes | None) -> int:
    """now_ms() from the offset that came with another answer of Redis."""
    _offset.learn(None if value is None else int(value))
    return now_ms()


def set_now(ms: int) -> None:
    """Move the clock, also back; may raise StoreUnavailable."""
    before, offset = latest_ms() if _is_known() else 0, ms - wall_ms()
    with translate_errors():
        client().set(keys.CLOCK, offset)
    _store(reached_ms=max(before, ms), offset_ms=offset)
    _offset.learn(offset)


def _is_known() -> bool:
    """Whether anybody has set it, or the data tell it."""
    if _offset.current() is not None or _kept.current().offset_ms is not None:
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
        _kept.learn(row)


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
    period = data_period()
    if period is None:
        raise LookupError("no transactions")
    last = period.last
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return int(end.timestamp() * 1000) - wall_ms()
