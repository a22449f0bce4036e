"""A year of an article's weekly price and sales, and where the lines of its small chart run."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.core.cache import cache
from django.db import connection

from catalog.models import Article

WEEKS: Final = 52
LEAST: Final = 12  # so that a young article's chart looks like one
# The few articles with more lines than this take longer than a page may: they are kept.
MANY: Final = 2000
KEPT_S: Final = 7 * 86_400
HEIGHT: Final = 40.0
# By the index on (article, day). A best seller has some 20,000 lines in a year.
QUERY: Final = """
SELECT (%(last)s - t_dat) / 7 AS ago, count(*), avg(price)
FROM catalog_transaction
WHERE article_id = %(article)s AND t_dat > %(first)s AND t_dat <= %(last)s
GROUP BY ago
"""


@dataclass(frozen=True)
class Week:
    """`price` is the mean paid, in the files' unit, None in a week without a sale."""

    begins: date
    units: int
    price: float | None


@dataclass(frozen=True)
class Chart:
    """Oldest week first. x runs from 0 to the number of weeks, y downwards from 0 to HEIGHT."""

    weeks: list[Week]

    @property
    def width(self) -> int:
        return len(self.weeks)

    @property
    def units(self) -> int:
        return sum(week.units for week in self.weeks)

    @property
    def prices(self) -> list[float]:
        return [week.price for week in self.weeks if week.price is not None]

    @property
    def lowest(self) -> float:
        return min(self.prices)

    @property
    def highest(self) -> float:
        return max(self.prices)

    @property
    def best(self) -> Week:
        return max(self.weeks, key=lambda week: week.units)

    @property
    def sold(self) -> list[Week]:
        return [week for week in self.weeks if week.units]

    @property
    def bars(self) -> str:
        """A path of one bar a week."""
        most = self.best.units
        heights = [(x, HEIGHT * week.units / most) for x, week in enumerate(self.weeks)]
        return "".join(f"M{x}.1 {HEIGHT}v{-tall:.1f}h.8v{tall:.1f}z" for x, tall in heights if tall)

    @property
    def line(self) -> str:
        """A path through the weeks' prices, over weeks without a sale; nought is not its floor."""
        floor, span = 0.9 * self.lowest, 1.1 * self.highest - 0.9 * self.lowest
        points = [
            f"{x + 0.5} {HEIGHT * (1 - (week.price - floor) / span):.1f}"
            for x, week in enumerate(self.weeks)
            if week.price is not None
        ]
        return "M" + "L".join(points) + ("h.01" if len(points) == 1 else "")


def history(article: Article) -> Chart | None:
    """The year up to the week of the last sale; None for an article that was never sold."""
    last = article.summary.last_sold
    if last is None:
        return None
    if article.summary.units < MANY:
        return chart(_ask(article.pk, last), last)
    key = f"weekly-{article.pk}-{last}-{article.summary.units}"
    return chart(cache.get_or_set(key, lambda: _ask(article.pk, last), KEPT_S) or [], last)


def chart(rows: list[tuple[int, int, float]], last: date) -> Chart | None:
    """Of rows (weeks ago, units, mean price); from the first week with a sale on, or LEAST."""
    if not rows:
        return None
    known = {ago: (units, price) for ago, units, price in rows}
    weeks = []
    for ago in range(max(max(known), LEAST - 1), -1, -1):
        units, price = known.get(ago, (0, None))
        weeks.append(Week(last - timedelta(days=7 * ago + 6), units, price))
    return Chart(weeks)


def _ask(article: int, last: date) -> list[tuple[int, int, float]]:
    span: dict[str, int | date] = {
        "article": article,
        "last": last,
        "first": last - timedelta(weeks=WEEKS),
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, span)
        return [(int(ago), int(units), float(price)) for ago, units, price in cursor.fetchall()]
