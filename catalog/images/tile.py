"""The placeholder for a missing photo: a plain tile with the type's icon and the article's colour.

It only shows what the catalogue states, so that nobody mistakes it for the article.
"""

from typing import Final

from PIL import Image, ImageDraw

from catalog.images.colours import Colour, luma, mix
from catalog.images.paths import flatten
from web.files import table

GROUND: Final = (232, 230, 226)
STROKE: Final = (126, 122, 116)
_SAMPLING: Final = 3
_ICON_UNITS: Final = 24
#: Shares of the tile's width: the central square drawn on, the icon, its line, the swatch's radius
#: and rim; and the offsets of the icon above and the swatch below the centre.
_SQUARE, _ICON, _LINE, _SWATCH, _RIM = 0.64, 0.36, 0.009, 0.054, 0.005
_ICON_RISE, _SWATCH_FALL = 0.09, 0.2


def _named(column: str) -> dict[str, str]:
    return {name: icon for icon, row in _ICONS.items() for name in row.get(column, ())}


_ICONS: Final = table(__file__, "icons.toml")
_BY_TYPE: Final = _named("types")
_BY_GROUP: Final = _named("groups")
ICONS: Final = tuple(_ICONS)
#: Icons for an article of unknown type, and for an unknown article.
ANY, NONE = "tag", "hanger"


def icon_for(product_type: str, product_group: str) -> str:
    """The icon of a product type, else of its group, else a plain tag."""
    return _BY_TYPE.get(product_type) or _BY_GROUP.get(product_group, ANY)


def tile(icon: str, colour: Colour | None, width: int, height: int) -> Image.Image:
    """The tile (RGB), with a swatch if the article's colour is known."""
    side = round(width * _SQUARE)
    square = Image.new("RGB", (side * _SAMPLING, side * _SAMPLING), GROUND)
    pen, unit, middle = ImageDraw.Draw(square), width * _SAMPLING, side * _SAMPLING / 2
    _draw_icon(pen, icon, unit, middle, middle - (_ICON_RISE * unit if colour else 0))
    if colour:
        _draw_swatch(pen, colour, unit, middle, middle + _SWATCH_FALL * unit)
    picture = Image.new("RGB", (width, height), GROUND)
    picture.paste(square.reduce(_SAMPLING), ((width - side) // 2, (height - side) // 2))
    return picture


def _draw_icon(pen: ImageDraw.ImageDraw, icon: str, unit: int, x: float, y: float) -> None:
    scale, half, line = unit * _ICON / _ICON_UNITS, unit * _ICON / 2, unit * _LINE
    for path in flatten(_ICONS[icon]["path"]):
        points = [(x - half + px * scale, y - half + py * scale) for px, py in path]
        pen.line(points, STROKE, round(line), joint="curve")
        for end in (points[0], points[-1]):
            _disc(pen, *end, line / 2, STROKE)


def _draw_swatch(pen: ImageDraw.ImageDraw, colour: Colour, unit: int, x: float, y: float) -> None:
    """A disc of the exact colour, with a rim so that colours near the background stay visible."""
    rim = mix(colour, (96, 92, 88), 0.35) if luma(colour) > 0.55 else colour
    _disc(pen, x, y, unit * (_SWATCH + _RIM), rim)
    _disc(pen, x, y, unit * _SWATCH, colour)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), colour)
