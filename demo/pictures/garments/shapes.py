"""Plane geometry for garments: paths, ribbons and the three kinds of mark a garment is made of.

A garment is drawn in centimetre-like units, x to the right of its middle, y downwards; the renderer
fits the whole of it into the picture. Marks are painted in the order in which they are listed.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Points = list[Point]
#: A straight segment is its end; a curve is (control, end) or (control, control, end).
Segment = Point | tuple[Point, Point] | tuple[Point, Point, Point]

NEUTRAL = 128
CURVE_STEPS = 9


@dataclass(frozen=True)
class Fill:
    """A closed area. ``tone`` 0-255 is its light (128 is the cloth's own colour); ``role`` names
    its colour ("hole" cuts through to the ground); ``angle`` turns the pattern, in degrees."""

    points: Points
    tone: int = NEUTRAL
    role: str = "cloth"
    angle: int = 0


@dataclass(frozen=True)
class Line:
    """A drawn line: a seam, an edge or a stitching. ``width`` is in 1/240 of the picture's width,
    whatever the garment's size. Without a role it only changes the light of what lies under it."""

    points: Points
    tone: int = 84
    width: float = 0.7
    role: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Fold:
    """A soft fold: a blurred line. ``depth`` below zero is a shadow, above zero a light."""

    points: Points
    depth: int = -26
    width: float = 5.0


Mark = Fill | Line | Fold


def path(start: Point, *segments: Segment) -> Points:
    """The points along a path of straight lines and Bézier curves."""
    points = [start]
    for segment in segments:
        if isinstance(segment[0], tuple):
            points.extend(_bezier((points[-1], *segment)))
        else:
            points.append(segment)
    return points


def _bezier(controls: Sequence[Point]) -> Iterable[Point]:
    degree = len(controls) - 1
    for step in range(1, CURVE_STEPS + 1):
        t = step / CURVE_STEPS
        weights = [math.comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
        yield (
            sum(w * c[0] for w, c in zip(weights, controls, strict=True)),
            sum(w * c[1] for w, c in zip(weights, controls, strict=True)),
        )


def flip(points: Points) -> Points:
    """The mirror image about the garment's middle."""
    return [(-x, y) for x, y in points]


def mirrored(half: Points) -> Points:
    """A symmetric outline from its right half, given from the top middle to the bottom middle."""
    return half + flip(half)[::-1]


def shift(points: Points, dx: float, dy: float) -> Points:
    return [(x + dx, y + dy) for x, y in points]


def turn(points: Points, degrees: float, about: Point = (0.0, 0.0)) -> Points:
    """The points turned clockwise (y points down) about a point."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ax, ay = about
    return [(ax + (x - ax) * c - (y - ay) * s, ay + (x - ax) * s + (y - ay) * c) for x, y in points]


def ellipse(x: float, y: float, rx: float, ry: float, steps: int = 28) -> Points:
    circle = (2 * math.pi * i / steps for i in range(steps))
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in circle]


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> Points:
    """A rectangle, with rounded corners where a radius is given."""
    if not radius:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    r = radius
    return path(
        (x0 + r, y0),
        (x1 - r, y0),
        ((x1, y0), (x1, y0 + r)),
        (x1, y1 - r),
        ((x1, y1), (x1 - r, y1)),
        (x0 + r, y1),
        ((x0, y1), (x0, y1 - r)),
        (x0, y0 + r),
        ((x0, y0), (x0 + r, y0)),
    )


def ribbon(points: Points, width: float, end_width: float | None = None) -> Points:
    """The outline of a band that follows the points, of even or of tapering width."""
    last = len(points) - 1
    end = width if end_width is None else end_width
    left: Points = []
    right: Points = []
    for i, (x, y) in enumerate(points):
        (ax, ay), (bx, by) = points[max(i - 1, 0)], points[min(i + 1, last)]
        norm = math.hypot(bx - ax, by - ay) or 1.0
        half = (width + (end - width) * i / last) / 2
        nx, ny = -(by - ay) / norm * half, (bx - ax) / norm * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def along(a: Point, b: Point, t: float) -> Point:
    """The point at share ``t`` of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)


def both(points: Points) -> tuple[Points, Points]:
    """The points and their mirror image."""
    return points, flip(points)
