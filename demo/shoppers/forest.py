"""Studies as a forest plot: for each run the interval, the measured value, and the truth."""

from collections.abc import Sequence
from html import escape
from typing import Final

from web.json_types import Json

LEFT: Final = 300
WIDTH: Final = 420
RIGHT: Final = 20
ROW: Final = 34
THIN: Final = 7  # for studies with many runs
GAP: Final = 16
STYLE: Final = "font: 13px system-ui, sans-serif; color-scheme: light dark"
OURS, TRUTH, RULE = "#1f8f6a", "#d9822b", "#8a938f"


def drawing(studies: Sequence[Json]) -> str:
    """An SVG, all studies on one scale: clicks per shopper, the other minus the control."""
    low, high = limits(studies)
    parts, top = [], 8.0
    for study in studies:
        runs = runs_of(study)
        row = ROW if len(runs) == 1 else THIN
        parts.append(label(study, top + row * len(runs) / 2))
        for at, one in enumerate(runs):
            parts.append(interval(one, study["truth"], top + row * (at + 0.5), low, high))
        top += row * len(runs) + GAP
    zero = place(0.0, low, high)
    parts.insert(0, f'<path d="M{zero:.1f} 0V{top:.0f}" stroke="{RULE}" stroke-dasharray="3 3"/>')
    parts += axis(low, high, top)
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{top + 58:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} style="{STYLE}" role="img" '
        f'aria-label="Differences with their intervals, and the truth">{"".join(parts)}</svg>\n'
    )


def limits(studies: Sequence[Json]) -> tuple[float, float]:
    runs = [one for study in studies for one in runs_of(study)]
    low = min([0.0, *(one["low"] for one in runs)])
    high = max([0.0, *(one["high"] for one in runs)])
    return low, high if high > low else low + 1.0


def runs_of(study: Json) -> Sequence[Json]:
    """For an A/A study, whose shoppers were split by many hashes, a selection of those."""
    split = study.get("split") or {}
    return [*study["each"], *split.get("each", [])]


def place(value: float, low: float, high: float) -> float:
    return LEFT + (value - low) / (high - low) * WIDTH


def label(study: Json, middle: float) -> str:
    told = f"told in {study['detected']} of {study['runs']}"
    if split := study.get("split"):
        told += f", in {split['told']} by {split['seeds']:,} other hashes"
    return (
        f'<text x="0" y="{middle - 3:.1f}" fill="currentColor">{escape(study["title"])}</text>'
        f'<text x="0" y="{middle + 12:.1f}" fill="{RULE}" font-size="11">'
        f"{study['shoppers']:,} shoppers, {told}</text>"
    )


def interval(one: Json, truth: float, y: float, low: float, high: float) -> str:
    at = {name: place(one[name], low, high) for name in ("low", "high", "difference")}
    true = place(truth, low, high)
    return (
        f'<path d="M{at["low"]:.1f} {y:.1f}H{at["high"]:.1f}" stroke="{OURS}" stroke-width="2"/>'
        f'<circle cx="{at["difference"]:.1f}" cy="{y:.1f}" r="3" fill="{OURS}"/>'
        f'<path d="M{true:.1f} {y - 3.5:.1f}v7" stroke="{TRUTH}" stroke-width="3"/>'
    )


def axis(low: float, high: float, top: float) -> list[str]:
    step = next(s for s in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50) if (high - low) / s <= 9)
    ticks = [n * step for n in range(round(low / step), round(high / step) + 1)]
    parts = [
        f'<text x="{place(t, low, high):.1f}" y="{top + 14:.0f}" text-anchor="middle" '
        f'fill="currentColor">{f"{t:+.2g}" if t else 0}</text>'
        for t in ticks
        if low <= t <= high
    ]
    words = "clicks per shopper more: ● measured, with its interval at any look, ┃ the truth"
    return [*parts, f'<text x="0" y="{top + 44:.0f}" fill="{RULE}">{words}</text>']
