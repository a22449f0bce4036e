"""The evaluation as a picture, drawn without any library: bars with their intervals."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

Figures = Mapping[str, Mapping[str, Mapping[str, float]]]

LEFT: Final = 130
WIDTH: Final = 360
ROW: Final = 20
GAP: Final = 34
STYLE: Final = "font: 12px system-ui, sans-serif; color-scheme: light dark"


def drawing(systems: Figures, measures: Sequence[str]) -> str:
    """An SVG: for each measure a bar per system; every measure has its own scale."""
    parts: list[str] = []
    top = 0
    for measure in measures:
        found = {name: figures[measure] for name, figures in systems.items() if measure in figures}
        parts += block(measure, found, top)
        top += GAP + ROW * len(found)
    size = f'width="{LEFT + WIDTH + 70}" height="{top + 8}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} style="{STYLE}" role="img" '
        f'aria-label="Outfits, model and simpler ways">{"".join(parts)}</svg>\n'
    )


def block(measure: str, found: Mapping[str, Mapping[str, float]], top: int) -> list[str]:
    longest = max((figure["high"] for figure in found.values()), default=1.0) or 1.0
    parts = [f'<text x="0" y="{top + 18}" font-weight="600">{escape(measure)}</text>']
    for at, (name, figure) in enumerate(found.items()):
        y = top + 26 + ROW * at
        value, low, high = (figure[key] / longest * WIDTH for key in ("value", "low", "high"))
        colour = "#1f6f54" if at == 0 else "#9aa5a0"
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end" fill="currentColor">'
            f"{escape(name)}</text>",
            f'<rect x="{LEFT}" y="{y}" width="{value:.1f}" height="15" fill="{colour}"/>',
            f'<path d="M{LEFT + low:.1f} {y + 7.5}H{LEFT + high:.1f}" stroke="currentColor"/>',
            f'<text x="{LEFT + WIDTH + 8}" y="{y + 12}" fill="currentColor">'
            f"{figure['value']:.3f}</text>",
        ]
    return parts
