"""From marks to a picture: light as a tone map, colours as ramps over it, on a softly lit ground.

The marks are drawn at three times the size and reduced (anti-aliasing); soft light is drawn small,
blurred and enlarged. Colour comes last: a ramp maps tone to colour, which costs next to nothing.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from demo.pictures.garments.colours import Colour, ramp
from demo.pictures.garments.shapes import NEUTRAL, Fill, Fold, Line, Mark, Points

SOFT = 3  # soft light is drawn at a third of the size
Region = tuple[str, int]


@dataclass(frozen=True)
class Frame:
    """Where the garment lies: picture size, supersampling, and units → pixels."""

    width: int
    height: int
    sampling: int
    scale: float
    dx: float
    dy: float

    def points(self, points: Points, factor: float) -> list[tuple[float, float]]:
        s = self.scale * factor
        ox, oy = self.dx * factor, self.dy * factor
        return [(x * s + ox, y * s + oy) for x, y in points]

    @property
    def unit(self) -> float:
        """Pixels to 1/240 of the picture's width."""
        return self.width / 240


@dataclass(frozen=True)
class Plate:
    """A garment without its colour: tone and mask (L, at full size), and the mask of each region
    (role, pattern angle). ``box`` is the garment's place in pixels."""

    frame: Frame
    tone: Image.Image
    mask: Image.Image
    regions: dict[Region, Image.Image]
    box: tuple[int, int, int, int]


def fit(marks: Sequence[Mark], width: int, height: int, reach: tuple[float, float]) -> Frame:
    """The frame in which the garment fills at most these shares of the width and height."""
    points = [p for mark in marks if isinstance(mark, Fill) for p in mark.points]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    scale = min(width * reach[0] / (x1 - x0), height * reach[1] / (y1 - y0))
    sampling = 3 if width <= 500 else 2
    dx = width / 2 - (x0 + x1) / 2 * scale
    dy = height * 0.495 - (y0 + y1) / 2 * scale
    return Frame(width, height, sampling, scale, dx, dy)


def plate(marks: Sequence[Mark], frame: Frame) -> Plate:
    """Draw the marks: hard edges on the tone and region maps, folds on the soft map."""
    big = (frame.width * frame.sampling, frame.height * frame.sampling)
    tone, ids = Image.new("L", big, NEUTRAL), Image.new("L", big, 0)
    pen, marker = ImageDraw.Draw(tone), ImageDraw.Draw(ids)
    numbers: dict[Region, int] = {}
    for mark in marks:
        if isinstance(mark, Fill):
            points = frame.points(mark.points, frame.sampling)
            pen.polygon(points, fill=mark.tone)
            region = (mark.role, mark.angle)
            hole = mark.role == "hole"
            number = 0 if hole else numbers.setdefault(region, len(numbers) + 1)
            marker.polygon(points, fill=number)
        elif isinstance(mark, Line):
            _line(mark, frame, pen, marker, numbers)
    regions = {
        region: ids.point([255 if i == number else 0 for i in range(256)]).reduce(frame.sampling)
        for region, number in numbers.items()
    }
    mask = Image.new("L", (frame.width, frame.height), 0)
    for region_mask in regions.values():
        mask = ImageChops.add(mask, region_mask)
    hard = tone.reduce(frame.sampling)
    soft = _soft_light(marks, frame, mask)
    lit = ImageChops.add(hard, soft, 1.0, -NEUTRAL)
    return Plate(frame, lit, mask, regions, mask.getbbox() or (0, 0, frame.width, frame.height))


def _line(
    mark: Line,
    frame: Frame,
    pen: ImageDraw.ImageDraw,
    marker: ImageDraw.ImageDraw,
    numbers: dict[Region, int],
) -> None:
    points = frame.points(mark.points, frame.sampling)
    width = max(1, round(mark.width * frame.unit * frame.sampling))
    pieces = _dashes(points, 2.2 * frame.unit * frame.sampling) if mark.dashed else [points]
    for piece in pieces:
        pen.line(piece, fill=mark.tone, width=width, joint="curve" if width > 2 else None)
        if mark.role:
            number = numbers.setdefault((mark.role, 0), len(numbers) + 1)
            marker.line(piece, fill=number, width=width, joint="curve" if width > 2 else None)


def _dashes(points: list[tuple[float, float]], step: float) -> list[list[tuple[float, float]]]:
    """The line cut into dashes of 60 % of each step."""
    dashes: list[list[tuple[float, float]]] = []
    done = 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 or 1e-9
        at = -done % step
        while at < length:
            end = min(at + step * 0.6, length)
            dashes.append(
                [(ax + (bx - ax) * t / length, ay + (by - ay) * t / length) for t in (at, end)]
            )
            at += step
        done += length
    return dashes


def _soft_light(marks: Sequence[Mark], frame: Frame, mask: Image.Image) -> Image.Image:
    """Folds, the roundness of edges and a light from the upper left, as one tone map."""
    size = (frame.width // SOFT, frame.height // SOFT)
    dark, bright = Image.new("L", size, 0), Image.new("L", size, 0)
    pens = ImageDraw.Draw(dark), ImageDraw.Draw(bright)
    for mark in marks:
        if isinstance(mark, Fold):
            points = frame.points(mark.points, 1 / SOFT)
            width = max(1, round(mark.width * frame.unit / SOFT))
            pens[mark.depth > 0].line(
                points, fill=min(255, abs(mark.depth) * 4), width=width, joint="curve"
            )
    blur = ImageFilter.GaussianBlur(1.5 * frame.unit / SOFT * 1.5)
    folds = ImageChops.subtract(bright.filter(blur), dark.filter(blur), 4.0, NEUTRAL)
    inside = mask.resize(size, Image.Resampling.BOX)
    round_edge = inside.filter(ImageFilter.GaussianBlur(5.5 * frame.unit / SOFT))
    step = max(1, round(4 * frame.unit / SOFT))
    relief = ImageChops.subtract(
        ImageChops.offset(round_edge, -step, -step),
        ImageChops.offset(round_edge, step, step),
        5.0,
        NEUTRAL,
    )
    rim = round_edge.point([NEUTRAL - (255 - i) * 26 // 128 + 8 for i in range(256)])
    light = ImageChops.add(ImageChops.add(folds, relief, 1.0, -NEUTRAL), rim, 1.0, -NEUTRAL)
    return light.resize((frame.width, frame.height), Image.Resampling.BILINEAR)


def paint(tone: Image.Image, colour: Colour) -> Image.Image:
    """The tone map in shades of a colour."""
    return Image.merge("RGB", [tone.point(table) for table in ramp(colour)])


@lru_cache(maxsize=16)
def ground(width: int, height: int, colour: Colour) -> Image.Image:
    """A plain ground, a little lighter in the middle."""
    glow = Image.radial_gradient("L").resize((width, height), Image.Resampling.BILINEAR)
    tone = glow.point([NEUTRAL + 14 - i * 26 // 255 for i in range(256)])
    return paint(tone, colour)


def on_ground(
    picture: Image.Image, mask: Image.Image, backdrop: Image.Image, unit: float
) -> Image.Image:
    """Lay the garment on the ground, with a soft shadow at its lower right and a contact edge."""
    small = mask.resize((mask.width // SOFT, mask.height // SOFT), Image.Resampling.BOX)
    wide = small.filter(ImageFilter.GaussianBlur(6 * unit / SOFT))
    near = small.filter(ImageFilter.GaussianBlur(1.6 * unit / SOFT))
    drop = max(1, round(4.5 * unit / SOFT))
    shade = ImageChops.add(
        ImageChops.offset(wide, drop // 2, drop).point([i * 46 // 255 for i in range(256)]),
        ImageChops.offset(near, 0, max(1, drop // 3)).point([i * 50 // 255 for i in range(256)]),
    ).resize(mask.size, Image.Resampling.BILINEAR)
    shadow = Image.new("RGB", mask.size, (74, 66, 62))
    return Image.composite(picture, Image.composite(shadow, backdrop, shade), mask)
