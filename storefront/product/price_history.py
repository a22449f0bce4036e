"""A year of an article's weekly price and sales, and the lines of its small chart."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from django.db import connection

from web import charts

WEEKS: Final = 52
MIN_WEEKS: Final = 12  # weeks in a chart, even of a new article
ENOUGH: Final = 6
QUERY: Final = """
SELECT (%(week)s - date_trunc('week', last_sold)::date) / 7 AS ago, sum(units),
    sum(spent) / sum(units)
FROM catalog_articleweek
WHERE article_id = %(article)s AND last_sold > %(first)s AND first_sold <= %(last)s
GROUP BY ago
"""


@dataclass(frozen=True)
class Week:
    """From Monday; `price` is the mean paid, in the files' unit, None in a week without a sale."""

    begins: date
    units: int
    price: float | None


@dataclass(frozen=True)
class SalesChart:
    """Oldest week first; paths are drawn as web.charts does."""

    weeks: list[Week]

    @property
    def units(self) -> int:
        return sum(week.units for week in self.weeks)

    @property
    def sold(self) -> list[Week]:
        return [week for week in self.weeks if week.units]

    @cached_property
    def prices(self) -> list[float]:
        return [week.price for week in self.weeks if week.price is not None]

    @property
    def lowest(self) -> float:
        return min(self.prices)

    @property
    def highest(self) -> float:
        return max(self.prices)

    @property
    def bars(self) -> str:
        units = [week.units for week in self.weeks]
        return charts.bars(units, max(units))

    @property
    def line(self) -> str:
        """The weekly prices; in a week without a sale the one before stays. Not zero-based."""
        floor, span = 0.9 * self.lowest, 1.1 * self.highest - 0.9 * self.lowest
        shown: list[float | None] = []
        for week in self.weeks:
            before = shown[-1] if shown else None
            shown.append(before if week.price is None else week.price - floor)
        return charts.path(shown, span)


def history(article: int, last: date | None) -> SalesChart | None:
    """The year up to the week of the last sale; None for an article never sold."""
    return None if last is None else chart(_ask(article, last), last)


def chart(rows: list[tuple[int, int, float]], last: date) -> SalesChart | None:
    """From rows (weeks ago, units, mean price), starting with the first sale; at least MIN_WEEKS.

    None for fewer than ENOUGH weeks with a sale: they show no trend.
    """
    if len(rows) < ENOUGH:
        return None
    known = {ago: (units, price) for ago, units, price in rows}
    weeks = []
    for ago in range(max(max(known), MIN_WEEKS - 1), -1, -1):
        units, price = known.get(ago, (0, None))
        weeks.append(Week(monday_of(last) - timedelta(weeks=ago), units, price))
    return SalesChart(weeks)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _ask(article: int, last: date) -> list[tuple[int, int, float]]:
    week = monday_of(last)
    span: dict[str, int | date] = {
        "article": article,
        "last": last,
        "week": week,
        "first": week - timedelta(weeks=WEEKS - 1, days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, span)
        return [(int(ago), int(units), float(price)) for ago, units, price in cursor.fetchall()]
