"""The lake: all sales as Parquet files by month, for engines that read files.

    sales/month=2020-09/sales.parquet   id, t_dat, customer, article, price (files' unit), channel
    customers.parquet                   customer, age (only those whose age is known)

A month's file is replaced as a whole when its sales changed, so that an erased customer's go too.
"""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from catalog.columns import copy_columns

STATES = """
SELECT date_trunc('month', t_dat)::date, count(*), sum(id), sum(customer_id)
FROM catalog_transaction GROUP BY 1 ORDER BY 1
"""
SALES = """
SELECT id, t_dat - date '1970-01-01', customer_id, article_id, price::real, sales_channel::integer
FROM catalog_transaction WHERE t_dat >= '{}' AND t_dat < '{}' ORDER BY t_dat, id
"""
SALE_COLUMNS = {"id": ">i8"} | dict.fromkeys(
    ("t_dat", "customer", "article", "price", "channel"), ">i4"
)
SALE_COLUMNS["price"] = ">f4"
AGES = "SELECT id, age::integer FROM catalog_customer WHERE age IS NOT NULL ORDER BY id"
AGE_COLUMNS = {"customer": ">i4", "age": ">i4"}
STATE = b"state"
# Files with other columns are written again.
LAYOUT = "2"


def export_sales(lake: Path) -> Iterator[tuple[date, int]]:
    """Write the months that changed; yield each with its number of sales."""
    with connection.cursor() as cursor:
        cursor.execute(STATES)
        states = {
            month: " ".join(map(str, (LAYOUT, *figures))) for month, *figures in cursor.fetchall()
        }
    for month, state in states.items():
        file = lake / "sales" / f"month={month:%Y-%m}" / "sales.parquet"
        if state != state_of(file):
            table = sales_of(month)
            write(table.replace_schema_metadata({STATE: state}), file)
            yield month, len(table)
    for left in lake.glob("sales/month=*/sales.parquet"):
        if date.fromisoformat(f"{left.parent.name.removeprefix('month=')}-01") not in states:
            left.unlink()
    write(pa.table(copy_columns(AGES, AGE_COLUMNS)), lake / "customers.parquet")


def state_of(file: Path) -> str:
    """The state of the table when the file was written; empty without a file."""
    if not file.exists():
        return ""
    metadata: dict[bytes, bytes] = pq.read_schema(file).metadata or {}
    return metadata.get(STATE, b"").decode()


def sales_of(month: date) -> pa.Table:
    following = (month + timedelta(days=32)).replace(day=1)
    columns = copy_columns(SALES.format(month, following), SALE_COLUMNS)
    days = pa.array(columns.pop("t_dat")).cast(pa.date32())
    return pa.table({"t_dat": days, **columns})


def write(table: pa.Table, file: Path) -> None:
    """Under another name first: a reader sees the old file or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    building = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        pq.write_table(table, building, compression="zstd")
        building.rename(file)
    finally:
        building.unlink(missing_ok=True)
