"""Arrays to PostgreSQL by COPY (binary for transactions, CSV for tables with text)."""

import io
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import connection
from pyarrow import csv as arrow_csv

from catalog.ingest.cleaning.transactions import Transactions

# https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": a signature, flags and
# extension length; then per row a field count and, per field, a length and the value.
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("id_size", ">i4"), ("id", ">i8"),
        ("price_size", ">i4"), ("price", ">f8"),
        ("t_dat_size", ">i4"), ("t_dat", ">i4"),
        ("customer_size", ">i4"), ("customer", ">i4"),
        ("article_size", ">i4"), ("article", ">i4"),
        ("channel_size", ">i4"), ("channel", ">i2"),
    ]
)  # fmt: skip
COLUMNS = "id, price, t_dat, customer_id, article_id, sales_channel"
BATCH = 100_000


def encode(found: Transactions, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
    """Rows for a binary COPY, in the order given. `numbers` are their ids."""
    rows = np.empty(len(numbers), dtype=ROW)
    rows["fields"] = 6
    values = {
        "id": numbers,
        "price": found.prices,
        "t_dat": found.days,
        "customer": found.customers,
        "article": found.articles,
        "channel": found.channels,
    }
    for name, column in values.items():
        rows[f"{name}_size"] = ROW[name].itemsize
        rows[name] = column
    return rows


def by_month(
    rows: npt.NDArray[np.void], days: npt.NDArray[np.int32]
) -> dict[date, npt.NDArray[np.void]]:
    """Split encoded rows by month (days count from 2000-01-01)."""
    if not len(days):
        return {}
    # The months of the few days from the first to the last, not of every row.
    first = int(days.min())
    months = months_of(np.arange(first, int(days.max()) + 1))
    if months[0] == months[-1]:
        return {months[0].astype("M8[D]").item(): rows}
    own = months.take(days - first)
    return {month.astype("M8[D]").item(): rows[own == month] for month in np.unique(own)}


def months_of(days: npt.NDArray[np.integer]) -> npt.NDArray[np.datetime64]:
    return (days + np.datetime64("2000-01-01")).astype("M8[M]")


def copy_rows(table: str, rows: npt.NDArray[np.void], *, frozen: bool) -> None:
    """COPY encoded transactions into a month's table.

    `frozen` rows need no VACUUM; the current transaction must have created the table.
    """
    data = io.BytesIO(b"".join((HEADER, rows.view(np.uint8).data, TRAILER)))
    options = "FORMAT binary, FREEZE" if frozen else "FORMAT binary"
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({COLUMNS}) FROM STDIN ({options})", data, 1 << 18)


def copy_table(target: str, table: pa.Table) -> None:
    """COPY a table whose column names match the target's. Null is NULL, empty text is empty."""
    columns = ", ".join(table.column_names)
    options = arrow_csv.WriteOptions(include_header=False)
    with connection.cursor() as cursor:
        for start in range(0, table.num_rows, BATCH):
            data = io.BytesIO()
            arrow_csv.write_csv(table.slice(start, BATCH), data, options)
            data.seek(0)
            cursor.copy_expert(f"COPY {target} ({columns}) FROM STDIN (FORMAT csv)", data)
