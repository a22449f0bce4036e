"""Recent outcomes of the shelves: totals by widget and strategy, click-through by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Max, Sum

from catalog.money import amount
from recommendations.attribution.models import COUNTED, Outcome
from web.charts import Chart, Line
from web.json_types import Json

DAYS: Final = 30
MAX_LINES: Final = 5


@dataclass(frozen=True)
class Row:
    """Totals over some days; `revenue` is money."""

    kind: str
    strategy: str
    impressions: int
    clicks: int
    bag_adds: int
    purchases: int
    revenue: Decimal
    day: date | None = None

    @property
    def click_rate(self) -> float | None:
        """Percent."""
        return 100 * self.clicks / self.impressions if self.impressions else None


@dataclass(frozen=True)
class Report:
    """`kind` is the widget shown in detail, if any, with its days, newest first."""

    days: Sequence[date]
    kinds: Sequence[str]
    rows: Sequence[Row]
    kind: str | None
    by_day: Sequence[Row]
    chart: Chart | None


def report(kind: str | None) -> Report:
    """The last DAYS of event time with any outcome."""
    last = Outcome.objects.aggregate(last=Max("day"))["last"]
    if last is None:
        return Report([], [], [], None, [], None)
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    rows = summed(days, None)
    kinds = sorted({row.kind for row in rows})
    chosen = kind if kind in kinds else None
    daily = summed(days, chosen) if chosen else []
    return Report(days, kinds, rows, chosen, daily[::-1], charted(days, daily) if daily else None)


def summed(days: Sequence[date], kind: str | None) -> list[Row]:
    """By widget and strategy, most shown first; with `kind`, by day and strategy."""
    found = Outcome.objects.filter(day__range=(days[0], days[-1]))
    keys = {"serving__kind": "kind", "serving__strategy": "strategy"}
    order = ["serving__kind", "-impressions"]
    if kind is not None:
        found, keys, order = found.filter(serving__kind=kind), {"day": "day", **keys}, ["day"]
    sums = {name: Sum(name) for name in COUNTED}
    rows = found.values(*keys).annotate(**sums).order_by(*order, "serving__strategy")
    return [row_of({keys.get(name, name): value for name, value in row.items()}) for row in rows]


def row_of(values: Json) -> Row:
    return Row(**{**values, "revenue": amount(values["revenue"])})


def charted(days: Sequence[date], daily: Sequence[Row]) -> Chart:
    """Click-through (%) by strategy, for those shown most."""
    shown: dict[str, int] = {}
    for row in daily:
        shown[row.strategy] = shown.get(row.strategy, 0) + row.impressions
    rate = {(row.strategy, row.day): row.click_rate for row in daily}
    lines = [
        Line(name, [rate.get((name, day)) for day in days])
        for name in sorted(shown, key=lambda name: -shown[name])[:MAX_LINES]
    ]
    ends = f"{days[0]:%-d %b}", f"{days[-1]:%-d %b}"
    return Chart("click-through", "Click-through by day", "%", lines, *ends)
