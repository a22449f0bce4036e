"""Prints: sheets of up to three inks, drawn once per width, and emblems for a shirt's front."""

import math
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw

from catalog.images.colours import Colour, luma, mix
from catalog.images.paths import flatten
from demo.pictures.spec import Dice
from web.cache import bounded

Pens = tuple[ImageDraw.ImageDraw, ImageDraw.ImageDraw, ImageDraw.ImageDraw]
Sheets = tuple[Image.Image, ...]

_SAMPLING = 2
#: The sheet in units; a picture is 240 units wide.
_WIDE, _HIGH = 270, 400
_PALETTES: Final[tuple[tuple[Colour, Colour, Colour], ...]] = (
    ((217, 140, 122), (241, 217, 192), (111, 125, 92)),
    ((230, 182, 85), (244, 237, 224), (92, 127, 138)),
    ((199, 90, 100), (240, 199, 189), (79, 107, 87)),
    ((127, 151, 184), (242, 239, 230), (201, 160, 106)),
    ((185, 138, 166), (243, 227, 230), (122, 143, 106)),
    ((63, 90, 115), (233, 220, 200), (196, 115, 90)),
)
#: Emblems in a square of ±10.
_EMBLEMS: Final = {
    "heart": "M0,9 Q-12,0 -9,-6 Q-5,-11 0,-4 Q5,-11 9,-6 Q12,0 0,9 Z",
    "star": "M0,-10 L2.6,-3.4 L9.6,-3 L4.2,1.5 L6,8.4 L0,4.6 L-6,8.4 L-4.2,1.5 L-9.6,-3 L-3,-3.4 Z",
    "bolt": "M2,-10 L-6,2 L-0.6,2 L-2.6,10 L6,-2.4 L0.8,-2.4 Z",
    "peaks": "M-11,7 L-4,-5 L-0.6,0.4 L3,-8 L11,7 Z",
    "sun": "O0,0,7.6,7.6",
    "leaf": "M0,10 Q-8,3 -6,-4 Q-4,-8 0,-11 Q4,-8 6,-4 Q8,3 0,10 Z",
}


def inks_for(base: Colour, dice: Dice, tonal: bool) -> list[Colour]:
    """Three ink colours that contrast with the fabric's colour and harmonise with each other."""
    paper = (250, 246, 238) if luma(base) < 0.55 else (58, 60, 70)
    if tonal:
        return [mix(base, paper, share) for share in (0.3, 0.2, 0.26)]
    inks = list(dice.pick(_PALETTES))
    if dice.chance(0.45):  # a subtle print: shades of the same colour
        inks = [mix(base, paper, share) for share in (0.85, 0.65, 0.45)]
    apart = [ink if abs(luma(ink) - luma(base)) >= 0.16 else mix(ink, paper, 0.45) for ink in inks]
    return sorted(apart, key=lambda ink: -abs(luma(ink) - luma(base)))


@bounded(48)
def sheets(name: str, width: int, angle: int) -> Sheets:
    """The print's inks as masks, rotated by an angle; larger than any garment in the picture."""
    if angle:
        resample = Image.Resampling.BILINEAR
        return tuple(sheet.rotate(-angle, resample) for sheet in sheets(name, width, 0))
    factor = width / 240 * _SAMPLING
    blank = [Image.new("L", (round(_WIDE * factor), round(_HIGH * factor)), 0) for _ in range(3)]
    first, second, third = map(ImageDraw.Draw, blank)
    PRINTS[name]((first, second, third), factor, Dice(sum(map(ord, name))))
    return tuple(sheet.reduce(_SAMPLING) for sheet in blank if sheet.getbbox())


def emblem(size: tuple[int, int], at: tuple[float, float], radius: float, dice: Dice) -> Sheets:
    """The masks of an emblem, with lettering below if it is large enough."""
    big = (size[0] * _SAMPLING, size[1] * _SAMPLING)
    masks = [Image.new("L", big, 0) for _ in range(2)]
    picture, letters = map(ImageDraw.Draw, masks)
    x, y, scale = at[0] * _SAMPLING, at[1] * _SAMPLING, radius * _SAMPLING / 10
    for points in flatten(_EMBLEMS[dice.pick(sorted(_EMBLEMS))]):
        picture.polygon([(x + px * scale, y + py * scale) for px, py in points], 255)
    left = -10.0
    while radius > 12 and left < 9:  # bars that look like lettering from a distance
        right = min(left + dice.between(1, 3.4), 10)
        box = (x + left * scale, y + 12.6 * scale, x + right * scale, y + 15.4 * scale)
        letters.rectangle(box, 255)
        left = right + 0.9
    return tuple(mask.reduce(_SAMPLING) for mask in masks)


def _scattered(
    stamp: Callable[[Pens, float, float, float, Dice], None], step: float
) -> Callable[[Pens, float, Dice], None]:
    """A print of one motif, spread evenly: one in each cell of a brick pattern."""

    def draw(pens: Pens, factor: float, dice: Dice) -> None:
        for row in range(int(_HIGH / step) + 2):
            for column in range(int(_WIDE / step) + 2):
                x = (column + row % 2 / 2 + dice.between(-0.22, 0.22)) * step * factor
                y = (row + dice.between(-0.2, 0.2)) * step * factor
                stamp(pens, x, y, step * factor * dice.between(0.3, 0.42), dice)

    return draw


def _flower(pens: Pens, x: float, y: float, r: float, dice: Dice) -> None:
    turn = dice.between(0, math.tau)
    for side in (0.5, 2.2):
        _leaf_at(pens[2], x, y, r * 1.25, turn + side)
    petals, eye = (pens[0], pens[1]) if dice.chance(0.6) else (pens[1], pens[0])
    _disc(pens[2], x, y, r * 0.8, 0)  # the petals overlap the leaves
    for i in range(5):
        px = x + math.cos(turn + i * math.tau / 5) * r * 0.5
        py = y + math.sin(turn + i * math.tau / 5) * r * 0.5
        _disc(petals, px, py, r * 0.4)
    _disc(petals, x, y, r * 0.24, 0)
    _disc(eye, x, y, r * 0.24)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, value: int = 255) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), value)


def _leaf_at(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, turn: float) -> None:
    c, s = math.cos(turn) * r, math.sin(turn) * r
    sides = ((0, 0), (0.5, 0.22), (1, 0), (0.5, -0.22))
    pen.polygon([(x + c * a - s * b, y + s * a + c * b) for a, b in sides], 255)


def _leaves(pens: Pens, x: float, y: float, r: float, dice: Dice) -> None:
    turn, pen = dice.between(0, math.tau), pens[dice.below(2)]
    for side in (-0.7, 0, 0.7):
        _leaf_at(pen, x, y, r * 1.5, turn + side)


def _spot(pens: Pens, x: float, y: float, r: float, dice: Dice) -> None:
    start, flat = dice.between(0, 360), dice.between(0.6, 0.9)
    box = (x - r, y - r * flat, x + r, y + r * flat)
    pens[1].ellipse(box, 255)
    pens[0].arc(box, start, start + 130, 255, max(1, round(r * 0.5)))
    pens[0].arc(box, start + 170, start + 290, 255, max(1, round(r * 0.5)))


def _shape(pens: Pens, x: float, y: float, r: float, dice: Dice) -> None:
    pens[dice.below(3)].regular_polygon((x, y, r * 0.9), 3 + dice.below(2), dice.below(360), 255)


def _bead(pens: Pens, x: float, y: float, r: float, dice: Dice) -> None:
    _disc(pens[0], x, y, r * 0.62)
    _disc(pens[1], x - r * 0.2, y - r * 0.2, r * 0.2)


def _lace(pens: Pens, factor: float, dice: Dice) -> None:
    for i in range(0, _WIDE + _HIGH, 5):
        for x0, x1 in ((i, i - _HIGH), (i - _HIGH, i)):
            pens[1].line((x0 * factor, 0, x1 * factor, _HIGH * factor), 150, 1)
    _scattered(lambda p, x, y, r, d: _flower((p[0], p[2], p[0]), x, y, r, d), 17)(
        pens, factor, dice
    )


def _bands(
    step: float, *bands: tuple[int, float, float, int]
) -> Callable[[Pens, float, Dice], None]:
    """Stripes repeated every ``step`` units: (ink, from, to, strength) each."""

    def draw(pens: Pens, factor: float, dice: Dice) -> None:
        for row in range(int(_HIGH / step) + 1):
            for ink, top, bottom, strength in bands:
                box = (
                    0,
                    (row * step + top) * factor,
                    _WIDE * factor,
                    (row * step + bottom) * factor,
                )
                pens[ink].rectangle(box, strength)

    return draw


def _check(pens: Pens, factor: float, step: float, lines: tuple[float, ...]) -> None:
    """Bands in both directions, darkest where they cross, with fine lines between them."""
    for i in range(int(_HIGH / step) + 1):
        a, b = i * step * factor, (i + 0.5) * step * factor
        pens[0].rectangle((0, a, _WIDE * factor, b), 110)
        pens[1].rectangle((a, 0, b, _HIGH * factor), 110)
        for line in lines:
            c = (i + line) * step * factor
            pens[2].rectangle((0, c, _WIDE * factor, c + factor), 190)
            pens[2].rectangle((c, 0, c + factor, _HIGH * factor), 190)


PRINTS: Final[dict[str, Callable[[Pens, float, Dice], None]]] = {
    "floral": _scattered(_flower, 21),
    "leaves": _scattered(_leaves, 17),
    "spots": _scattered(_spot, 10),
    "shapes": _scattered(_shape, 13),
    "dots": _scattered(lambda pens, x, y, r, dice: _disc(pens[0], x, y, r * 0.6), 9),
    "beads": _scattered(_bead, 8),
    "lace": _lace,
    "stripes": _bands(12, (0, 0, 4.6, 255)),
    "pinstripes": _bands(6, (0, 0, 1.6, 255)),
    "blocks": _bands(44, (0, 0, 16, 255), (1, 22, 27, 255)),
    "check": lambda pens, factor, dice: _check(pens, factor, 12, ()),
    "tartan": lambda pens, factor, dice: _check(pens, factor, 26, (0.22, 0.74)),
}
