"""The upper body: one parametric cut, from a vest top to a coat, and dresses grown from it."""

import math
from dataclasses import dataclass

from catalog.synthetic.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    Point,
    Points,
    along,
    both,
    box,
    ellipse,
    flip,
    mirrored,
    path,
    ribbon,
)
from catalog.synthetic.garments.spec import Dice


@dataclass(frozen=True)
class Cut:
    """Half widths and heights in centimetre-like units, from the shoulder line at the neck."""

    neckline: str = "crew"  # crew, v, scoop, square, boat, straps, halter
    neck: float = 9.0
    depth: float = 9.0
    shoulder: float = 19.0
    drop: float = 4.0
    armpit: float = 23.0
    chest: float = 24.0
    waist: float = 23.5
    waist_at: float = 42.0
    hem: float = 24.0
    length: float = 62.0
    sleeve: float = 0.0  # length along the arm; 0 is none
    cuff: float = 9.0
    sleeve_angle: float = 17.0
    puff: float = 0.0
    collar: str = "rib"  # none, rib, shirt, turtle, hood, lapel, stand, polo
    front: str = "closed"  # closed, buttons, zip, open, wrap, double, henley
    ribbed_hem: bool = False
    curved_hem: float = 0.0
    pockets: str = ""  # chest, patch, kangaroo, welt, flap
    waist_seam: str = ""  # seam, belt, elastic
    tiers: int = 0
    gathers: int = 0


def upper(cut: Cut, dice: Dice) -> list[Mark]:
    """The marks of a garment with this cut."""
    marks: list[Mark] = []
    if cut.collar == "hood":
        marks += _hood_back(cut)
    if cut.neckline in ("straps", "halter"):
        marks += _straps(cut)
    else:
        marks += _back_neck(cut)
    marks += _sleeves(cut, dice)
    marks.append(Fill(mirrored(_half_body(cut))))
    marks += _drape(cut, dice) + _armholes(cut) + _hem_marks(cut)
    marks += _waist_marks(cut) + _front(cut) + _pockets(cut, dice) + _collar(cut)
    return marks


def _neck_edge(cut: Cut) -> Points:
    """The front neckline's right half, from the middle up to the shoulder."""
    n, d = cut.neck, cut.depth
    if cut.neckline == "v":
        return path((0, d), ((n * 0.62, d * 0.42), (n, 0)))
    if cut.neckline == "square":
        return path((0, d), (n * 0.86, d), ((n * 0.93, d * 0.5), (n, 0)))
    if cut.neckline in ("straps", "halter"):
        top = cut.armpit - 10
        peak = 0.62 if cut.neckline == "straps" else 0.36
        return path(
            (0, top + cut.depth * 0.35), ((cut.chest * 0.3, top + 1), (cut.chest * peak, top - 2))
        )
    return path((0, d), ((n * 0.62, d), (n * 0.97, d * 0.62), (n, 0)))


def _half_body(cut: Cut) -> Points:
    edge = _neck_edge(cut)
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
    marks: list[Mark] = [Fill(back, tone=78, role="lining")]
    if cut.depth > 5:
        marks.append(Line(path((-n, 2.0), ((0, 4.2), (n, 2.0))), tone=58, width=0.6))
        if cut.collar != "hood":
            marks.append(Fill(box(-1.9, 3.0, 1.9, 5.0), tone=124, role="label"))
    return marks


def _straps(cut: Cut) -> list[Mark]:
    peak = _neck_edge(cut)[-1]
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


def _buttons(
    x: float, top: float, bottom: float, count: int, size: float = 0.95, role: str = "shell"
) -> list[Mark]:
    marks: list[Mark] = []
    for i in range(count):
        y = top + (bottom - top) * i / max(count - 1, 1)
        marks.append(Fill(ellipse(x + 0.15, y + 0.25, size, size), tone=70))
        marks.append(Fill(ellipse(x, y, size * 0.92, size * 0.92), tone=118, role=role))
    return marks


def _front(cut: Cut) -> list[Mark]:
    bottom, top = cut.length + 1.0, cut.depth
    if cut.front == "buttons":
        lines: list[Mark] = [Line([(x, top), (x, bottom)], tone=92, width=0.6) for x in (-1.9, 1.9)]
        role = "plain" if cut.collar in ("lapel", "stand") else "shell"
        return [
            *lines,
            *_buttons(
                0, top + 2.5, cut.length - 6, max(3, round((cut.length - top) / 8.5)), role=role
            ),
        ]
    if cut.front == "zip":
        return [
            *(Line([(x, top), (x, bottom)], tone=88, width=0.6) for x in (-1.4, 1.4)),
            Line([(0, top - 3), (0, bottom)], tone=118, width=1.3, role="metal", dashed=True),
            Fill(box(-0.6, top, 0.6, top + 4.2, 0.5), tone=112, role="metal"),
        ]
    if cut.front == "open":
        gap = path(
            (0, top),
            ((3.2, cut.length * 0.5), (4.0, bottom)),
            (-4.0, bottom),
            ((-3.2, cut.length * 0.5), (0, top)),
        )
        edges = both(path((0.4, top), ((3.6, cut.length * 0.5), (4.2, bottom))))
        return [
            Fill(gap, tone=66, role="lining"),
            *(Fill(ribbon(e, 2.4), tone=120, role="plain") for e in edges),
            *(Line(e, tone=84, width=0.6) for e in edges),
        ]
    if cut.front == "henley":
        return [
            Fill(box(-1.7, top - 1, 1.7, top + 13), tone=122, role="plain"),
            Line([(1.7, top), (1.7, top + 13), (-1.7, top + 13), (-1.7, top)], tone=86),
            *_buttons(0, top + 2.5, top + 10.5, 3, 0.8),
        ]
    if cut.front == "wrap":
        edge = path(
            (-cut.neck, 0), ((-cut.neck * 0.2, top * 0.9), (cut.waist * 0.92, cut.waist_at))
        )
        return [Line(edge, tone=70, width=0.9), Fold(edge, depth=-26, width=4.0)]
    if cut.front == "double":
        edge = path((5, top), (6.2, bottom))
        marks: list[Mark] = [Line(edge, tone=76, width=0.8), Fold(edge, depth=-22, width=4.0)]
        for x in (-5.2, 3.4):
            marks += _buttons(x, cut.waist_at - 6, cut.waist_at + 12, 3, 1.3, "plain")
        return marks
    return []


def _pockets(cut: Cut, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    low = cut.length - 4 if cut.length < 75 else cut.waist_at + 24
    if "chest" in cut.pockets:
        x, y = 5.0, cut.armpit - 1.5
        marks.append(
            Fill(
                path((x, y), (x + 9.5, y), (x + 9.5, y + 8.5), ((x + 4.7, y + 12)), (x, y + 8.5)),
                tone=124,
            )
        )
        marks.append(
            Line(
                [(x, y), (x + 9.5, y), (x + 9.5, y + 8.5), (x + 4.7, y + 12), (x, y + 8.5), (x, y)],
                tone=88,
                width=0.6,
            )
        )
        marks.append(Line([(x, y + 1.8), (x + 9.5, y + 1.8)], tone=92, width=0.5))
    if "kangaroo" in cut.pockets:
        y = cut.length - 5.5
        pocket = path(
            (-9, y - 17),
            (9, y - 17),
            ((12, y - 13), (15, y - 7)),
            (15, y),
            (-15, y),
            (-15, y - 7),
            ((-12, y - 13), (-9, y - 17)),
        )
        marks += [Fill(pocket, tone=124), Line([*pocket, pocket[0]], tone=86)]
    for kind, height in (("welt", 1.8), ("flap", 4.6)):
        if kind in cut.pockets:
            for points in both(
                [
                    (7.5, low - 14),
                    (cut.hem - 4.5, low - 15),
                    (cut.hem - 4.5, low - 15 + height),
                    (7.5, low - 14 + height),
                ]
            ):
                marks += [Fill(points, tone=118), Line([*points, points[0]], tone=80, width=0.6)]
    if "patch" in cut.pockets:
        for points in both(box(6.5, low - 18, cut.hem - 4, low - 2, 1.4)):
            marks += [Fill(points, tone=124), Line([*points, points[0]], tone=84, width=0.6)]
            marks.append(
                Line(
                    [(p[0], low - 15.4) for p in (points[0], points[len(points) // 2])],
                    tone=90,
                    width=0.5,
                )
            )
    return marks


def _hood_back(cut: Cut) -> list[Mark]:
    n = cut.neck
    hood = path(
        (-n - 4.5, 4),
        ((-n - 7, -13), (-8, -19), (0, -19)),
        ((8, -19), (n + 7, -13), (n + 4.5, 4)),
        ((0, 13), (-n - 4.5, 4)),
    )
    inside = path(
        (-n + 0.5, 1),
        ((-n - 2, -11), (-6, -15), (0, -15)),
        ((6, -15), (n + 2, -11), (n - 0.5, 1)),
        ((0, 10), (-n + 0.5, 1)),
    )
    seam = path((0, -15), (0, 3))
    return [
        Fill(hood, tone=122),
        Fill(inside, tone=74, role="lining"),
        Line(seam, tone=60, width=0.6),
    ]


def _collar(cut: Cut) -> list[Mark]:
    edge = _neck_edge(cut)
    kind = cut.collar
    if kind == "rib" and cut.neckline not in ("straps", "halter"):
        band = [*flip(edge)[::-1], *edge[1:]]
        lower = [(x * 1.0, y + 1.1) for x, y in band]
        return [
            Fill(ribbon(lower, 2.3), tone=120, role="plain"),
            Line([(x, y + 2.4) for x, y in band], tone=92, width=0.55),
        ]
    if kind == "turtle":
        n = cut.neck + 0.6
        collar = path(
            (-n - 1, 3.4),
            ((-n + 0.6, -2), (-n + 1.2, -9)),
            ((0, -10.6), (n - 1.2, -9)),
            ((n - 0.6, -2), (n + 1, 3.4)),
            ((0, 7.6), (-n - 1, 3.4)),
        )
        fold = path((-n + 0.4, -3), ((0, 1.4), (n - 0.4, -3)))
        return [
            Fill(collar, tone=120, role="plain"),
            Line(path((-n - 1, 3.4), ((0, 7.6), (n + 1, 3.4))), tone=80),
            Fold(fold, depth=-34, width=2.6),
        ]
    if kind in ("shirt", "polo"):
        return _shirt_collar(cut, "plain" if kind == "polo" else "cloth")
    if kind == "lapel":
        return _lapels(cut)
    if kind == "stand":
        n = cut.neck
        stand = path(
            (-n - 0.6, 1.4),
            (-n + 0.8, -5),
            ((0, -3.2), (n - 0.8, -5)),
            (n + 0.6, 1.4),
            ((0, 2 * cut.depth - 1), (-n - 0.6, 1.4)),
        )
        return [
            Fill(
                path((-n + 0.8, -5), ((0, -6.6), (n - 0.8, -5)), ((0, -1), (-n + 0.8, -5))),
                tone=70,
                role="lining",
            ),
            Fill(stand, tone=118, role="plain"),
            Line([(0, -4), (0, cut.depth)], tone=80),
        ]
    if kind == "hood":
        cords = both(path((4.2, cut.depth - 2), ((4.8, cut.depth + 6), (4.0, cut.depth + 13))))
        rim = path((cut.neck + 0.8, 1.2), ((5.6, cut.depth), (0, cut.depth + 1.8)))
        return [
            *(Fill(ribbon(p, 2.6), tone=122) for p in both(rim)),
            *(Line(p, tone=150, width=1.2, role="label") for p in cords),
        ]
    return []


def _shirt_collar(cut: Cut, role: str) -> list[Mark]:
    n, d = cut.neck, cut.depth
    leaf = path(
        (0.3, d * 0.62),
        ((n * 0.55, d * 0.3), (n * 0.72, -4.4)),
        ((n + 1.0, -2.6), (n + 1.6, 1.0)),
        (n * 0.86, d * 0.62 + 6.2),
        ((n * 0.4, d * 0.8), (0.3, d * 0.62)),
    )
    inside = path(
        (-n * 0.72, -4.4),
        ((0, -6.2), (n * 0.72, -4.4)),
        ((n * 0.5, d * 0.5), (0, d * 0.7)),
        ((-n * 0.5, d * 0.5), (-n * 0.72, -4.4)),
    )
    marks: list[Mark] = [
        Fill(inside, tone=80, role="lining"),
        Fill(box(-1.9, -2.6, 1.9, -0.6), tone=124, role="label"),
    ]
    for points, angle in zip(both(leaf), (35, -35), strict=True):
        marks += [
            Fill(points, tone=132, role=role, angle=angle),
            Line([*points, points[0]], tone=84, width=0.6),
        ]
        marks.append(Fold([(p[0], p[1] + 1.4) for p in points[-10:]], depth=-24, width=2.0))
    return marks


def _lapels(cut: Cut) -> list[Mark]:
    n, d = cut.neck, cut.depth
    roll = (0.6, d)
    lapel = path(
        (n * 0.82, -1),
        ((n * 0.55, d * 0.5), roll),
        ((n * 0.8, d * 0.86), (n + 4.6, d * 0.44)),
        (n + 1.6, d * 0.33),
        (n + 2.6, d * 0.2),
        (n + 1.0, 0),
    )
    collar = path(
        (n * 0.78, -3.6),
        (n + 1.4, 0.4),
        (n + 3.4, d * 0.24),
        (n + 0.4, d * 0.3),
        ((n * 0.7, d * 0.2), (n * 0.62, -2.6)),
    )
    inside = path(
        (-n * 0.78, -3.6),
        ((0, -5.2), (n * 0.78, -3.6)),
        ((n * 0.5, 0), (0, 1)),
        ((-n * 0.5, 0), (-n * 0.78, -3.6)),
    )
    marks: list[Mark] = [Fill(inside, tone=96)]
    for points, angle in zip(both(lapel), (14, -14), strict=True):
        marks += [
            Fill(points, tone=134, angle=angle),
            Line([*points, points[0]], tone=80, width=0.6),
            Fold([(x, y + 1.2) for x, y in points[9:22]], depth=-22, width=2.4),
        ]
    for points in both(collar):
        marks += [Fill(points, tone=130), Line([*points, points[0]], tone=80, width=0.6)]
    return marks
