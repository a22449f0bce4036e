"""The offline twin: shoppers' features as of any moment from history, for all of them at once.

What the stream's reducer makes of a replay, event by event, is computed here over arrays, millions
of customers together. The features are the same to the last bit (a test and
`manage.py verify_features --from DAY` hold them equal), but for the reducer's one event in a
hundred million or so that it takes for a repetition because four bytes of hash are equal.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from catalog.columns import copy_columns
from streaming import history
from streaming.features import articles
from streaming.features.offline.tastes import Tastes, tastes
from streaming.features.reducer.tastes import Attributes
from streaming.features.registry import BUCKETS, DAY_MS, RECENTS, SESSION_GAP_MS, WINDOWS
from streaming.features.state import DIMENSIONS, Recent, ShopperState
from streaming.identity.tombstones import erased_customers

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
COLUMNS: Final = {"customer": ">i4", "article": ">i4", "day": ">i4", "channel": ">i4"}
QUERY: Final = """
SELECT customer_id, article_id, t_dat - date '1970-01-01', sales_channel::integer
FROM catalog_transaction WHERE t_dat >= '{}' AND t_dat < '{}' ORDER BY t_dat, id
"""


@dataclass(frozen=True)
class Purchases:
    """History's lines in its order (day, then line); `day` counts from 1970."""

    customer: Ints
    article: Ints
    day: Ints
    channel: Ints

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Purchases":
        """The chosen lines."""
        return (
            self if chosen.all() else Purchases(*(column[chosen] for column in vars(self).values()))
        )


@dataclass(frozen=True)
class Recents:
    """Row i has the entries ends[i-1]..ends[i], newest first, each article once; `ts` in ms."""

    ends: Longs
    article: Ints
    ts: Longs


@dataclass(frozen=True)
class Features:
    """One row per customer, sorted by key; see streaming.features.registry for what each means.

    Times are event time in ms, 0 for never. `windows` holds numbers of purchases by window,
    `affinities` decayed weights by dimension (streaming.features.state.DIMENSIONS).
    """

    as_of_ms: int
    customer: Ints
    purchases: Longs
    windows: dict[str, Longs]
    recents: Recents
    affinities: dict[str, Tastes]
    last_seen: Longs
    sessions: Longs
    session_start: Longs
    session_events: Longs
    purchase_days: Longs

    def state(self, row: int) -> ShopperState:
        """One customer's features as a reader of the store sees them."""
        number, last = int(self.purchases[row]), int(self.last_seen[row])
        if not number:
            return ShopperState()
        found = {name: int(counts[row]) for name, counts in self.windows.items()}
        return ShopperState(
            recents=self._recents(row),
            affinities=self._affinities(row),
            counts={"purchase": number},
            last_seen=last,
            windows={name: {"purchase": n} if n else {} for name, n in found.items()},
            sessions=int(self.sessions[row]),
            session_start=int(self.session_start[row]),
            session_events=int(self.session_events[row]),
            last_purchase=last,
            purchase_days=int(self.purchase_days[row]),
        )

    def _recents(self, row: int) -> list[Recent]:
        part = span(self.recents.ends, row)
        found = zip(self.recents.article[part], self.recents.ts[part], strict=True)
        return [Recent(int(article), "purchase", int(ts)) for article, ts in found]

    def _affinities(self, row: int) -> dict[str, dict[int, float]]:
        made = {name: taste.of(row) for name, taste in self.affinities.items()}
        return made if any(made.values()) else {}


def span(ends: Longs, row: int) -> slice:
    """Where a row's entries lie."""
    return slice(int(ends[row - 1]) if row else 0, int(ends[row]))


def features_as_of(
    customers: Collection[int] | None, first: date, as_of_ms: int, known: "Known | None" = None
) -> Features:
    """What a replay from the day `first` on makes of these customers before the moment `as_of_ms`.

    `customers`: None for all who bought something. Reads PostgreSQL; a month of history is held
    in its format (42 bytes a line), and then about 100 bytes for every line. `known`: the
    articles, where a caller who asks for many moments has them already.
    """
    last = datetime.fromtimestamp(as_of_ms / 1000, UTC).date()
    chosen = None if customers is None else np.unique(np.fromiter(customers, np.int32))
    return compute(load(first, last, chosen), chosen, known or Known.load(), as_of_ms)


def load(first: date, last: date, customers: Ints | None) -> Purchases:
    """The purchases of both days and what lies between; erased customers have none."""
    erased = np.array(sorted(erased_customers()), np.int32)
    parts = [_none()]
    while first <= last:
        end = min(history.month_after(first, 1), last + timedelta(days=1))
        month = Purchases(**copy_columns(QUERY.format(first, end), COLUMNS))
        kept = ~np.isin(month.customer, erased)
        if customers is not None:
            kept &= np.isin(month.customer, customers)
        parts.append(month.of(kept))
        first = end
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Purchases(*(np.concatenate(column) for column in columns))


def _none() -> Purchases:
    return Purchases(*(np.empty(0, np.int32) for _ in COLUMNS))


@dataclass(frozen=True)
class Known:
    """The articles' attributes: `values[d, i]` is DIMENSIONS[d] of the i-th of the sorted keys."""

    article: Ints
    values: Ints

    @classmethod
    def load(cls) -> "Known":
        return cls.of(articles.load())

    @classmethod
    def of(cls, attributes: dict[int, Attributes]) -> "Known":
        keys = sorted(attributes)
        values = np.array([attributes[key] for key in keys], np.int32)
        return cls(np.array(keys, np.int32), values.reshape(-1, len(DIMENSIONS)).T.copy())

    def places(self, wanted: Ints) -> Longs:
        """Where each article stands, −1 where it is unknown."""
        if not len(self.article):
            return np.full(len(wanted), -1)
        places = np.searchsorted(self.article, wanted).clip(max=len(self.article) - 1)
        return np.where(self.article[places] == wanted, places, -1)


def compute(purchases: Purchases, customers: Ints | None, known: Known, as_of_ms: int) -> Features:
    """Pure: the features of these customers (sorted; None: all there are) from their purchases."""
    ts = history.moments(purchases.day, purchases.customer, purchases.channel)
    before = ts < as_of_ms
    purchases, ts = purchases.of(before), ts[before]
    everybody = np.unique(purchases.customer) if customers is None else customers
    row = np.searchsorted(everybody, purchases.customer)
    order = _by_row_and_time(row, ts)
    row, ts, article = row[order], ts[order], purchases.article[order]
    return _features(everybody, row, ts, article, known, as_of_ms)


def _by_row_and_time(row: Longs, ts: Longs) -> Longs:
    """Equal moments keep the lines' order."""
    if not len(ts):
        return np.empty(0, np.int64)
    order: Longs = np.argsort(row * (np.ptp(ts) + 1) + (ts - ts.min()), kind="stable")
    return order


def _features(
    everybody: Ints, row: Longs, ts: Longs, article: Ints, known: Known, as_of_ms: int
) -> Features:
    counts = np.bincount(row, minlength=len(everybody))
    ends = np.cumsum(counts)
    last_seen = np.zeros(len(everybody), np.int64)
    last_seen[counts > 0] = ts[ends[counts > 0] - 1]
    return Features(
        as_of_ms=as_of_ms,
        customer=everybody,
        purchases=counts,
        windows={name: _window(row, ts, as_of_ms, len(everybody), name) for name in WINDOWS},
        recents=_recents(row, ts, article, len(everybody)),
        affinities=_affinities(row, ts, article, known, as_of_ms, len(everybody)),
        last_seen=last_seen,
        purchase_days=np.bincount(row[_begins(row, ts // DAY_MS)], minlength=len(everybody)),
        **_sessions(row, ts, last_seen, ends, as_of_ms),
    )


def _begins(row: Longs, value: Longs) -> npt.NDArray[np.bool_]:
    """Where a row, or within it another value, begins."""
    other = (row[1:] != row[:-1]) | (value[1:] != value[:-1])
    return np.concatenate([np.ones(min(len(row), 1), bool), other])


def _window(row: Longs, ts: Longs, as_of_ms: int, number: int, name: str) -> Longs:
    resolution, length = WINDOWS[name]
    width = BUCKETS[resolution].width_ms
    inside = as_of_ms // width - ts // width < length
    return np.bincount(row[inside], minlength=number)


def _sessions(
    row: Longs, ts: Longs, last_seen: Longs, ends: Longs, as_of_ms: int
) -> dict[str, Longs]:
    """How many there were; of the one that goes on its start (whole seconds) and length."""
    gap = np.diff(ts, prepend=0) > SESSION_GAP_MS
    begins = np.flatnonzero(gap | _begins(row, np.zeros_like(row)))
    numbers = np.bincount(row[begins], minlength=len(last_seen))
    goes_on = (as_of_ms - last_seen <= SESSION_GAP_MS) & (numbers > 0)
    newest = begins[np.cumsum(numbers)[goes_on] - 1]
    start, length = np.zeros_like(last_seen), np.zeros_like(last_seen)
    start[goes_on] = ts[newest] // 1000 * 1000
    length[goes_on] = ends[goes_on] - newest
    return {"sessions": numbers, "session_start": start, "session_events": length}


def _recents(row: Longs, ts: Longs, article: Ints, number: int) -> Recents:
    """The last purchase of each article, newest first, up to the feature's bound."""
    last = _last_of_each(row, article)
    owner = row[last]
    counts = np.bincount(owner, minlength=number)
    rank = np.cumsum(counts)[owner] - 1 - np.arange(len(owner))  # 0 is the newest
    ends = np.cumsum(np.minimum(counts, RECENTS.bound))
    kept = rank < RECENTS.bound
    last, owner, rank = last[kept], owner[kept], rank[kept]
    newest_first = np.empty(len(last), np.int64)
    newest_first[ends[owner] - np.minimum(counts, RECENTS.bound)[owner] + rank] = last
    return Recents(ends, article[newest_first], ts[newest_first] // 1000 * 1000)


def _last_of_each(row: Longs, article: Ints) -> Longs:
    """Ascending places of the last purchase of each (row, article)."""
    pair = row << 32 | article
    order = np.argsort(pair, kind="stable")
    differs = np.concatenate([np.diff(pair[order]) != 0, np.ones(min(len(pair), 1), bool)])
    return np.sort(order[differs])


def _affinities(
    row: Longs, ts: Longs, article: Ints, known: Known, as_of_ms: int, number: int
) -> dict[str, Tastes]:
    place = known.places(article)
    there = place >= 0
    ends = np.cumsum(np.bincount(row[there], minlength=number))
    made = tastes(ends, ts[there], place[there], known.values, as_of_ms)
    return dict(zip(DIMENSIONS, made, strict=True))
