"""History as it happened: the lines of transactions, in the order and at the times of a shop's
day."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from catalog.columns import copy_columns
from catalog.models import IngestRun
from catalog.period import data_period, month_after
from streaming.events.spans import DAY_MS
from streaming.identity.tombstones import erased_customers
from web.arrays import Array

# Share of a day's baskets by the hour: a quiet night, a lunch break, a busy evening.
HOURS: Final = (
    1, 0.6, 0.4, 0.3, 0.3, 0.6, 1.5, 3, 4.5, 5.5, 6, 6.5,
    7, 6.5, 6, 6, 6.5, 7, 7.5, 8, 7.5, 6, 4, 2,
)  # fmt: skip
SHARES: Final = np.concatenate([[0.0], np.cumsum(HOURS) / np.sum(HOURS)])
BOUNDS: Final = np.arange(25) * (DAY_MS / 24)
EPOCH: Final = date(1970, 1, 1)

SALES: Final = "transactions_train"
# A span with fewer lines is followed by one of twice the months.
FEW: Final = 50_000
COLUMNS: Final = {
    "id": ">i8", "day": ">i4", "customer": ">i4", "article": ">i4", "price": ">f8",
    "channel": ">i4",
}  # fmt: skip
QUERY: Final = """
SELECT id, t_dat - date '1970-01-01', customer_id, article_id, price, sales_channel::integer
FROM catalog_transaction WHERE t_dat BETWEEN '{}' AND '{}' {}
"""


@dataclass(frozen=True)
class Lines:
    """Lines of whole days in the order of their moments `ts` (ms), then of the file (`id`).

    `day` counts from 1970; `price` is in the files' unit; `channel` 1 is a store, 2 online.
    """

    id: npt.NDArray[np.int64]
    day: npt.NDArray[np.int32]
    customer: npt.NDArray[np.int32]
    article: npt.NDArray[np.int32]
    price: npt.NDArray[np.float64]
    channel: npt.NDArray[np.int32]
    ts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.id)

    def __getitem__(self, chosen: slice | Array) -> "Lines":
        return Lines(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def places(self) -> npt.NDArray[np.int64]:
        """Each line's place within its day."""
        return np.arange(len(self)) - np.searchsorted(self.day, self.day)

    def days(self) -> "Iterator[Lines]":
        """Day by day."""
        borders = np.flatnonzero(np.diff(self.day)) + 1
        for begin, end in zip([0, *borders], [*borders, len(self)], strict=True):
            yield self[begin:end]


# The lines from the first to the last day (inclusive) in pieces of whole days, in order of time.
Source = Callable[[date, date], Iterator[Lines]]


def bounds() -> tuple[date, date] | None:
    """The first and last day of history, None when there is none; see catalog.period."""
    period = data_period()
    return None if period is None else (period.first, period.last)


def identity(sales: str | None = None) -> str:
    """Identifies data by what a replay depends on: the ingested files, or other `sales`. Empty
    without an ingest."""
    run = IngestRun.objects.order_by("-pk").first()
    content = {} if run is None else run.content
    if sales is not None:
        content[SALES] = sales
    return " ".join(content.values())


def of_database(first: date, last: date, customers: Sequence[int] | None = None) -> Iterator[Lines]:
    """A Source: PostgreSQL's lines month by month, which is partition by partition, or in longer
    spans where the months have few. One span is held at a time: about 100 bytes a line.

    `customers`: only their lines, at the same moments. Erased customers have none.
    """
    erased = np.array(sorted(erased_customers()), np.int32)
    months = 1
    while first <= last:
        end = min(month_after(first, months) - timedelta(days=1), last)
        found = copy_columns(QUERY.format(first, end, customer_filter(customers)), COLUMNS)
        lines = arrange(**found)
        if len(erased):
            lines = lines[~np.isin(lines.customer, erased)]
        if len(lines):
            yield lines
        if len(lines) < FEW:
            months *= 2
        first = end + timedelta(days=1)


def customer_filter(customers: Sequence[int] | None) -> str:
    if customers is None:
        return ""
    return f"AND customer_id = ANY ('{{{','.join(str(int(key)) for key in customers)}}}')"


def arrange(**columns: Array) -> Lines:
    """Give each line its basket's moment, and sort the lines; see COLUMNS."""
    ts = moments(columns["day"], columns["customer"], columns["channel"])
    return Lines(**columns, ts=ts)[np.lexsort((columns["id"], ts))]


def start_of(day: date) -> int:
    """Midnight (UTC) in ms."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


def moments(
    days: npt.NDArray[np.int32], customers: npt.NDArray[np.int32], channels: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64]:
    """The moment (ms) of each basket (customer, day, channel): always the same ones.

    A hash (the finaliser of splitmix64: Steele, Lea, Flood, OOPSLA 2014) gives each basket a place
    between 0 and 1, which the day's curve turns into a time.
    """
    ordinals = days.astype(np.uint64) + np.uint64(EPOCH.toordinal())
    with np.errstate(over="ignore"):
        z = customers.astype(np.uint64) * np.uint64(4) + channels.astype(np.uint64)
        z = z * np.uint64(0x9E3779B97F4A7C15) + ordinals
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    at = np.interp(z / 2.0**64, SHARES, BOUNDS).astype(np.int64)
    ts: npt.NDArray[np.int64] = days * np.int64(DAY_MS) + at
    return ts
