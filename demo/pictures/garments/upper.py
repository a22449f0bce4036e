"""The upper body: one parametric cut, from a vest top to a coat, and dresses grown from it."""

import math

from demo.pictures.garments.collars import collar_marks, hood_back
from demo.pictures.garments.cut import Cut, neck_edge
from demo.pictures.garments.fronts import front_marks, pocket_marks
from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    Point,
    Points,
    along,
    both,
    box,
    flip,
    mirrored,
    path,
    ribbon,
)
from demo.pictures.garments.spec import Dice


def upper(cut: Cut, dice: Dice) -> list[Mark]:
    """The marks of a garment with this cut."""
    marks: list[Mark] = []
    if cut.collar == "hood":
        marks += hood_back(cut)
    if cut.neckline in ("straps", "halter"):
        marks += _straps(cut)
    else:
        marks += _back_neck(cut)
    marks += _sleeves(cut, dice)
    marks.append(Fill(mirrored(_half_body(cut))))
    marks += _drape(cut, dice) + _armholes(cut) + _hem_marks(cut)
    marks += _waist_marks(cut) + front_marks(cut) + pocket_marks(cut, dice) + collar_marks(cut)
    return marks


def _half_body(cut: Cut) -> Points:
    edge = neck_edge(cut)
    side: Point = (cut.chest, cut.armpit)
    if cut.neckline in ("straps", "halter"):
        peak = edge[-1]
        edge += path(peak, ((peak[0] + 2.5, side[1] - 3), side))[1:]
    else:
        scoop = (min(cut.shoulder, cut.chest) - (3.2 if not cut.sleeve else 1.0), cut.armpit * 0.62)
        edge += path((cut.shoulder, cut.drop), (scoop, (scoop[0] + 1, side[1] - 2), side))
    waist: Point = (cut.waist, cut.waist_at)
    drop = cut.length - cut.waist_at
    edge += path(
        side,
        ((cut.chest - 0.4, (side[1] + waist[1]) / 2), waist),
        (
            (cut.waist + (cut.hem - cut.waist) * 0.35, cut.waist_at + drop * 0.3),
            (cut.hem - 0.4, cut.waist_at + drop * 0.72),
            (cut.hem, cut.length - cut.curved_hem),
        ),
        ((cut.hem * 0.55, cut.length + 1.2), (0, cut.length + 1.2)),
    )[1:]
    return edge


def _back_neck(cut: Cut) -> list[Mark]:
    """The inside of the back, seen through the neckline, with its label."""
    n, low = cut.neck, max(cut.depth, 2.0)
    back = path(
        (-n - 1, 0.6),
        ((0, 2.6), (n + 1, 0.6)),
        ((n, low), (0, low + 2)),
        ((-n, low), (-n - 1, 0.6)),
    )
    if cut.neckline == "square":
        back = [*back[:10], (n, low + 1), (-n, low + 1)]
    marks: list[Mark] = [Fill(back, tone=78, role="lining")]
    if cut.depth > 5:
        marks.append(Line(path((-n, 2.0), ((0, 4.2), (n, 2.0))), tone=58, width=0.6))
        if cut.collar != "hood":
            marks.append(Fill(box(-1.9, 3.0, 1.9, 5.0), tone=124, role="label"))
    return marks


def _straps(cut: Cut) -> list[Mark]:
    peak = neck_edge(cut)[-1]
    width = 1.5 if cut.neckline == "straps" else 2.6
    top: Point = (peak[0] * 0.82, -2.0) if cut.neckline == "straps" else (2.2, -3.0)
    marks: list[Mark] = []
    back_top = peak[1] + 4
    inside = path(
        (-cut.chest + 1, cut.armpit),
        ((0, back_top), (cut.chest - 1, cut.armpit)),
        (0, cut.armpit + 6),
    )
    marks.append(Fill(inside, tone=76, role="lining"))
    marks.extend(
        Fill(ribbon(points, width), tone=92, role="plain")
        for points in both([top, along(top, (cut.chest * 0.55, back_top + 3), 1.0)])
    )
    marks.extend(
        Fill(ribbon(points, width), role="plain")
        for points in both([top, (peak[0] + 0.2, peak[1] + 2)])
    )
    if cut.neckline == "halter":
        marks.append(
            Fill(
                path((-3.4, -2.2), ((0, -5), (3.4, -2.2)), ((0, -1.4), (-3.4, -2.2))),
                tone=110,
                role="plain",
            )
        )
    return marks


def _sleeve_points(cut: Cut) -> tuple[Points, Point, Point]:
    """The right sleeve's outline and the outer and inner ends of its cuff."""
    a = math.radians(cut.sleeve_angle)
    along_arm, inward = (math.sin(a), math.cos(a)), (-math.cos(a), math.sin(a))
    top: Point = (cut.shoulder, cut.drop)
    pit: Point = (cut.chest, cut.armpit)
    outer = (top[0] + along_arm[0] * cut.sleeve, top[1] + along_arm[1] * cut.sleeve)
    inner = (outer[0] + inward[0] * cut.cuff, outer[1] + inward[1] * cut.cuff)
    swell = 2.2 + cut.puff
    bulge = (
        top[0] + along_arm[0] * cut.sleeve * 0.3 + swell,
        top[1] + along_arm[1] * cut.sleeve * 0.2 - cut.puff * 0.55,
    )
    lower = (outer[0] + cut.puff * 0.85, outer[1] - cut.sleeve * 0.22)
    under = (
        inner[0] + (pit[0] - inner[0]) * 0.55 - 0.6 + cut.puff * 0.1,
        inner[1] + (pit[1] - inner[1]) * 0.5,
    )
    outline = path(
        (top[0] - 6, top[1]),
        top,
        (bulge, lower, outer),
        inner,
        (under, pit),
        (pit[0] - 7, pit[1] + 2),
    )
    return outline, outer, inner


def _sleeves(cut: Cut, dice: Dice) -> list[Mark]:
    if not cut.sleeve:
        return []
    outline, outer, inner = _sleeve_points(cut)
    angle = round(-cut.sleeve_angle)
    marks: list[Mark] = [
        Fill(outline, tone=122, angle=angle),
        Fill(flip(outline), tone=125, angle=-angle),
    ]
    marks += _cuffs(cut, outer, inner)
    elbow = along((cut.shoulder, cut.drop), outer, 0.5)
    if cut.sleeve > 36:
        for _ in range(3):
            y = elbow[1] + dice.between(-9, 13)
            x = elbow[0] + (y - elbow[1]) * 0.3
            crease = path((x - 0.5, y), ((x - 4, y + 1.5), (x - 8, y + dice.between(3, 6))))
            marks.extend(Fold(points, depth=-24, width=2.6) for points in both(crease))
    pit: Point = (cut.chest, cut.armpit)
    under = path(along(pit, inner, 0.12), along(pit, inner, 0.9))
    marks.extend(Fold(points, depth=-34, width=6.0) for points in both(under))
    return marks


def _cuffs(cut: Cut, outer: Point, inner: Point) -> list[Mark]:
    a = math.radians(cut.sleeve_angle)
    deep = 5.0 if cut.sleeve > 36 else 1.8
    ribbed = cut.ribbed_hem or cut.puff > 2
    up = (-math.sin(a) * deep, -math.cos(a) * deep)
    o2, i2 = (outer[0] + up[0], outer[1] + up[1]), (inner[0] + up[0], inner[1] + up[1])
    marks: list[Mark] = []
    if ribbed and cut.sleeve > 24:
        marks.extend(
            Fill(points, tone=114, role="plain") for points in both([outer, inner, i2, o2])
        )
        for step in (0.2, 0.4, 0.6, 0.8):
            marks.extend(
                Line(points, tone=92, width=0.45)
                for points in both([along(outer, inner, step), along(o2, i2, step)])
            )
    marks.extend(Line(points, tone=92, width=0.6, dashed=not ribbed) for points in both([o2, i2]))
    return marks


def _armholes(cut: Cut) -> list[Mark]:
    marks: list[Mark] = []
    if cut.neckline in ("straps", "halter"):
        return marks
    scoop = (min(cut.shoulder, cut.chest) - (3.2 if not cut.sleeve else 1.0), cut.armpit * 0.62)
    seam = path(
        (cut.shoulder, cut.drop), (scoop, (scoop[0] + 1, cut.armpit - 2), (cut.chest, cut.armpit))
    )
    inset = [(x - (0 if cut.sleeve else 1.5), y) for x, y in seam]
    for points in both(inset):
        marks.append(Line(points, tone=88, width=0.7))
        if cut.sleeve:
            marks.append(Fold(points, depth=-20, width=4.0))
    return marks


def _drape(cut: Cut, dice: Dice) -> list[Mark]:
    """Soft folds: from the armpits inwards, at the waist, and down a skirt."""
    marks: list[Mark] = []
    for sign in (-1, 1):
        y = cut.armpit + dice.between(1, 5)
        inner = cut.chest * dice.between(0.3, 0.55)
        fold = path(
            (sign * cut.chest * 0.95, y),
            ((sign * inner * 1.4, y + 4), (sign * inner, y + dice.between(9, 16))),
        )
        marks.append(Fold(fold, depth=-20, width=3.6))
        low = cut.length - dice.between(3, 8)
        x = sign * cut.hem * dice.between(0.3, 0.7)
        up = cut.waist_at + (cut.length - cut.waist_at) * dice.between(0.05, 0.3)
        marks.append(
            Fold(
                path((x, low), ((x - sign * 2, (low + up) / 2), (x * 0.82, up))),
                depth=-18,
                width=4.2,
            )
        )
        marks.append(Fold(path((x * 0.5, low), (x * 0.45, up + 4)), depth=18, width=5.0))
    for i in range(cut.gathers):
        t = (i + 0.5) / cut.gathers * 2 - 1 + dice.between(-0.08, 0.08)
        start, end = (t * cut.waist * 0.9, cut.waist_at + 1), (t * cut.hem * 0.95, cut.length - 1)
        marks.append(
            Fold([start, along(start, end, 0.5), end], depth=-34 if i % 2 else 24, width=3.4)
        )
    for sign in (-1, 1):
        edge = path((sign * cut.waist, cut.waist_at), (sign * cut.hem, cut.length))
        marks.append(Fold(edge, depth=-26, width=7.0))
    return marks


def _hem_marks(cut: Cut) -> list[Mark]:
    y, half = cut.length - cut.curved_hem, cut.hem
    if not cut.ribbed_hem:
        hem = path(
            (-half, y - 1.9),
            ((-half * 0.55, cut.length - 0.7), (0, cut.length - 0.7)),
            ((half * 0.55, cut.length - 0.7), (half, y - 1.9)),
        )
        return [Line(hem, tone=96, width=0.5, dashed=True)]
    deep = 5.5
    band = path(
        (-half, y - deep),
        (half, y - deep),
        (half - 1.2, y),
        ((0, cut.length + 2.4), (-half + 1.2, y)),
    )
    marks: list[Mark] = [
        Fill(band, tone=116, role="plain"),
        Line([(-half, y - deep), (half, y - deep)], tone=86),
    ]
    count = 22
    for i in range(1, count):
        x = half * (2 * i / count - 1)
        marks.append(Line([(x, y - deep), (x * 0.97, cut.length + 0.6)], tone=100, width=0.45))
    return marks


def _waist_marks(cut: Cut) -> list[Mark]:
    marks: list[Mark] = []
    y, half = cut.waist_at, cut.waist
    if cut.waist_seam == "seam":
        marks.append(Line(path((-half, y), ((0, y + 1.6), (half, y))), tone=84))
    elif cut.waist_seam == "elastic":
        marks.extend(
            Line(path((-half, y + lift), ((0, y + lift + 1.4), (half, y + lift))), tone=88)
            for lift in (-1.0, 0.4)
        )
        for i in range(1, 20):
            x = half * (i / 10 - 1)
            marks.append(Line([(x, y - 2.2), (x * 1.03, y + 3.6)], tone=98, width=0.5))
    elif cut.waist_seam == "belt":
        marks.append(
            Fill(
                path(
                    (-half - 0.6, y - 2),
                    ((0, y - 0.6), (half + 0.6, y - 2)),
                    (half + 0.6, y + 2),
                    ((0, y + 3.4), (-half - 0.6, y + 2)),
                ),
                tone=108,
                role="plain",
            )
        )
        marks.append(
            Fill(
                ribbon(path((2, y + 1), ((5, y + 8), (3.5, y + 17))), 2.6, 3.2),
                tone=102,
                role="plain",
            )
        )
        marks.append(
            Fill(
                ribbon(path((1, y + 1), ((-2, y + 9), (0.5, y + 14))), 2.6, 3.2),
                tone=112,
                role="plain",
            )
        )
        marks.append(Fill(box(-1.2, y - 2.2, 3.8, y + 3.4, 1.2), tone=118, role="plain"))
    for i in range(1, cut.tiers + 1):
        t = i / (cut.tiers + 1)
        ty = cut.waist_at + (cut.length - cut.waist_at) * t
        half_at = cut.waist + (cut.hem - cut.waist) * (t**0.8)
        marks.append(Line(path((-half_at, ty), ((0, ty + 2), (half_at, ty))), tone=80))
        for j in range(1, 16):
            x = half_at * (j / 8 - 1)
            marks.append(Fold([(x, ty + 1), (x * 1.06, ty + 7)], depth=-24, width=1.4))
    return marks
