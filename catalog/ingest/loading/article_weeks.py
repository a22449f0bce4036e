"""Counts each article's sales by week as they pass through the loader.

Reading 31.8 M rows back from the tables would take several times as long.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.ingest.cleaning.transactions import Transactions
from catalog.ingest.loading.copying import copy_table

DAY_0 = np.datetime64("2000-01-01")
MONDAY = 2  # 2000-01-03
KEY_BITS = 16  # of a week's number


def weeks_of(found: Transactions, ids: npt.NDArray[np.int64]) -> pa.Table:
    """A block's sales by article and week, as columns of ArticleWeek; days count from DAY_0."""
    units = np.ones(len(ids), np.int64)
    columns = [found.articles, units, found.prices, found.days, found.days, ids, found.prices]
    names = ["article_id", "units", "spent", "first_sold", "last_sold", "id", "price"]
    return summed(pa.table(columns, names))


def summed(parts: pa.Table) -> pa.Table:
    """One row per article and week; `id` and `price` are the last sale's."""
    columns = {name: parts[name].to_numpy() for name in parts.column_names}
    order = np.lexsort((columns["id"], columns["last_sold"]))
    sales = {name: column[order] for name, column in columns.items()}
    weeks = (sales["last_sold"] - MONDAY) // 7 + 1
    encoded = pa.array(sales["article_id"].astype(np.int64) << KEY_BITS | weeks).dictionary_encode()
    codes, count = encoded.indices.to_numpy(), len(encoded.dictionary)
    last = np.empty(count, np.intp)
    last[codes] = np.arange(len(codes))  # of several the last stays
    found = {name: column[last] for name, column in sales.items()}
    np.minimum.at(found["first_sold"], codes, sales["first_sold"])
    found["units"] = np.bincount(codes, sales["units"], count).astype(np.int64)
    found["spent"] = np.bincount(codes, sales["spent"], count).astype(float)
    return pa.table(found)


def write(parts: Sequence[pa.Table]) -> None:
    """Write the weeks of the rows that the open transaction loads, in the order of their index."""
    found = summed(pa.concat_tables(parts)).sort_by("article_id")
    for name in ("first_sold", "last_sold"):
        days = pa.array(found[name].to_numpy() + DAY_0)
        found = found.set_column(found.column_names.index(name), name, days)
    copy_table("catalog_articleweek", found)
