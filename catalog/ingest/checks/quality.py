"""Data quality of a file, gathered as it is read: empty cells, ranges, distributions. Pure.

A quality is JSON and can be merged: numbers add, `least` and `most` take the extremes, dicts merge.
"""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.cleaning.transactions import Transactions
from web.json_types import Json

Quality = Json
AGE_BAND = 5
# Prices are counted by powers of two, from this exponent up.
SMALLEST_EXPONENT = -20


def merged(one: Quality, other: Quality) -> Quality:
    """The quality of both parts together."""
    both = dict(one)
    for name, value in other.items():
        if name not in both:
            both[name] = value
        elif isinstance(value, dict):
            both[name] = merged(both[name], value)
        elif name in ("least", "first"):
            both[name] = min(both[name], value)
        elif name in ("most", "last"):
            both[name] = max(both[name], value)
        else:
            both[name] += value
    return both


def of_table(table: pa.Table, emptied: Counter[str]) -> Quality:
    """For articles or customers: empty cells per column, and ages in bands."""
    empty = {name: empty_cells(table[name]) for name in table.column_names}
    quality: Quality = {"empty": {name: count for name, count in empty.items() if count}}
    if emptied:
        quality["emptied"] = dict(emptied)
    if "age" in table.column_names:
        ages = table["age"].drop_null().to_numpy()
        quality["ages"] = counts(ages // AGE_BAND * AGE_BAND)
    if "index_group_name" in table.column_names:
        quality["audiences"] = counts_of(table["index_group_name"])
    return quality


def empty_cells(column: pa.ChunkedArray) -> int:
    empty = int(column.null_count)
    if pa.types.is_string(column.type):
        empty += int(pc.sum(pc.equal(column, "")).as_py() or 0)
    return empty


def of_transactions(found: Transactions) -> Quality:
    """For sales: units by month, channel and price magnitude, and the first and last day."""
    quality: Quality = {"emptied": dict(found.emptied)} if found.emptied else {}
    if not len(found.days):
        return quality
    months: Counter[str] = Counter()
    days = [(np.datetime64("2000-01-01") + day, count) for day, count in counted(found.days)]
    for day, count in days:
        months[str(day.astype("M8[M]"))] += count
    return quality | {
        "months": dict(months),
        "channels": counts(found.channels),
        "price": {
            "least": float(found.prices.min()),
            "most": float(found.prices.max()),
            "sum": float(found.prices.sum()),
        },
        "prices": counts(exponents(found.prices)),
        "day": {"first": str(days[0][0]), "last": str(days[-1][0])},
    }


def exponents(prices: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The exponent of the largest power of two not above each price."""
    found = np.frexp(prices)[1].astype(np.int64) - 1
    return np.maximum(found, SMALLEST_EXPONENT)


def counted(values: npt.NDArray[np.integer]) -> list[tuple[int, int]]:
    """How often each value occurs; fast for few values close together."""
    if not len(values):
        return []
    least = int(values.min())
    times = np.bincount((values - least).astype(np.int64))
    return [(least + int(place), int(times[place])) for place in np.flatnonzero(times)]


def counts(values: npt.NDArray[np.integer]) -> dict[str, int]:
    return {str(value): count for value, count in counted(values)}


def counts_of(texts: pa.ChunkedArray) -> dict[str, int]:
    return {item["values"]: item["counts"] for item in texts.value_counts().to_pylist()}
