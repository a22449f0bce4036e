"""Renders marks: light as a tone map, colours as ramps over it, on a softly lit ground.

Outlines are drawn larger and reduced (anti-aliasing); soft light is drawn small, blurred and
enlarged. Only the area of the garment is processed.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from catalog.images.colours import Colour, luma, mix
from catalog.images.paths import Points
from demo.pictures.silhouettes import LINES, Mark
from web.cache import bounded

NEUTRAL: Final = 128
GROUND: Final = (240, 239, 236)
_SAMPLING, _SOFT = 3, 2
_TONES: Final = {"inside": 84, "rib": 120}
#: The picture's width in the units used for thin lines and soft edges.
UNITS: Final = 240
_MARGIN: Final = 12

Region = tuple[str, int]


@dataclass(frozen=True)
class Plate:
    """An uncoloured garment: its light, its mask and the mask of each region (role and angle), all
    of the same size, and its position in the picture."""

    tone: Image.Image
    mask: Image.Image
    regions: dict[Region, Image.Image]
    place: tuple[int, int]
    unit: float

    def masked(self, *roles: str) -> Image.Image:
        joined = Image.new("L", self.mask.size, 0)
        for (role, _), mask in self.regions.items():
            if role in roles:
                joined = ImageChops.add(joined, mask)
        return joined


def plate(
    marks: Sequence[Mark],
    size: tuple[int, int],
    reach: tuple[float, float],
    least_width: float,
    bright_stitch: bool,
) -> Plate:
    """Draw the marks as large as ``reach`` (fractions of the picture's size) allows, treating the
    garment as at least ``least_width`` wide."""
    unit = size[0] / UNITS
    xs, ys = zip(*(p for m in marks if m.role not in LINES for p in m.points), strict=True)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    scale = min(
        size[0] * reach[0] / max(right - left, least_width), size[1] * reach[1] / (bottom - top)
    )
    margin = round(_MARGIN * unit)
    area = _whole((right - left) * scale) + 2 * margin, _whole((bottom - top) * scale) + 2 * margin
    placed = [mark.moved(margin - left * scale, margin - top * scale, scale) for mark in marks]
    tone, regions = _hard(placed, area, unit, bright_stitch)
    mask = Image.new("L", area, 0)
    for region in regions.values():
        mask = ImageChops.add(mask, region)
    lit = ImageChops.add(tone, _soft(placed, area, unit), 1.0, -NEUTRAL)
    place = (size[0] - area[0]) // 2, round((size[1] - area[1]) * 0.49)
    return Plate(lit, mask, regions, place, unit)


def _whole(length: float) -> int:
    return math.ceil(length / _SOFT) * _SOFT


def _scaled(points: Points, factor: float) -> Points:
    return [(x * factor, y * factor) for x, y in points]


def _hard(
    marks: Sequence[Mark], area: tuple[int, int], unit: float, bright_stitch: bool
) -> tuple[Image.Image, dict[Region, Image.Image]]:
    """Sharp edges: the tone of fills and seams, and the region of each pixel."""
    big = (area[0] * _SAMPLING, area[1] * _SAMPLING)
    tone, ids = Image.new("L", big, NEUTRAL), Image.new("L", big, 0)
    pen, marker = ImageDraw.Draw(tone), ImageDraw.Draw(ids)
    numbers: dict[Region, int] = {}
    thin = max(1, round(0.5 * unit * _SAMPLING))
    for mark in marks:
        points = _scaled(mark.points, _SAMPLING)
        if mark.role == "seam":
            pen.line([(x + thin, y + thin) for x, y in points], NEUTRAL + 34, thin)
            pen.line(points, NEUTRAL - 46, thin)
        elif mark.role == "stitch":
            for dash in _dashes(points, 2.4 * unit * _SAMPLING):
                pen.line(dash, NEUTRAL + (70 if bright_stitch else -36), thin)
        elif mark.role not in LINES:
            region = (mark.role, mark.angle)
            number = numbers.setdefault(region, len(numbers) + 1) if mark.role != "hole" else 0
            _fill(pen, mark, points, mark.tone or _TONES.get(mark.role, NEUTRAL))
            _fill(marker, mark, points, number)
    regions = {
        region: ids.point([255 if i == number else 0 for i in range(256)]).reduce(_SAMPLING)
        for region, number in numbers.items()
    }
    return tone.reduce(_SAMPLING), regions


def _fill(pen: ImageDraw.ImageDraw, mark: Mark, points: Points, value: int) -> None:
    if mark.width:
        pen.line(points, value, max(2, round(mark.width * _SAMPLING)), joint="curve")
    else:
        pen.polygon(points, value)


def _dashes(points: Points, step: float) -> list[Points]:
    """The line split into dashes of 60 % of each step."""
    dashes, done = [], 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        length = math.dist((ax, ay), (bx, by)) or 1e-9
        at = -done % step
        while at < length:
            ends = at / length, min(at + step * 0.6, length) / length
            dashes.append([(ax + (bx - ax) * t, ay + (by - ay) * t) for t in ends])
            at += step
        done += length
    return dashes


def _soft(marks: Sequence[Mark], area: tuple[int, int], unit: float) -> Image.Image:
    """Soft light: rounded edges lit from the upper left, folds and highlights."""
    size = (area[0] // _SOFT, area[1] // _SOFT)
    light = Image.new("L", size, NEUTRAL)
    pen = ImageDraw.Draw(light)
    for mark in marks:
        points = _scaled(mark.points, 1 / _SOFT)
        if mark.role in ("fold", "gleam"):
            _tapered(pen, points, 3.4 * unit / _SOFT, -34 if mark.role == "fold" else 26)
        elif mark.role not in LINES and not mark.width:
            pen.polygon(points, NEUTRAL)
            _rounded(pen, points, unit / _SOFT)
    soft = light.filter(ImageFilter.GaussianBlur(2.1 * unit / _SOFT))
    return soft.resize(area, Image.Resampling.BILINEAR)


def _tapered(pen: ImageDraw.ImageDraw, points: Points, width: float, depth: int) -> None:
    """A line that is widest and deepest in the middle."""
    for at, ends in enumerate(itertools.pairwise(points)):
        swell = math.sin(math.pi * (at + 0.8) / (len(points) + 0.6))
        pen.line(ends, NEUTRAL + round(depth * swell), max(1, round(width * swell)))


def _rounded(pen: ImageDraw.ImageDraw, points: Points, unit: float) -> None:
    """Edges darker where they face away from the light, slightly lighter where they face it."""
    xs, ys = zip(*points, strict=True)
    depth = min(1.0, (max(xs) - min(xs)) / (16 * unit), (max(ys) - min(ys)) / (16 * unit))
    width = max(1, round(4.6 * unit * depth))
    area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in itertools.pairwise(points))
    turn = 1 if area > 0 else -1
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        length = math.dist((ax, ay), (bx, by))
        if length:
            facing = turn * ((by - ay) * -0.62 + (bx - ax) * 0.78) / length
            shade = (facing * (20 if facing > 0 else 44) - 14) * (0.3 + 0.7 * depth)
            pen.line(((ax, ay), (bx, by)), NEUTRAL + round(shade), width)


@bounded(512)
def _ramp(colour: Colour) -> tuple[list[int], list[int], list[int]]:
    """Maps tone (NEUTRAL is the colour itself) to red, green and blue.

    Shadows keep the hue and turn slightly cool; highlights are stronger on light fabric than on
    dark.
    """
    shadow = mix(mix(colour, (0, 0, 0), 0.88 - 0.26 * luma(colour)), (22, 24, 40), 0.2)
    bright = mix(colour, (255, 253, 250), 0.36 + 0.4 * luma(colour))
    tables: tuple[list[int], list[int], list[int]] = ([], [], [])
    for tone in range(256):
        end = shadow if tone < NEUTRAL else bright
        share = abs(tone - NEUTRAL) / (NEUTRAL if tone < NEUTRAL else 255 - NEUTRAL)
        for table, value in zip(tables, mix(colour, end, share), strict=True):
            table.append(value)
    return tables


def paint(tone: Image.Image, colour: Colour) -> Image.Image:
    """The tone map in shades of one colour."""
    return Image.merge("RGB", [tone.point(table) for table in _ramp(colour)])


@bounded(8)
def _ground(width: int, height: int) -> Image.Image:
    """A plain ground, slightly lighter in the middle."""
    glow = Image.radial_gradient("L").resize((width, height), Image.Resampling.BILINEAR)
    return paint(glow.point([NEUTRAL + 12 - i * 22 // 255 for i in range(256)]), GROUND)


def on_ground(
    body: Plate, picture: Image.Image, mask: Image.Image, size: tuple[int, int]
) -> Image.Image:
    """Place the coloured garment on the ground, with a soft shadow below it."""
    backdrop = _ground(*size).copy()
    small = body.mask.reduce(_SOFT)
    wide = small.filter(ImageFilter.GaussianBlur(5 * body.unit / _SOFT))
    near = small.filter(ImageFilter.GaussianBlur(1.4 * body.unit / _SOFT))
    drop = max(1, round(3.6 * body.unit / _SOFT))
    shade = ImageChops.add(
        ImageChops.offset(wide, drop // 2, drop).point([i * 50 // 255 for i in range(256)]),
        ImageChops.offset(near, 0, max(1, drop // 3)).point([i * 46 // 255 for i in range(256)]),
    ).resize(body.mask.size, Image.Resampling.BILINEAR)
    backdrop.paste((78, 70, 66), body.place, shade)
    backdrop.paste(picture, body.place, mask)
    return backdrop
