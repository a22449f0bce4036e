"""The period of the sales, ignoring outliers with wrong dates."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import Max, Min, QuerySet

from catalog.models import Transaction

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
        sales = "1 sale is" if self.apart == 1 else f"{self.apart:,} sales are"
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
        estimates = {month_of(name): int(rows) for name, rows in cursor.fetchall()}
    found = {
        month: _in_month(month).count() if rows < COUNTED_BELOW else rows
        for month, rows in estimates.items()
    }
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
    first = _in_month(months[0]).aggregate(day=Min("t_dat"))["day"]
    return first, _in_month(months[-1]).aggregate(day=Max("t_dat"))["day"]


def _in_month(month: date) -> QuerySet[Transaction]:
    return Transaction.objects.filter(t_dat__gte=month, t_dat__lt=month_after(month))


def month_of(table: str) -> date:
    """The month in the name of a partition: catalog_transaction_2020_09."""
    year, month = table.rsplit("_", 2)[1:]
    return date(int(year), int(month), 1)


def _number(month: date) -> int:
    return month.year * 12 + month.month


def month_ranges(first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last day of every month from `first` to `last`, cut off at `last`."""
    while first <= last:
        following = month_after(first)
        yield first, min(last, following - timedelta(days=1))
        first = following


def month_after(day: date, months: int = 1) -> date:
    """The first day of the month, `months` after the day's own."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
