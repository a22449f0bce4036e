"""What lies on the cloth: prints as ink masks, weaves as relief, lace and mesh as holes.

Textures are drawn once per process for a size, then cut out at a place of the article's own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from demo.pictures.garments.motifs import stamp
from demo.pictures.garments.reliefs import Size, cloud
from demo.pictures.garments.spec import Dice

Ink = Image.Image
#: A texture: up to three ink masks.
Inks = tuple[Ink, ...]
Painter = Callable[[Size, float, Dice], Inks]


@dataclass(frozen=True)
class Surface:
    """A cloth's look: a print (by texture name), a relief, and how much shows through (0-1)."""

    texture: str = ""
    relief: str = ""
    relief_share: float = 1.0
    sheer: float = 0.0


SURFACES: dict[str, tuple[Surface, ...]] = {
    "Solid": (Surface(),),
    "All over pattern": tuple(
        Surface(t)
        for t in ("ditsy", "floral", "floral", "leaves", "brush", "leopard", "ditsy", "waves")
    ),
    "Melange": (Surface(relief="melange"),),
    "Stripe": tuple(
        Surface(t) for t in ("breton", "wide stripe", "pin stripe", "breton", "multi stripe")
    ),
    "Denim": (Surface(relief="denim"),),
    "Chambray": (Surface(relief="denim", relief_share=0.7),),
    "Check": tuple(Surface(t) for t in ("tartan", "gingham", "windowpane", "tartan")),
    "Lace": (Surface("lace", relief="net", sheer=0.16),),
    "Other structure": (Surface(relief="rib"), Surface(relief="cable"), Surface(relief="waffle")),
    "Application/3D": (Surface("pearls", relief="rib", relief_share=0.4),),
    "Embroidery": (Surface("sprigs"),),
    "Mixed solid/pattern": (Surface("ditsy"), Surface("breton"), Surface("floral")),
    "Glittering/Metallic": (Surface(relief="glitter"),),
    "Metallic": (Surface(relief="foil"),),
    "Jacquard": (Surface("damask", relief="net", relief_share=0.4), Surface("fair isle")),
    "Sequin": (Surface(relief="sequin"),),
    "Dot": (Surface("dots"), Surface("pin dots"), Surface("dots")),
    "Treatment": (Surface(relief="washed"), Surface("tie dye")),
    "Other pattern": (Surface("geometric"), Surface("waves")),
    "Slub": (Surface(relief="slub"),),
    "Neps": (Surface("neps", relief="melange", relief_share=0.5),),
    "Transparent": (Surface(sheer=0.42),),
    "Mesh": (Surface(relief="net", sheer=0.3),),
    "Argyle": (Surface("argyle"),),
    "Hologram": (Surface("hologram", relief="foil", relief_share=0.6),),
}


def surface_for(appearance: str, dice: Dice) -> Surface:
    return dice.pick(SURFACES.get(appearance, (Surface(),)))


# --- textures ---------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def texture(name: str, width: int, variant: int) -> Inks:
    """The ink masks of a texture for pictures of this width: square, twice as wide."""
    side = width * 2
    return PAINTERS[name]((side, side), width / 240, Dice(variant * 7919 + 17))


def cut_out(inks: Inks, size: Size, dice: Dice, angle: int = 0) -> Inks:
    """A window of the texture at a place that the dice choose, turned clockwise by the angle."""
    side = inks[0].width
    wide, high = size if not angle else (min(side, round(math.hypot(*size)) + 2),) * 2
    x = (side - wide) // 2 + round(dice.between(-0.4, 0.4) * (side - wide))
    y = (side - high) // 2 + round(dice.between(-0.4, 0.4) * (side - high))
    windows = tuple(ink.crop((x, y, x + wide, y + high)) for ink in inks)
    if not angle:
        return windows
    dx, dy = (wide - size[0]) // 2, (high - size[1]) // 2
    inner = (dx, dy, dx + size[0], dy + size[1])
    return tuple(w.rotate(-angle, Image.Resampling.BILINEAR).crop(inner) for w in windows)


def _sheet(size: Size) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    return image, ImageDraw.Draw(image)


def _done(*images: Image.Image) -> Inks:
    return tuple(image.reduce(2) for image in images)


def _scatter(size: Size, unit: float, step: float, dice: Dice) -> list[tuple[float, float]]:
    """Places about ``step`` apart on a jittered brick grid, in doubled pixels."""
    gap = step * unit * 2
    rows, columns = int(size[1] * 2 / gap) + 2, int(size[0] * 2 / gap) + 2
    return [
        ((c + (r % 2) / 2 + dice.between(-0.22, 0.22)) * gap, (r + dice.between(-0.22, 0.22)) * gap)
        for r in range(rows)
        for c in range(columns)
    ]


def _stripes(
    bands: list[tuple[float, float, int]], repeat: float, upright: bool = False
) -> Painter:
    """Bands of (start, width, ink) in picture units, repeated."""

    def paint(size: Size, unit: float, dice: Dice) -> Inks:
        sheets = [_sheet(size) for _ in range(1 + max(ink for _, _, ink in bands))]
        step = repeat * unit * 2
        for i in range(int(size[1] * 2 / step) + 1):
            for start, wide, ink in bands:
                a, b = i * step + start * unit * 2, i * step + (start + wide) * unit * 2
                area = (a, 0, b, size[1] * 2) if upright else (0, a, size[0] * 2, b)
                sheets[ink][1].rectangle(area, fill=255)
        return _done(*(image for image, _ in sheets))

    return paint


def _check(bands: list[tuple[float, float, int, int]], repeat: float) -> Painter:
    """Crossing bands of (start, width, ink, strength); crossings are stronger, as in weaving."""

    def paint(size: Size, unit: float, dice: Dice) -> Inks:
        axis = np.arange(size[0]) / unit % repeat
        inks = []
        for ink in range(1 + max(band[2] for band in bands)):
            line = np.zeros(size[0])
            for start, wide, of, strength in bands:
                if of == ink:
                    edge = np.clip(np.minimum(axis - start, start + wide - axis) * unit + 0.5, 0, 1)
                    line = np.maximum(line, edge * strength)
            cloth = 255 - (255 - line[None, :]) * (255 - line[:, None]) / 255
            inks.append(Image.fromarray(cloth.astype(np.uint8)))
        return tuple(inks)

    return paint


def _dots(radius: float, step: float) -> Painter:
    def paint(size: Size, unit: float, dice: Dice) -> Inks:
        image, pen = _sheet(size)
        gap, r = step * unit * 2, radius * unit * 2
        for row in range(int(size[1] * 2 / (gap * 0.5)) + 1):
            for column in range(int(size[0] * 2 / gap) + 1):
                x, y = (column + (row % 2) / 2) * gap, row * gap * 0.5
                pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
        return _done(image)

    return paint


def _stamped(motifs: tuple[str, ...], step: float, low: float, high: float) -> Painter:
    """Motifs strewn over the cloth, of ``low`` to ``high`` picture units in radius."""

    def paint(size: Size, unit: float, dice: Dice) -> Inks:
        sheets = [_sheet(size) for _ in range(3)]
        pens = [pen for _, pen in sheets]
        for x, y in _scatter(size, unit, step, dice):
            radius = dice.between(low, high) * unit * 2
            stamp(dice.pick(motifs), pens, (x, y), radius, dice)
        return _done(*(image for image, _ in sheets))

    return paint


def _argyle(size: Size, unit: float, dice: Dice) -> Inks:
    y, x = np.mgrid[0 : size[1], 0 : size[0]] / unit
    u, v = (x / 30 + y / 46) % 2, (x / 30 - y / 46) % 2
    diamonds = np.where((u < 1) ^ (v < 1), 0, np.where(u < 1, 255, 0))
    lines = np.where(
        (np.abs((u + 0.5) % 1 - 0.5) < 0.02) | (np.abs((v + 0.5) % 1 - 0.5) < 0.02), 255, 0
    )
    both = (diamonds, lines)
    return tuple(
        Image.fromarray(a.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.5)) for a in both
    )


def _tie_dye(size: Size, unit: float, dice: Dice) -> Inks:
    dye = cloud(size, 7 * unit, dice) * 0.6 + cloud(size, 22 * unit, dice) * 0.8
    return (Image.fromarray(np.clip((dye - 0.1) * 320, 0, 235).astype(np.uint8)),)


def _leopard(size: Size, unit: float, dice: Dice) -> Inks:
    return _stamped(("rosette",), 13, 3.6, 5.4)(size, unit, dice)


def _brush(size: Size, unit: float, dice: Dice) -> Inks:
    strokes = [cloud(size, grain * unit, dice) for grain in (8, 9, 11)]
    return tuple(
        Image.fromarray(np.clip((s - 0.55) * 1400, 0, 255).astype(np.uint8)) for s in strokes
    )


def _waves(size: Size, unit: float, dice: Dice) -> Inks:
    y, x = np.mgrid[0 : size[1], 0 : size[0]] / unit
    bend = cloud(size, 26 * unit, dice) * 17
    wave = np.sin(y / 3.6 + bend + np.sin(x / 17) * 1.6)
    return (Image.fromarray(np.clip((wave - 0.25) * 420, 0, 255).astype(np.uint8)),)


def _hologram(size: Size, unit: float, dice: Dice) -> Inks:
    y, x = np.mgrid[0 : size[1], 0 : size[0]] / unit
    sweep = [np.sin(x / 31 + y / 47 + i * 2.1) for i in range(3)]
    return tuple(Image.fromarray(np.clip(s * 150, 0, 150).astype(np.uint8)) for s in sweep)


PAINTERS: dict[str, Painter] = {
    "breton": _stripes([(0, 3.2, 0)], 9.5),
    "wide stripe": _stripes([(0, 14, 0)], 28),
    "pin stripe": _stripes([(0, 0.8, 0)], 6, upright=True),
    "multi stripe": _stripes([(0, 6, 0), (9, 3, 1), (15, 8, 2)], 30),
    "tartan": _check([(0, 11, 0, 150), (15, 2, 1, 220), (22, 4, 0, 130), (33, 1, 2, 230)], 38),
    "gingham": _check([(0, 5, 0, 150)], 10),
    "windowpane": _check([(0, 1.1, 0, 210), (9, 0.7, 1, 150)], 21),
    "dots": _dots(2.6, 15),
    "pin dots": _dots(1.0, 7.5),
    "ditsy": _stamped(("blossom", "blossom", "sprig", "bud"), 12, 2.6, 4.0),
    "floral": _stamped(("rose", "blossom", "leaf", "leaf"), 23, 7.0, 12.0),
    "leaves": _stamped(("leaf", "leaf", "sprig"), 17, 6.0, 10.0),
    "sprigs": _stamped(("sprig", "blossom"), 30, 3.4, 5.0),
    "geometric": _stamped(("triangle", "ring", "bar"), 17, 3.6, 5.6),
    "kids": _stamped(("star", "heart", "cloud", "dot"), 24, 4.6, 6.4),
    "pearls": _stamped(("pearl",), 17, 1.5, 2.0),
    "neps": _stamped(("dot",), 6.5, 0.4, 0.8),
    "damask": _stamped(("rose", "leaf"), 19, 6.0, 8.0),
    "lace": _stamped(("blossom", "leaf", "ring"), 13, 4.2, 6.4),
    "fair isle": _stripes([(0, 1.2, 0), (5, 1.0, 1), (9, 3.4, 0), (16, 1.0, 1), (21, 1.2, 0)], 30),
    "leopard": _leopard,
    "brush": _brush,
    "waves": _waves,
    "argyle": _argyle,
    "tie dye": _tie_dye,
    "hologram": _hologram,
}
