"""Small drawn motifs: what is strewn over a printed cloth, and what stands on a T-shirt's chest."""

import math
from collections.abc import Callable, Sequence

from PIL import ImageDraw

from demo.pictures.garments.shapes import Point, Points, path, turn
from demo.pictures.garments.spec import Dice

Pens = Sequence[ImageDraw.ImageDraw]


def stamp(name: str, pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """Draw a motif of this radius around a place; each pen is one ink, and a motif may use several.

    What it covers it takes out of the other inks, so that prints overlap as if opaque."""
    _MOTIFS[name](pens, at, radius, dice)


def _shape(pens: Pens, ink: int, points: Points) -> None:
    for i, pen in enumerate(pens):
        pen.polygon(points, fill=255 if i == ink else 0)


def _disc(pens: Pens, ink: int, at: Point, radius: float) -> None:
    area = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
    for i, pen in enumerate(pens):
        pen.ellipse(area, fill=255 if i == ink else 0)


def _leaf_points(at: Point, radius: float, degrees: float) -> Points:
    x, y = at
    leaf = path(
        (x, y + radius),
        ((x - radius * 0.75, y), (x, y - radius)),
        ((x + radius * 0.75, y), (x, y + radius)),
    )
    return turn(leaf, degrees, at)


def _blossom(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    ink = dice.below(2)
    start = dice.between(0, 72)
    for i in range(5):
        a = math.radians(start + i * 72)
        _disc(
            pens,
            ink,
            (at[0] + math.cos(a) * radius * 0.55, at[1] + math.sin(a) * radius * 0.55),
            radius * 0.42,
        )
    _disc(pens, 1 - ink, at, radius * 0.26)


def _rose(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    for degrees in (dice.between(0, 360), dice.between(0, 360)):
        leaf = turn([(at[0] + radius * 0.95, at[1])], degrees, at)[0]
        _shape(pens, 2, _leaf_points(leaf, radius * 0.55, degrees + 90))
    ink = dice.below(2)
    for i in range(7):
        a = math.radians(i * 51.4 + degrees)
        _disc(
            pens,
            ink,
            (at[0] + math.cos(a) * radius * 0.48, at[1] + math.sin(a) * radius * 0.48),
            radius * 0.44,
        )
    for share in (0.62, 0.34):
        arc = (
            at[0] - radius * share,
            at[1] - radius * share,
            at[0] + radius * share,
            at[1] + radius * share,
        )
        turn_by = dice.between(0, 360)
        pens[ink].arc(arc, turn_by, turn_by + 220, fill=0, width=max(2, round(radius * 0.09)))
        pens[1 - ink].arc(arc, turn_by, turn_by + 220, fill=255, width=max(2, round(radius * 0.09)))
    _disc(pens, 1 - ink, at, radius * 0.16)


def _leaf(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    degrees, ink = dice.between(0, 360), 2 if dice.chance(0.7) else 0
    _shape(pens, ink, _leaf_points(at, radius, degrees))
    vein = turn([(at[0], at[1] + radius * 0.9), (at[0], at[1] - radius * 0.7)], degrees, at)
    pens[ink].line(vein, fill=90, width=max(1, round(radius * 0.08)))


def _sprig(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    degrees = dice.between(-60, 60)
    stem = turn([(at[0], at[1] + radius), (at[0], at[1] - radius)], degrees, at)
    pens[2].line(stem, fill=255, width=max(1, round(radius * 0.14)))
    for height, side in ((0.5, 1), (0.1, -1), (-0.3, 1)):
        foot = turn([(at[0] + side * radius * 0.4, at[1] + height * radius)], degrees, at)[0]
        _shape(pens, 2, _leaf_points(foot, radius * 0.4, degrees + side * 55))
    _disc(pens, dice.below(2), stem[1], radius * 0.3)


def _bud(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    _disc(pens, 1, at, radius * 0.36)


def _dot(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    _disc(pens, dice.below(3), at, radius)


def _pearl(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    _disc(pens, 0, at, radius)
    _disc(pens, 1, (at[0] - radius * 0.3, at[1] - radius * 0.3), radius * 0.35)


def _rosette(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """A leopard's spot: a warm middle within a broken dark ring."""
    _disc(pens, 1, at, radius * 0.62)
    start = dice.between(0, 360)
    area = (at[0] - radius * 0.8, at[1] - radius * 0.7, at[0] + radius * 0.8, at[1] + radius * 0.7)
    for begin, sweep in ((0, 95), (125, 80), (235, 90)):
        pens[0].arc(
            area, start + begin, start + begin + sweep, fill=255, width=max(2, round(radius * 0.36))
        )


def _star(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    tilt = dice.between(-20, 20)
    points = [
        (
            at[0] + math.sin(math.radians(i * 36 + tilt)) * radius * (1 if i % 2 == 0 else 0.44),
            at[1] - math.cos(math.radians(i * 36 + tilt)) * radius * (1 if i % 2 == 0 else 0.44),
        )
        for i in range(10)
    ]
    _shape(pens, dice.below(3), points)


def _heart(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    x, y, r = at[0], at[1], radius
    heart = path(
        (x, y + r),
        ((x - r * 1.5, y), (x - r * 0.7, y - r * 1.1), (x, y - r * 0.35)),
        ((x + r * 0.7, y - r * 1.1), (x + r * 1.5, y), (x, y + r)),
    )
    _shape(pens, dice.below(2), turn(heart, dice.between(-15, 15), at))


def _cloud(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    ink = dice.below(3)
    for dx, dy, share in ((-0.55, 0.1, 0.42), (0, -0.15, 0.6), (0.55, 0.1, 0.45), (0, 0.2, 0.45)):
        _disc(pens, ink, (at[0] + dx * radius, at[1] + dy * radius), radius * share)


def _triangle(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    corners = [
        (at[0], at[1] - radius),
        (at[0] + radius, at[1] + radius * 0.8),
        (at[0] - radius, at[1] + radius * 0.8),
    ]
    _shape(pens, dice.below(3), turn(corners, dice.pick((0, 90, 180, 270)), at))


def _ring(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    area = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
    pens[dice.below(2)].ellipse(area, outline=255, width=max(2, round(radius * 0.28)))


def _bar(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    x, y = at
    bar = [
        (x - radius, y - radius * 0.25),
        (x + radius, y - radius * 0.25),
        (x + radius, y + radius * 0.25),
        (x - radius, y + radius * 0.25),
    ]
    _shape(pens, dice.below(3), turn(bar, dice.pick((0, 45, 90, 135)), at))


def _sun(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """An emblem: a striped half sun over waves."""
    x, y = at
    pens[0].pieslice((x - radius, y - radius, x + radius, y + radius), 180, 360, fill=255)
    for i in range(4):
        top = y - radius * (0.12 + i * 0.2)
        pens[0].rectangle((x - radius, top, x + radius, top + radius * 0.035 * (5 - i)), fill=0)
    for i in range(3):
        level = y + radius * (0.2 + i * 0.22)
        half = radius * (0.95 - i * 0.22)
        pens[1].line(
            path(
                (x - half, level),
                ((x - half / 2, level - radius * 0.12), (x, level)),
                ((x + half / 2, level + radius * 0.12), (x + half, level)),
            ),
            fill=255,
            width=max(2, round(radius * 0.07)),
        )


def _peaks(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """An emblem: mountains in a ring."""
    x, y = at
    pens[0].ellipse(
        (x - radius, y - radius, x + radius, y + radius),
        outline=255,
        width=max(2, round(radius * 0.06)),
    )
    for dx, top, half, ink in ((0.22, -0.5, 0.55, 0), (-0.3, -0.2, 0.45, 1)):
        _shape(
            pens,
            ink,
            [
                (x + (dx - half) * radius, y + radius * 0.4),
                (x + dx * radius, y + top * radius),
                (x + (dx + half) * radius, y + radius * 0.4),
            ],
        )
    _disc(pens, 2, (x - radius * 0.3, y - radius * 0.5), radius * 0.13)


def _palm(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """An emblem: a palm over a box of lines."""
    x, y = at
    top = (x, y - radius * 0.35)
    pens[0].line(
        path((x - radius * 0.12, y + radius * 0.75), ((x - radius * 0.1, y), top)),
        fill=255,
        width=max(2, round(radius * 0.09)),
    )
    for degrees in (-100, -60, -20, 20, 60, 100):
        tip = turn([(top[0], top[1] - radius * 0.42)], degrees, top)[0]
        _shape(pens, 0, _leaf_points(tip, radius * 0.44, degrees))
    for i in range(3):
        level = y + radius * (0.8 + i * 0.13)
        half = radius * (0.7 - i * 0.16)
        pens[1].line(
            [(x - half, level), (x + half, level)], fill=255, width=max(2, round(radius * 0.05))
        )


def _bars(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """An emblem: a word of blocks, as lettering is seen from afar, with a rule under it."""
    x, y = at
    count = 4 + dice.below(3)
    wide = 2 * radius / count
    for i in range(count):
        left = x - radius + i * wide
        pens[0].rounded_rectangle(
            (left, y - radius * 0.26, left + wide * 0.8, y + radius * 0.26),
            radius=wide * dice.pick((0.02, 0.2, 0.38)),
            fill=255,
        )
        pens[0].ellipse(
            (left + wide * 0.28, y - wide * 0.12, left + wide * 0.52, y + wide * 0.12), fill=0
        )
    pens[1].rectangle((x - radius, y + radius * 0.42, x + radius, y + radius * 0.48), fill=255)


def _rainbow(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """An emblem for children: a rainbow between clouds."""
    x, y = at
    for i, share in enumerate((1.0, 0.78, 0.56)):
        r = radius * share
        pens[i].arc(
            (x - r, y - r, x + r, y + r), 180, 360, fill=255, width=max(3, round(radius * 0.18))
        )
    for side in (-0.78, 0.78):
        _cloud(pens, (x + side * radius, y + radius * 0.06), radius * 0.36, dice)


def _bear(pens: Pens, at: Point, radius: float, dice: Dice) -> None:
    """An emblem for children: a bear's face."""
    x, y = at
    for side in (-0.6, 0.6):
        _disc(pens, 0, (x + side * radius, y - radius * 0.6), radius * 0.32)
        _disc(pens, 1, (x + side * radius, y - radius * 0.6), radius * 0.16)
    _disc(pens, 0, at, radius * 0.82)
    _disc(pens, 1, (x, y + radius * 0.25), radius * 0.34)
    for side in (-0.3, 0.3):
        _disc(pens, 2, (x + side * radius, y - radius * 0.15), radius * 0.09)
    _disc(pens, 2, (x, y + radius * 0.12), radius * 0.1)


EMBLEMS = ("sun", "peaks", "palm", "bars", "bars", "big rose")
CHILD_EMBLEMS = ("bear", "rainbow", "big star", "sun", "bars", "big heart")

_MOTIFS: dict[str, Callable[[Pens, Point, float, Dice], None]] = {
    "blossom": _blossom,
    "rose": _rose,
    "big rose": _rose,
    "leaf": _leaf,
    "sprig": _sprig,
    "bud": _bud,
    "dot": _dot,
    "pearl": _pearl,
    "rosette": _rosette,
    "star": _star,
    "big star": _star,
    "heart": _heart,
    "big heart": _heart,
    "cloud": _cloud,
    "triangle": _triangle,
    "ring": _ring,
    "bar": _bar,
    "bars": _bars,
    "sun": _sun,
    "peaks": _peaks,
    "palm": _palm,
    "rainbow": _rainbow,
    "bear": _bear,
}
