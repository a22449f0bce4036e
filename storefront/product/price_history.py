"""A year of an article's weekly price and sales, and the lines of its small chart."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from django.db import connection

WEEKS: Final = 52
MIN_WEEKS: Final = 12  # weeks in a chart, even of a new article
ENOUGH: Final = 6
HEIGHT: Final = 40.0
# A best seller has tens of thousands of lines in a year. They are counted from the index on
# (article, day) alone; only prices need rows, at most this many per day.
PRICES_A_DAY: Final = 3
QUERY: Final = """
WITH sold AS MATERIALIZED (
    SELECT t_dat AS day, count(*) AS units
    FROM catalog_transaction
    WHERE article_id = %(article)s AND t_dat > %(first)s AND t_dat <= %(last)s
    GROUP BY t_dat
)
SELECT (%(last)s - day) / 7 AS ago, sum(units), sum(units * paid.price) / sum(units)
FROM sold CROSS JOIN LATERAL (
    SELECT avg(price) AS price
    FROM (
        SELECT price FROM catalog_transaction
        WHERE article_id = %(article)s AND t_dat = day LIMIT %(prices)s
    ) few
) paid
GROUP BY ago
"""


@dataclass(frozen=True)
class Week:
    """`price` is the mean paid, in the files' unit, None in a week without a sale.

    On a day with more than PRICES_A_DAY sales only that many prices are sampled.
    """

    begins: date
    units: int
    price: float | None


@dataclass(frozen=True)
class Chart:
    """Oldest week first. x runs from 0 to the number of weeks, y downwards from 0 to HEIGHT."""

    weeks: list[Week]

    @cached_property
    def width(self) -> int:
        return len(self.weeks)

    @cached_property
    def units(self) -> int:
        return sum(week.units for week in self.weeks)

    @cached_property
    def prices(self) -> list[float]:
        return [week.price for week in self.weeks if week.price is not None]

    @cached_property
    def lowest(self) -> float:
        return min(self.prices)

    @cached_property
    def highest(self) -> float:
        return max(self.prices)

    @cached_property
    def best(self) -> Week:
        return max(self.weeks, key=lambda week: week.units)

    @cached_property
    def sold(self) -> list[Week]:
        return [week for week in self.weeks if week.units]

    @property
    def begins(self) -> date:
        return self.weeks[0].begins

    @property
    def ends(self) -> date:
        return self.weeks[-1].begins

    @cached_property
    def bars(self) -> str:
        """A path with one bar per week."""
        most = self.best.units
        heights = [(x, HEIGHT * week.units / most) for x, week in enumerate(self.weeks)]
        return "".join(f"M{x}.1 {HEIGHT}v{-tall:.1f}h.8v{tall:.1f}z" for x, tall in heights if tall)

    @cached_property
    def line(self) -> str:
        """A path through the weekly prices, bridging weeks without a sale; not zero-based."""
        floor, span = 0.9 * self.lowest, 1.1 * self.highest - 0.9 * self.lowest
        points = [
            f"{x + 0.5} {HEIGHT * (1 - (week.price - floor) / span):.1f}"
            for x, week in enumerate(self.weeks)
            if week.price is not None
        ]
        return "M" + "L".join(points) + ("h.01" if len(points) == 1 else "")


def history(article: int, last: date | None) -> Chart | None:
    """The year up to the week of the last sale; None for an article never sold."""
    return None if last is None else chart(_ask(article, last), last)


def chart(rows: list[tuple[int, int, float]], last: date) -> Chart | None:
    """From rows (weeks ago, units, mean price), starting with the first sale; at least LEAST weeks.

    None for fewer than ENOUGH weeks with a sale: they show no trend.
    """
    if len(rows) < ENOUGH:
        return None
    known = {ago: (units, price) for ago, units, price in rows}
    weeks = []
    for ago in range(max(max(known), MIN_WEEKS - 1), -1, -1):
        units, price = known.get(ago, (0, None))
        weeks.append(Week(last - timedelta(days=7 * ago + 6), units, price))
    return Chart(weeks)


def _ask(article: int, last: date) -> list[tuple[int, int, float]]:
    span: dict[str, int | date] = {
        "article": article,
        "last": last,
        "prices": PRICES_A_DAY,
        "first": last - timedelta(weeks=WEEKS),
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, span)
        return [(int(ago), int(units), float(price)) for ago, units, price in cursor.fetchall()]
