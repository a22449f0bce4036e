"""What the lake holds by month. Apart from `files`, so that web processes need no Parquet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Table:
    """`states`: month and figures that change with the month's rows; `rows` of one month, from its
    first day to before another, with `t_dat` in days since 1970; see `copy_columns`."""

    name: str
    states: str
    rows: str
    columns: Mapping[str, str]


CUSTOMERS: Final = "customers.parquet"
COLUMNS: Final = {"id": ">i8"} | dict.fromkeys(
    ("t_dat", "customer", "article", "price", "channel"), ">i4"
)
COLUMNS["price"] = ">f4"
SALES: Final = Table(
    "sales",
    """
    SELECT date_trunc('month', t_dat)::date, count(*), sum(id), sum(id * customer_id),
        sum(id * article_id), round(sum(price)::numeric, 3)
    FROM catalog_transaction GROUP BY 1 ORDER BY 1
    """,
    """
    SELECT id, t_dat - date '1970-01-01', customer_id, article_id, price::real,
        sales_channel::integer
    FROM catalog_transaction WHERE t_dat >= '{}' AND t_dat < '{}' ORDER BY t_dat, id
    """,
    COLUMNS,
)
# Rooms above add theirs when the app is ready.
TABLES: Final = [SALES]
