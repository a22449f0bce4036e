"""Data quality of an ingest: small charts, empty cells, and changes since the previous run."""

from collections.abc import Iterator

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.ingest.checks.quality import Quality
from catalog.ingest.reading.columns import CUSTOMERS, SALES
from catalog.models import IngestRun
from web.charts import Chart, Line

# Smaller changes of a share, in percent of the rows, are noise.
NOTABLE = 1.0


def quality_of(run: IngestRun) -> dict[str, tuple[int, Quality]]:
    """Rows and quality by file."""
    return {file.name: (file.rows, file.quality) for file in run.files.order_by("pk")}


def plots(run: IngestRun) -> SafeString:
    """Bar charts by month, price magnitude and age band."""
    return format_html(
        '<div class="catalog-plots">{}</div>',
        format_html_join("", "{}", ((drawn(chart),) for chart in charts(quality_of(run)))),
    )


def charts(quality: dict[str, tuple[int, Quality]]) -> Iterator[Chart]:
    _, sales = quality.get(SALES, (0, {}))
    _, people = quality.get(CUSTOMERS, (0, {}))
    if months := sorted(sales.get("months", {}).items()):
        yield bars("months", "Units by month", months, months[0][0], months[-1][0])
    if prices := by_number(sales.get("prices", {})):
        ends = [f"{2 ** int(power) * settings.PRICE_UNIT:,.2f}" for power, _ in prices]
        yield bars("prices", "Units by price, each bar twice the last", prices, ends[0], ends[-1])
    if ages := by_number(people.get("ages", {})):
        yield bars("ages", "Customers by age", ages, ages[0][0], ages[-1][0])


def by_number(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Counts in numerical order."""
    return sorted(counts.items(), key=lambda item: int(item[0]))


def bars(name: str, title: str, counts: list[tuple[str, int]], first: str, last: str) -> Chart:
    line = Line(title, [float(count) for _, count in counts])
    return Chart(name, title, "rows", [line], first, last)


def drawn(chart: Chart) -> SafeString:
    plot = render_to_string("web/chart.html", {"chart": chart, "bars": True})
    ends = f"{chart.starts} – {chart.ends}, at most {chart.top:,.0f}"
    figure = "<figure><figcaption>{}</figcaption>{}<p>{}</p></figure>"
    return format_html(figure, chart.title, plot, ends)


def gaps(run: IngestRun) -> list[str]:
    """Columns with empty or emptied cells, and their share."""
    return [
        f"{name}: {column} {count / max(rows, 1):.1%} empty"
        for name, (rows, quality) in quality_of(run).items()
        for column, count in sorted(quality.get("empty", {}).items())
    ]


def changes(run: IngestRun) -> list[str]:
    """Changes since the previous run: rows, date range, prices, shares of empty cells."""
    before = IngestRun.objects.filter(pk__lt=run.pk, status=IngestRun.Status.DONE).first()
    if before is None:
        return ["there is no run before"]
    now, then = quality_of(run), quality_of(before)
    lines = [line for name in now for line in changed(name, now[name], then.get(name, (0, {})))]
    return lines or ["nothing of note"]


def changed(name: str, now: tuple[int, Quality], then: tuple[int, Quality]) -> Iterator[str]:
    (rows, quality), (old_rows, old) = now, then
    if rows != old_rows:
        yield f"{name}: {rows:,} rows, {rows - old_rows:+,}"
    for what in ("day", "price"):
        spans = [span(part.get(what, {})) for part in (quality, old)]
        if spans[0] != spans[1]:
            yield f"{name}: {what} {spans[0]}, before {spans[1]}"
    for column in sorted({*quality.get("empty", {}), *old.get("empty", {})}):
        share = 100 * quality.get("empty", {}).get(column, 0) / max(rows, 1)
        before = 100 * old.get("empty", {}).get(column, 0) / max(old_rows, 1)
        if abs(share - before) >= NOTABLE:
            yield f"{name}: {column} {share:.1f} % empty, before {before:.1f} %"


def span(ends: Quality) -> str:
    """The minimum and maximum as text."""
    found = [ends[name] for name in ("first", "last", "least", "most") if name in ends]
    return (
        " to ".join(f"{end:g}" if isinstance(end, float) else str(end) for end in found) or "none"
    )
