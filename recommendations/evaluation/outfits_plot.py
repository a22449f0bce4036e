"""The evaluation as an SVG drawn without any library: bars with their intervals, and a reliability
diagram.

Colours are attributes on a white background, so that it looks the same in any colour scheme and
under a policy that forbids inline styles.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

Figures = Mapping[str, Mapping[str, Mapping[str, float]]]
Bins = Sequence[Mapping[str, float]]

LEFT: Final = 130
WIDTH: Final = 360
ROW: Final = 20
GAP: Final = 34
SIDE: Final = 240
MARGIN: Final = 12
INK: Final = "#1c2421"
OURS: Final = "#1f6f54"
OTHERS: Final = "#9aa5a0"
FONT: Final = 'font-family="system-ui, sans-serif" font-size="12"'


def drawing(systems: Figures, measures: Sequence[str], bins: Bins) -> str:
    """An SVG: for each measure, on its own scale, a bar per system; then the bins of predicted and
    observed probability."""
    parts: list[str] = []
    top = 0
    for measure in measures:
        found = {name: figures[measure] for name, figures in systems.items() if measure in figures}
        parts += block(measure, found, top)
        top += GAP + ROW * len(found)
    parts += reliability(bins, top)
    top += GAP + SIDE
    width, height = LEFT + WIDTH + 70 + 2 * MARGIN, top + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" {FONT} fill="{INK}" role="img" '
        f'aria-label="Outfits, model and simpler ways">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<g transform="translate({MARGIN} {MARGIN})">{"".join(parts)}</g></svg>\n'
    )


def block(measure: str, found: Mapping[str, Mapping[str, float]], top: int) -> list[str]:
    longest = max((figure["high"] for figure in found.values()), default=1.0) or 1.0
    parts = [f'<text x="0" y="{top + 18}" font-weight="600">{escape(measure)}</text>']
    for at, (name, figure) in enumerate(found.items()):
        y = top + 26 + ROW * at
        value, low, high = (figure[key] / longest * WIDTH for key in ("value", "low", "high"))
        colour = OURS if at == 0 else OTHERS
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{value:.1f}" height="15" fill="{colour}"/>',
            f'<path d="M{LEFT + low:.1f} {y + 7.5}H{LEFT + high:.1f}" stroke="{INK}"/>',
            f'<text x="{LEFT + WIDTH + 8}" y="{y + 12}">{figure["value"]:.3f}</text>',
        ]
    return parts


def reliability(bins: Bins, top: int) -> list[str]:
    """A square from 0 to 1 both ways: a point per bin, beside the diagonal of perfect agreement."""
    y = top + 26
    points = (
        f'<circle cx="{LEFT + SIDE * each["predicted"]:.1f}" '
        f'cy="{y + SIDE * (1 - each["observed"]):.1f}" r="4" fill="{OURS}"/>'
        for each in bins
    )
    return [
        f'<text x="0" y="{top + 18}" font-weight="600">calibration</text>',
        f'<path d="M{LEFT} {y}v{SIDE}h{SIDE}" fill="none" stroke="{INK}"/>',
        f'<path d="M{LEFT} {y + SIDE}L{LEFT + SIDE} {y}" stroke="{OTHERS}"/>',
        *points,
        f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">bought, 1</text>',
        f'<text x="{LEFT + SIDE + 8}" y="{y + SIDE}">predicted, 1</text>',
    ]
