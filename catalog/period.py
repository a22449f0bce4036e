"""The period of the sales, ignoring outliers with wrong dates."""

from datetime import date
from typing import Final, NamedTuple

from django.db import connection

# Months with sales that are further than this from the others are outliers.
GAP_MONTHS: Final = 12
# Partitions with fewer rows are counted, as their estimates may be stale or missing.
COUNTED_BELOW: Final = 1_000
PARTITIONS: Final = """
SELECT c.relname, c.reltuples::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'catalog_transaction'::regclass
"""


class Period(NamedTuple):
    """The first and last day with sales; the number of outliers and their date range."""

    first: date
    last: date
    apart: int = 0
    apart_first: date | None = None
    apart_last: date | None = None

    @property
    def warnings(self) -> list[str]:
        if not self.apart:
            return []
        sales = "1 sale lies" if self.apart == 1 else f"{self.apart:,} sales lie"
        return [
            f"t_dat: {sales} more than {GAP_MONTHS} months apart from the others ({self.first} to"
            f" {self.last}), at {self.apart_first} to {self.apart_last}: wrong dates. They stay in"
            " their customers' orders; the shop's clock, training, evaluation and replays end with"
            " the others."
        ]


def data_period() -> Period | None:
    """None if there are no sales; raises django.db.Error."""
    months = _rows_by_month()
    if not months:
        return None
    runs = _runs(sorted(months))
    whole = max(runs, key=lambda run: sum(months[month] for month in run))
    first, last = _days(whole)
    others = [month for run in runs if run is not whole for month in run]
    if not others:
        return Period(first, last)
    apart = sum(months[month] for month in others)
    return Period(first, last, apart, *_days(others))


def _rows_by_month() -> dict[date, int]:
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        found = {_month_of(name): int(rows) for name, rows in cursor.fetchall()}
        for month, rows in found.items():
            if rows < COUNTED_BELOW:
                condition = [month, _month_after(month)]
                cursor.execute(
                    "SELECT count(*) FROM catalog_transaction WHERE t_dat >= %s AND t_dat < %s",
                    condition,
                )
                found[month] = int(cursor.fetchone()[0])
    return {month: rows for month, rows in found.items() if rows}


def _runs(months: list[date]) -> list[list[date]]:
    """Split where two months are more than GAP_MONTHS apart."""
    runs = [[months[0]]]
    for month in months[1:]:
        if _number(month) - _number(runs[-1][-1]) > GAP_MONTHS:
            runs.append([])
        runs[-1].append(month)
    return runs


def _days(months: list[date]) -> tuple[date, date]:
    """The first and last day with sales in these months, all of which have some."""
    ends = []
    with connection.cursor() as cursor:
        for what, month in (("min", months[0]), ("max", months[-1])):
            cursor.execute(
                f"SELECT {what}(t_dat) FROM catalog_transaction WHERE t_dat >= %s AND t_dat < %s",  # noqa: S608
                [month, _month_after(month)],
            )
            ends.append(cursor.fetchone()[0])
    return ends[0], ends[1]


def _month_of(name: str) -> date:
    year, month = name.rsplit("_", 2)[1:]
    return date(int(year), int(month), 1)


def _number(month: date) -> int:
    return month.year * 12 + month.month


def _month_after(month: date) -> date:
    years, index = divmod(month.month, 12)
    return date(month.year + years, index + 1, 1)
