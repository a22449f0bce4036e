"""History as events: the lines of transactions in the order, and at the times, of a shop's day."""

from binascii import crc32
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from streaming.erasure import erased_customers
from streaming.events import BagAdd, Event, Purchase, View
from streaming.features import DAY_MS
from streaming.shoppers import customer_shopper

# Share of a day's baskets by the hour: a quiet night, a lunch break, a busy evening.
HOURS: Final = (
    1, 0.6, 0.4, 0.3, 0.3, 0.6, 1.5, 3, 4.5, 5.5, 6, 6.5,
    7, 6.5, 6, 6, 6.5, 7, 7.5, 8, 7.5, 6, 4, 2,
)  # fmt: skip
SHARES: Final = np.concatenate([[0.0], np.cumsum(HOURS) / np.sum(HOURS)])
BOUNDS: Final = np.arange(25) * (DAY_MS / 24)
ROWS: Final = 50_000

Line = tuple[int, date, int, int, float, int]  # id, t_dat, customer, article, price, channel

QUERY: Final = """
SELECT id, t_dat, customer_id, article_id, price, sales_channel FROM catalog_transaction
WHERE t_dat >= %(begin)s AND t_dat < %(end)s
  AND (%(customers)s::int[] IS NULL OR customer_id = ANY (%(customers)s))
  AND customer_id <> ALL (%(erased)s::int[])
ORDER BY t_dat, id
"""


class Day(NamedTuple):
    """One day's lines in the order of their moments; `ts` holds the moments in ms."""

    day: date
    lines: list[Line]
    ts: list[int]


def bounds() -> tuple[date, date] | None:
    """The first and the last day of history, None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(t_dat), max(t_dat) FROM catalog_transaction")
        first, last = cursor.fetchone()
    return None if first is None else (first, last)


def days(first: date, last: date, customers: Sequence[int] | None = None) -> Iterator[Day]:
    """The days from `first` to `last` (inclusive) that have lines.

    Month by month, which is partition by partition, through a server-side cursor: a day's lines
    are all that is held. `customers`: only their lines, at the same moments. Erased ones have none.
    """
    for begin, end in months(first, last):
        for day, lines in groupby(_lines(begin, end, customers), key=lambda line: line[1]):
            yield arrange(day, list(lines))


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Half-open spans, each within one month, that cover both days and what lies between."""
    end = last + timedelta(days=1)
    while first < end:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, min(following, end)
        first = following


def _lines(begin: date, end: date, customers: Sequence[int] | None) -> Iterator[Line]:
    chosen = None if customers is None else list(customers)
    erased = sorted(erased_customers())
    connection.ensure_connection()
    with transaction.atomic(), connection.connection.cursor(name="history") as cursor:
        cursor.itersize = ROWS
        asked = {"begin": begin, "end": end, "customers": chosen, "erased": erased}
        cursor.execute(QUERY, asked)
        yield from cursor


def arrange(day: date, lines: list[Line]) -> Day:
    """Give each line its basket's moment and sort by it; equal moments keep the lines' order."""
    customers = np.array([line[2] for line in lines], dtype=np.uint64)
    channels = np.array([line[5] for line in lines], dtype=np.uint64)
    at = start_of(day) + moments(day.toordinal(), customers, channels)
    order = np.argsort(at, kind="stable")
    return Day(day, [lines[i] for i in order], at[order].tolist())


def start_of(day: date) -> int:
    """Midnight (UTC) in ms."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def moments(
    days: int | npt.NDArray[np.uint64],
    customers: npt.NDArray[np.uint64],
    channels: npt.NDArray[np.uint64],
) -> npt.NDArray[np.int64]:
    """Milliseconds into the day of each basket (customer, day, channel): always the same ones.

    `days` are ordinals. A hash (the finaliser of splitmix64: Steele, Lea, Flood, OOPSLA 2014)
    gives each basket a place between 0 and 1, which the day's curve turns into a time.
    """
    with np.errstate(over="ignore"):
        z = customers * np.uint64(4) + channels
        z = z * np.uint64(0x9E3779B97F4A7C15) + np.uint64(days)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    place = z / 2.0**64
    at: npt.NDArray[np.int64] = np.interp(place, SHARES, BOUNDS).astype(np.int64)
    return at


def purchase(line: Line, ts: int, lap: int = 0) -> Purchase:
    """The line as an event; its id follows from the line's, so that a repetition shows."""
    number, _, customer, article, price, channel = line
    return Purchase(
        id=f"r{number}" if not lap else f"r{number}-{lap}",
        shopper=customer_shopper(customer),
        ts=ts,
        source="replay",
        article=article,
        price=price,
        channel=1 if channel == 1 else 2,
    )


def browsing(event: Purchase) -> list[Event]:
    """What may have come before a purchase: plausible, but made up, and marked as synthetic.

    The article is viewed in the ten minutes before, and four times in five put into the bag.
    """
    chance = crc32(event.id.encode())
    lead = 60_000 + chance % 540_000
    made: list[Event] = [_synthetic(View, "sv", event, lead)]
    if chance % 5:
        made.append(_synthetic(BagAdd, "sb", event, lead // 3))
    return made


def _synthetic(kind: type[View | BagAdd], mark: str, event: Purchase, lead: int) -> Event:
    return kind(
        id=mark + event.id,
        shopper=event.shopper,
        ts=event.ts - lead,
        source="replay",
        article=event.article,
        widget="synthetic",
    )


def events(day: Day, *, browse: bool = False, lap: int = 0, shift_ms: int = 0) -> list[Event]:
    """A day's events in order; `lap` and `shift_ms` tell a repetition of the same days apart."""
    purchases = [
        purchase(line, ts + shift_ms, lap) for line, ts in zip(day.lines, day.ts, strict=True)
    ]
    if not browse:
        return list(purchases)
    made: list[Event] = [e for event in purchases for e in (*browsing(event), event)]
    return sorted(made, key=lambda event: event.ts)
