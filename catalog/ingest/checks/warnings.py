"""Warnings about a data set that can still be loaded, one sentence each. Pure."""

from collections.abc import Iterator, Mapping

from catalog.ingest.checks.advice import UNKNOWN
from catalog.ingest.checks.quality import Quality
from catalog.ingest.reading.columns import ARTICLES, SALES
from catalog.ingest.reading.records import CUT
from catalog.ingest.reading.source import Source
from web.json_types import Json

# The replacement for a missing column, where it isn't just "unknown".
INSTEAD = {
    "product_code": "taken from the article ids",
    "product_type_no": "made of the names",
    "colour_group_code": "made of the names",
    "perceived_colour_master_name": "taken from colour_group_name",
    "index_group_name": "taken from index_name",
    "sales_channel_id": "every sale counts as online",
}
# Powers of two: H&M's prices are amounts divided by 590 and hardly ever reach 1.
LIKE_MONEY = 0
SPREADSHEET_ROWS = 1_048_576
FAR_MONTHS, HARDLY = 6, 0.01


def of_sources(sources: Mapping[str, Source], price_without: str) -> Iterator[str]:
    """Warnings from the headers; `price_without` is the price if no file has any."""
    for source in sources.values():
        if source.is_derived:
            yield (
                f"There is no {source.name}.csv: the {source.name} are those of "
                f"{source.path.name}, and nothing but their ids is known."
            )
            continue
        lacking = [column for column in source.lacking if column != "price"]
        if lacking:
            instead = [f"{name}: {INSTEAD[name]}" for name in lacking if name in INSTEAD]
            said = f"{source.path.name} has no column {', '.join(lacking)}: unknown"
            yield f"{said} ({'; '.join(instead)})." if instead else f"{said}."
    if SALES in sources and "price" in sources[SALES].lacking:
        known = ARTICLES in sources and "price" in sources[ARTICLES].header
        yield f"{sources[SALES].path.name} has no column price: " + (
            "each sale takes the price of its article."
            if known
            else f"no file tells one, so everything costs {price_without}."
        )


def of_file(name: str, rows: int, rejected: Mapping[str, int], quality: Quality) -> Iterator[str]:
    """Warnings from a file's rows."""
    if not rows:
        yield f"{name} has a header and no rows."
    if rows + 1 == SPREADSHEET_ROWS:
        yield (
            f"{name} has {SPREADSHEET_ROWS:,} lines, as many as a spreadsheet holds: a longer file "
            "saved by one has lost the rest."
        )
    yield from of_emptied(name, quality)
    yield from of_rejects(name, rows, rejected)
    yield from of_days(name, quality)


def of_rejects(name: str, rows: int, rejected: Mapping[str, int]) -> Iterator[str]:
    """A file that was cut short, and how many sales refer to rows missing from the other files."""
    if CUT in rejected:
        yield f"{name} ends within a line: has its download or export been cut short?"
    for reason in UNKNOWN:
        if count := rejected.get(reason, 0):
            what = f"{reason.removeprefix('unknown ')}s.csv"
            yield (
                f"{name}: {count:,} of {rows:,} sales ({count / rows:.1%}) are of "
                f"{reason.removeprefix('unknown ')}s that {what} does not have."
            )


def of_prices(quality: Quality, unit: int) -> Iterator[str]:
    """Whether the prices look like money rather than H&M's scaled prices."""
    prices = {int(power): count for power, count in quality.get("prices", {}).items()}
    total = sum(prices.values())
    large = sum(count for power, count in prices.items() if power >= LIKE_MONEY)
    if unit > 1 and large * 2 > total:
        ends = quality["price"]
        yield (
            f"The prices look like money ({ends['least']:g} to {ends['most']:g}), and the shop "
            f"shows them × {unit}: set PRICE_UNIT=1 to show them as they are."
        )


def of_days(name: str, quality: Quality) -> Iterator[str]:
    """Isolated months with hardly a sale, perhaps from a wrong clock."""
    months = sorted(quality.get("months", {}).items())
    total = sum(count for _, count in months)
    for place, (month, count) in enumerate(months):
        beside = [other for other, _ in months[max(0, place - 1) : place + 2] if other != month]
        apart = min((abs(months_between(month, other)) for other in beside), default=0)
        if apart > FAR_MONTHS and count < HARDLY * total:
            yield f"{name}: {month} has {count:,} sales and is {apart} months away from all others."


def months_between(one: str, other: str) -> int:
    years, months = (int(a) - int(b) for a, b in zip(one.split("-"), other.split("-"), strict=True))
    return years * 12 + months


def of_emptied(name: str, quality: Quality) -> Iterator[str]:
    emptied: Json = quality.get("emptied", {})
    if emptied:
        listed = "; ".join(f"{why} ({count:,})" for why, count in emptied.items())
        yield f"{name}: cells emptied, their rows kept: {listed}."
