"""The lake: tables with a day as Parquet files by month, for engines that read files.

    sales/month=2020-09/sales.parquet    id, t_dat, customer, article, price (files' unit), channel
    orders/month=2020-09/orders.parquet  the same of storefront.checkout.lake
    customers.parquet                    customer, age (only those whose age is known)

A month's file is replaced as a whole when its rows changed, so that an erased customer's go too.
Once there is a lake, each ingest and each night append to it.
"""

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection

from catalog.columns import copy_columns
from catalog.lake.tables import CUSTOMERS, TABLES, Table
from catalog.period import month_after
from web.files import replacing

logger = logging.getLogger(__name__)

AGES: Final = "SELECT id, age::integer FROM catalog_customer WHERE age IS NOT NULL ORDER BY id"
AGE_COLUMNS: Final = {"customer": ">i4", "age": ">i4"}
STATE: Final = b"state"
# Files with other columns are written again.
LAYOUT: Final = "2"


def exists() -> bool:
    """Whether `export_history` was ever run: a shop whose files nobody reads has none."""
    return (Path(settings.LAKE_DIR) / CUSTOMERS).exists()


def append() -> None:
    """Bring the lake up to date. A failure only leaves it as it was, until the next night."""
    try:
        for table, month, rows in export(Path(settings.LAKE_DIR)):
            logger.debug("%s of %s: %d rows are in the lake", table, month, rows)
    except OSError as error:
        logger.warning("The lake could not be written: %s", error)


def export(lake: Path) -> Iterator[tuple[str, date, int]]:
    """Write the months that changed; yield the table of each, the month, and its rows."""
    for table in TABLES:
        for month, rows in export_table(table, lake):
            yield table.name, month, rows
    write(pa.table(copy_columns(AGES, AGE_COLUMNS)), lake / CUSTOMERS)


def export_table(table: Table, lake: Path) -> Iterator[tuple[date, int]]:
    with connection.cursor() as cursor:
        cursor.execute(table.states)
        states = {
            month: " ".join(map(str, (LAYOUT, *figures))) for month, *figures in cursor.fetchall()
        }
    for month, state in states.items():
        file = lake / table.name / f"month={month:%Y-%m}" / f"{table.name}.parquet"
        if state != state_of(file):
            rows = rows_of(table, month)
            write(rows.replace_schema_metadata({STATE: state}), file)
            yield month, len(rows)
    for left in lake.glob(f"{table.name}/month=*/{table.name}.parquet"):
        if date.fromisoformat(f"{left.parent.name.removeprefix('month=')}-01") not in states:
            left.unlink()


def state_of(file: Path) -> str:
    """The state of the table when the file was written; empty without a file."""
    if not file.exists():
        return ""
    metadata: dict[bytes, bytes] = pq.read_schema(file).metadata or {}
    return metadata.get(STATE, b"").decode()


def rows_of(table: Table, month: date) -> pa.Table:
    columns = copy_columns(table.rows.format(month, month_after(month)), table.columns)
    days = pa.array(columns.pop("t_dat")).cast(pa.date32())
    return pa.table({"t_dat": days, **columns})


def write(table: pa.Table, file: Path) -> None:
    with replacing(file) as draft:
        pq.write_table(table, draft, compression="zstd")
