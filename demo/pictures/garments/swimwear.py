"""Swimwear."""

from demo.pictures.garments.bottoms import shorts
from demo.pictures.garments.fits import moved
from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    both,
    box,
    flip,
    mirrored,
    path,
    ribbon,
)
from demo.pictures.garments.spec import Dice, GarmentSpec
from demo.pictures.garments.underwear import briefs


def swimsuit(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    scoop, leg = dice.between(6, 14), dice.between(40, 47)
    top = -9.0
    half = path(
        (0, scoop),
        ((7, scoop), (8.5, top)),
        (11.5, top),
        ((11, 4), (18, 9)),
        ((16, 20), (15.2, 27)),
        ((17.5, 34), (18.6, leg - 4)),
        ((8, leg + 2), (4.4, 60)),
        (0, 60.4),
    )
    inside = path((-11.5, top), (-8.5, top), ((0, 2), (8.5, top)), (11.5, top), (10, 12), (-10, 12))
    marks: list[Mark] = [Fill(inside, tone=74, role="lining"), Fill(mirrored(half))]
    marks.extend(
        Line([(x - 0.9, y - 0.4) for x, y in points], tone=88, width=0.6)
        for points in both(path((18.4, leg - 4), ((8, leg + 2), (4.4, 60))))
    )
    marks.extend(
        Line(points, tone=90, width=0.6)
        for points in both(path((1, scoop + 0.8), ((7.6, scoop), (9.2, top))))
    )
    marks.extend(
        Fold(points, depth=-26, width=4.5) for points in both(path((2.5, 17), ((9, 20), (16, 11))))
    )
    marks += [Fold(p, depth=-26, width=6) for p in both([(15.5, 22), (17.6, 36)])]
    if dice.chance(0.35):
        marks += [
            Fill(ribbon(path((-15.4, 27), ((0, 30), (15.4, 27))), 2.6), tone=104, role="plain")
        ]
    return [*marks, Fold(path((0, 22), (0, 52)), depth=18, width=9)]


def bikini_top(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if dice.chance(0.5):
        return _bandeau(dice)
    cup = path((2.0, 18), ((5, 4), (9.5, -1)), ((15.5, 7), (17.5, 18)), ((9, 19.5), (2.0, 18)))
    marks: list[Mark] = []
    marks.extend(
        Fill(ribbon(points, 1.0), tone=112, role="plain")
        for points in both(path((9.5, -0.5), ((9, -12), (1.5, -18))))
    )
    marks.append(
        Fill(
            ribbon(
                path(
                    (-27, 24),
                    ((-20, 18), (-17, 17.6)),
                    ((0, 19.5), (17, 17.6)),
                    ((20, 18), (27, 24)),
                ),
                1.2,
            ),
            tone=112,
            role="plain",
        )
    )
    for points in both(cup):
        marks += [
            Fill(points),
            Line([*points, points[0]], tone=86),
            Fold(
                path((5, 13), ((10, 15), (15, 11)))
                if points is cup
                else flip(path((5, 13), ((10, 15), (15, 11)))),
                depth=-26,
                width=4,
            ),
        ]
    return marks


def _bandeau(dice: Dice) -> list[Mark]:
    half = path((0, 4), ((6, -1), (12, -1)), ((17, 0), (20, 3)), (20, 15), ((12, 18.5), (0, 15.5)))
    marks: list[Mark] = []
    marks.extend(
        Fill(ribbon(points, 1.4), tone=108, role="plain")
        for points in both([(12.5, -0.5), (13.6, -19)])
    )
    marks.append(Fill(mirrored(half)))
    for i in range(5):
        marks.extend(
            Fold(points, depth=-24 if i % 2 else 18, width=2.0)
            for points in both(path((0.8, 6 + i * 1.8), ((5, 5 + i * 2), (11 + i, 2 + i * 3.4))))
        )
    return [
        *marks,
        Fill(box(-1.7, 3.4, 1.7, 16, 1.2), tone=110, role="plain"),
        Line([(-1.7, 4), (-1.7, 15.4)], tone=80),
        Line([(1.7, 4), (1.7, 15.4)], tone=80),
    ]


def bikini_bottom(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if spec.is_man:
        return shorts(spec, dice)
    marks = briefs(spec, dice) if spec.is_child or dice.chance(0.55) else []
    if marks:
        return marks
    half = path((0, 1), ((8, 0.6), (12.5, -0.6)), (13, 3.6), ((6.5, 6), (4, 20)), (0, 20.4))
    ties: list[Mark] = []
    ties.extend(
        Line(points, tone=108, width=2.0, role="plain")
        for points in both(
            path((12.5, 1.5), ((17, -3), (19, 1)), ((17, 4), (13, 1.8)), ((17, 6), (19, 12)))
        )
    )
    inside = path((-12.3, -0.4), ((0, -3), (12.3, -0.4)), (12, 2.5), (-12, 2.5))
    return [
        Fill(inside, tone=76, role="lining"),
        Fill(mirrored(half)),
        *ties,
        Line(path((-12.5, 1.2), ((0, 3.6), (12.5, 1.2))), tone=90, width=0.6),
        Fold(path((-6, 9), (6, 9)), depth=-18, width=5),
    ]


def swim_set(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    return bikini_top(spec, dice) + moved(bikini_bottom(spec, dice), 0, 34)


def sarong(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    cloth = path(
        (-20, 6),
        ((-6, 9), (6, 5)),
        ((14, 2), (19, 4)),
        ((26, 40), (24, 72)),
        ((8, 80), (-6, 74)),
        ((-20, 78), (-27, 70)),
        ((-25, 36), (-20, 6)),
    )
    knot = path((8, 4), ((14, -3), (18, 2)), ((20, 8), (12, 9)), (8, 4))
    tails = path((12, 8), ((18, 18), (17, 32)), (22, 30), ((22, 16), (16, 7)))
    marks: list[Mark] = [
        Fill(cloth),
        Fill(tails, tone=118),
        Fill(knot, tone=124),
        Line([*knot, knot[0]], tone=84),
    ]
    for i in range(7):
        end = (-24 + i * 7.0, 73.0)
        marks.append(
            Fold(path((11, 9), ((end[0] * 0.3, 26), end)), depth=-30 if i % 2 else 22, width=3.4)
        )
    return marks
