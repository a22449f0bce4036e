"""Scarves, belts, gloves, ties, and whatever else a shop has."""

from collections.abc import Callable

from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    Points,
    both,
    box,
    ellipse,
    flip,
    mirrored,
    path,
    ribbon,
    shift,
    turn,
)
from demo.pictures.garments.spec import Dice, GarmentSpec


def scarf(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    loop = path(
        (-15, 6),
        ((-16, -9), (0, -10)),
        ((16, -9), (15, 6)),
        ((10, 15), (0, 16)),
        ((-10, 15), (-15, 6)),
    )
    hole = path(
        (-8, 2), ((-7, -4.5), (0, -4.5)), ((7, -4.5), (8, 2)), ((4, 6), (0, 6)), ((-4, 6), (-8, 2))
    )
    left = path((-9, 10), ((-10, 36), (-13, 62)), (0.5, 63), ((1, 36), (2, 12)))
    right = path((0, 12), ((5, 32), (6, 53)), (18, 51), ((15, 30), (10, 9)))
    marks: list[Mark] = []
    for tail, (x0, x1, y) in ((right, (6.0, 18.0, 52.0)), (left, (-13.0, 0.5, 62.6))):
        count = 12
        for i in range(count):
            x = x0 + (x1 - x0) * (i + 0.5) / count
            marks.append(
                Fill(
                    ribbon([(x, y - 1), (x + dice.between(-0.4, 0.4), y + 5.5)], 0.7, 0.4),
                    tone=112,
                    role="plain",
                )
            )
        marks += [
            Fill(tail, tone=128 if tail is left else 116, angle=4 if tail is left else -12),
            Line([*tail], tone=88, width=0.5),
        ]
    marks += [Fill(loop, angle=20), Fill(hole, tone=62, role="lining")]
    marks.extend(
        Fold(
            path((-13 + k, 4 + k * 2.4), ((0, 12 + k * 2.6), (13 - k, 3 + k * 2.2))),
            depth=-34,
            width=2.0,
        )
        for k in range(3)
    )
    return [
        *marks,
        Fold(path((-6, 18), ((-7, 40), (-8, 58))), depth=-24, width=3.4),
        Fold(path((-2, 18), (-3, 58)), depth=24, width=3),
        Fold(path((8, 16), ((11, 32), (12, 48))), depth=-24, width=3),
        Line([*loop], tone=88, width=0.5),
    ]


def belt(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    for k in range(3, 0, -1):
        outer, inner = (
            ellipse(0, 0, 14 + k * 3.6, (14 + k * 3.6) * 0.96, 48),
            ellipse(0, 0, 12.4 + k * 3.6, (12.4 + k * 3.6) * 0.95, 48),
        )
        marks += [
            Fill(outer, tone=128 - (3 - k) * 6),
            Line([*outer, outer[0]], tone=80, width=0.6),
            Fill(inner, tone=86 + k * 4),
        ]
    centre = ellipse(0, 0, 12.4, 11.8, 40)
    strap = path((-6, 18), (30, 18.6), ((35, 21.5), (30, 24.6)), (-6, 24.4))
    marks += [
        Fill(centre, role="hole"),
        Fill(strap, tone=130),
        Line([*strap, strap[0]], tone=82, width=0.6),
        Line([(-4, 19.4), (29, 19.9)], tone=100, width=0.5, dashed=True),
        Line([(-4, 23.2), (29, 23.4)], tone=100, width=0.5, dashed=True),
    ]
    marks += [Fill(ellipse(18 + i * 3.4, 21.4, 0.6, 0.6), tone=40) for i in range(4)]
    role = dice.pick(("gold", "metal", "metal"))
    buckle = box(-11, 15.6, -1, 27, 2)
    return [
        *marks,
        Fill(buckle, tone=122, role=role),
        Fill(box(-9, 17.8, -3, 24.8, 1), tone=112),
        Fill(box(-9.6, 20.6, 0, 22.2, 0.6), tone=140, role=role),
    ]


def gloves(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    mitten = spec.is_child and dice.chance(0.7)
    if mitten:
        hand = path(
            (-7, 36),
            ((-8.6, 20), (-9, 10)),
            ((-8, -2), (0, -2.5)),
            ((8.5, -2), (8.6, 12)),
            ((15, 8), (15.6, 15)),
            ((14, 22), (8, 27)),
            (7, 36),
        )
    else:
        hand = path(
            (-7, 36),
            ((-9, 24), (-9, 14)),
            (-9.6, 1.5),
            ((-7.4, -1.6), (-5.6, 1.5)),
            (-5.0, 12),
            (-4.6, -4),
            ((-2.4, -7.4), (-0.6, -4)),
            (-0.3, 11.6),
            (0.6, -4.6),
            ((2.8, -7.6), (4.6, -4.4)),
            (4.4, 12.2),
            (5.6, 0),
            ((7.8, -2.6), (9.4, 0.6)),
            ((9.4, 10), (8.8, 18)),
            ((13.4, 12), (16.4, 14)),
            ((16.6, 18), (8, 28)),
            (7, 36),
        )
    cuff = path((-7.4, 34), ((0, 36), (7.4, 34)), (8, 46), ((0, 48.4), (-8, 46)))
    marks: list[Mark] = []
    for sign, dx, dim in ((-1, 16.5, 8), (1, -16.5, 0)):
        place = _placer(sign, dx)
        marks += [
            Fill(place(hand), tone=128 - dim),
            Line(place(hand), tone=90, width=0.6),
            Fill(place(cuff), tone=116 - dim, role="plain"),
            Fold(place(path((-2, 14), (-2, 30))), depth=22, width=5),
            Fold(place(path((7, 22), (3, 32))), depth=-24, width=3),
        ]
        marks += [
            Line(place([(x, 35.4), (x * 1.06, 46.6)]), tone=96, width=0.5)
            for x in (-5.4, -3.2, -1.0, 1.2, 3.4, 5.6)
        ]
    return marks


def _placer(sign: int, dx: float) -> Callable[[Points], Points]:
    """Puts a left hand's points at its place in a pair."""
    return lambda points: [(x * sign + dx, y) for x, y in turn(points, 7)]


def tie(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if dice.chance(0.35):
        wing = path((2.6, -3), ((10, -9), (18, -8.6)), ((16.5, 0), (18, 8.6)), ((10, 9), (2.6, 3)))
        marks: list[Mark] = []
        for points in both(wing):
            marks += [
                Fill(points),
                Line([*points, points[0]], tone=84, width=0.6),
                Fold([(x * 0.9, y * 0.2) for x, y in (points[0], points[9])], depth=-40, width=2.4),
            ]
        return [
            *marks,
            Fill(box(-3.2, -4.2, 3.2, 4.2, 1.4), tone=134),
            Line(box(-3.2, -4.2, 3.2, 4.2, 1.4), tone=80, width=0.6),
        ]
    back = path((-2.2, 6), (2.2, 6), (4.4, 58), (0.8, 62), (-3.4, 58))
    blade = path(
        (-2.6, 6), (2.6, 6), ((4, 36), (6.4, 66)), (0, 74), (-6.4, 66), ((-4, 36), (-2.6, 6))
    )
    knot = path((-5, -2), ((0, -3.6), (5, -2)), (2.8, 7), (-2.8, 7))
    loop = path((-4.6, -1.6), ((-11, -14), (0, -15)), ((11, -14), (4.6, -1.6)))
    return [
        Fill(ribbon(loop, 3.0), tone=104),
        Fill(shift(back, 4, 0), tone=96),
        Fill(blade, angle=0),
        Line([*blade, blade[0]], tone=88, width=0.5),
        Fill(knot, tone=134, angle=30),
        Line([*knot, knot[0]], tone=80, width=0.6),
        Fold(path((-1, 10), (-1.4, 30)), depth=-30, width=2),
    ]


def umbrella(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    canopy = path(
        (-34, 20),
        ((-30, -14), (0, -16)),
        ((30, -14), (34, 20)),
        ((28, 14), (22, 20)),
        ((17, 14), (11, 20)),
        ((5.5, 14), (0, 20)),
        ((-5.5, 14), (-11, 20)),
        ((-17, 14), (-22, 20)),
        ((-28, 14), (-34, 20)),
    )
    stick: list[Mark] = [
        Fill(box(-0.8, -20, 0.8, 54), tone=100, role="dark"),
        Line(
            path((0, 54), ((0.4, 62), (6, 61)), ((9.6, 59), (9, 54))),
            tone=110,
            width=3.4,
            role="tan",
        ),
    ]
    ribs: list[Mark] = [
        Line(path((0, -16), ((x * 0.75, -8), (x, 19.5))), tone=88, width=0.6)
        for x in (-22, -11, 0, 11, 22)
    ]
    return [*stick, Fill(canopy), *ribs]


def soft_toy(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    for x, y, rx, ry in (
        (-12.0, 46.0, 8.0, 6.5),
        (12.0, 46.0, 8.0, 6.5),
        (-16.0, 24.0, 5.5, 9.0),
        (16.0, 24.0, 5.5, 9.0),
        (-10.5, -13.0, 6.0, 6.0),
        (10.5, -13.0, 6.0, 6.0),
    ):
        marks += [
            Fill(ellipse(x, y, rx, ry), tone=118),
            Fill(ellipse(x, y, rx * 0.5, ry * 0.5), tone=148),
        ]
    marks += [
        Fill(ellipse(0, 30, 15.5, 19, 40)),
        Fill(ellipse(0, 33, 9, 12, 40), tone=156),
        Fill(ellipse(0, -2, 15, 13.5, 40), tone=132),
        Fill(ellipse(0, 3, 6.4, 5), tone=160),
    ]
    marks += [Fill(ellipse(x, -3.6, 1.3, 1.5), tone=110, role="dark") for x in (-5.5, 5.5)]
    return [
        *marks,
        Fill(ellipse(0, 0.8, 2.2, 1.5), tone=110, role="dark"),
        Line(path((-3, 4.5), ((0, 7), (3, 4.5))), tone=60, width=0.8),
    ]


def bottle(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    body = path(
        (-6, 6),
        ((-11, 10), (-11, 18)),
        (-11, 54),
        ((-11, 58), (-7, 58)),
        (7, 58),
        ((11, 58), (11, 54)),
        (11, 18),
        ((11, 10), (6, 6)),
    )
    return [
        Fill(box(-5, -6, 5, 7, 1.2), tone=110, role="dark"),
        Fill(body),
        Fill(box(-11, 28, 11, 44), tone=130, role="label"),
        Line([(-6, 33), (6, 33)], tone=90, width=0.9, role="dark"),
        Line([(-4, 37), (4, 37)], tone=90, width=0.6, role="dark"),
        Fold([(-6.5, 14), (-6.5, 54)], depth=60, width=3),
        Fold([(9, 16), (9, 54)], depth=-44, width=5),
    ]


def cushion(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    body = path(
        (-25, -25),
        ((0, -20), (25, -25)),
        ((20, 0), (25, 25)),
        ((0, 20), (-25, 25)),
        ((-20, 0), (-25, -25)),
    )
    return [
        Fill(body),
        Line([*body, body[0]], tone=92, width=0.7),
        *(
            Fold(path((s * 22, t * 22), ((s * 14, t * 14), (s * 9, t * 11))), depth=-30, width=3)
            for s in (-1, 1)
            for t in (-1, 1)
        ),
        Fold([(-8, -8), (4, -8)], depth=26, width=14),
    ]


def side_table(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    leg = [(15.0, 4.0), (18.0, 4.0), (23.0, 52.0), (21.0, 52.0)]
    return [
        *(Fill(p, tone=104, role="tan") for p in both(leg)),
        Fill([(-1.4, 6), (1.4, 6), (1.2, 48), (-1.2, 48)], tone=84, role="tan"),
        Fill(path((-28, 3), ((0, -6), (28, 3)), ((0, 12), (-28, 3))), tone=136),
        Fill(path((-28, 3), ((0, 12), (28, 3)), (28, 5.4), ((0, 14.6), (-28, 5.4))), tone=108),
    ]


def folded(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    """Whatever has no drawing of its own: a folded piece of cloth in a paper band."""
    marks: list[Mark] = []
    for i in range(3, 0, -1):
        y = i * 6.4
        layer = path(
            (-23, y), ((-25.5, y + 3.2), (-23, y + 6.4)), (23, y + 6.4), ((24.4, y + 3.2), (23, y))
        )
        marks += [Fill(layer, tone=118 - i * 3), Line([*layer, layer[0]], tone=84, width=0.6)]
    top = path((-23, 6.4), (-17, -16), (17, -16), (23, 6.4))
    marks += [
        Fill(top, tone=132),
        Line([*top, top[0]], tone=88, width=0.6),
        Fold([(-14, -8), (12, -8)], depth=22, width=8),
    ]
    band = path((-5.4, -16), (5.4, -16), (7, 6.4), (7, 25.6), (-7, 25.6), (-7, 6.4))
    marks += [
        Fill(band, tone=126, role="card"),
        Fill([(-7, 6.4), (7, 6.4), (7, 25.6), (-7, 25.6)], tone=112, role="card"),
    ]
    return [
        *marks,
        Line([(-3.6, 14), (3.6, 14)], tone=84, width=0.9),
        Line([(-2.4, 17), (2.4, 17)], tone=92, width=0.6),
        Fold(flip([(-23, 8), (-23, 24)]), depth=-30, width=6),
        Fill(mirrored([(0, -17), (3, -16.4), (0, -15.8)]), tone=120, role="card"),
    ]
