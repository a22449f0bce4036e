"""Underwear, socks and tights, and a sleeping bag."""

from demo.pictures.garments.fits import moved
from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    Points,
    both,
    box,
    mirrored,
    path,
    ribbon,
    shift,
)
from demo.pictures.garments.spec import Dice, GarmentSpec


def bra(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if spec.is_child or dice.chance(0.25):
        return _crop_top(dice)
    plunge = dice.between(6, 10)
    strap_top = (12.5, -20.0)
    marks: list[Mark] = []
    back = path((-17, 14), ((0, 8), (17, 14)), (17, 19), ((0, 14), (-17, 19)))
    marks.append(Fill(back, tone=84, role="plain"))
    marks.extend(
        Fill(ribbon(points, 1.3), tone=88, role="plain") for points in both([strap_top, (10.5, 10)])
    )
    wing = path((15, 5), ((19, 8), (20, 12)), (19.5, 19), ((15, 20.5), (12, 20)))
    cup = path(
        (1.2, plunge + 2),
        ((6, -1), (12.3, -3.5)),
        ((16.5, 1), (18.2, 9)),
        ((17.5, 19), (9, 20)),
        ((2.5, 19.5), (1.2, plunge + 2)),
    )
    band = path(
        (-19.5, 17.5),
        ((-9, 21), (0, 16.5)),
        ((9, 21), (19.5, 17.5)),
        (19.5, 20.6),
        ((9, 24.5), (0, 20)),
        ((-9, 24.5), (-19.5, 20.6)),
    )
    marks += [Fill(p, tone=116, role="plain") for p in both(wing)]
    marks.append(Fill(band, tone=116, role="plain"))
    for points, tone in zip(both(cup), (130, 127), strict=True):
        marks += [Fill(points, tone=tone), Line([*points, points[0]], tone=86)]
    marks.extend(
        Fold(points, depth=-44, width=5.0) for points in both(path((3, 17), ((10, 20), (17, 12))))
    )
    marks.extend(
        Fold(points, depth=30, width=7.0) for points in both(path((5, 6), ((9, 2), (13, 4))))
    )
    if dice.chance(0.5):
        marks.extend(
            Line(points, tone=92, width=0.6)
            for points in both(path((2.5, 11), ((9, 9), (17.5, 7))))
        )
    marks.extend(
        Fill(ribbon(points, 1.5), tone=124, role="plain")
        for points in both([strap_top, (12.4, -2.5)])
    )
    marks.extend(
        Fill(points, tone=118, role="gold") for points in both(box(11.5, -13, 13.5, -11.4, 0.4))
    )
    marks.append(
        Fill(
            path(
                (0, plunge + 8),
                ((-3, plunge + 5), (-2.6, plunge + 9.6)),
                (0, plunge + 8),
                ((3, plunge + 5), (2.6, plunge + 9.6)),
                (0, plunge + 8),
            ),
            tone=104,
            role="plain",
        )
    )
    return marks


def _crop_top(dice: Dice) -> list[Mark]:
    half = path(
        (0, 8),
        ((6, 8), (9, -12)),
        (12.5, -12),
        ((12.5, 4), (18.5, 9)),
        ((18, 16), (18, 24)),
        ((9, 25.5), (0, 25.5)),
    )
    inside = path((-12, -11), ((0, 8), (12, -11)), (12, 8), (-12, 8))
    band = path(
        (-18, 20), ((0, 22), (18, 20)), (18, 24), ((9, 25.5), (0, 25.5)), ((-9, 25.5), (-18, 24))
    )
    marks: list[Mark] = [
        Fill(inside, tone=78, role="lining"),
        Fill(mirrored(half)),
        Fill(band, tone=114, role="plain"),
        Line([(-18, 20), (0, 21.4), (18, 20)], tone=84),
    ]
    marks.extend(
        Fold(points, depth=-24, width=4.0) for points in both(path((3, 16), ((9, 19), (15, 12))))
    )
    marks.extend(
        Line(points, tone=94, width=0.6) for points in both(path((0.5, 9), ((6.5, 8), (10, -11))))
    )
    return marks


def briefs(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if spec.is_man or (spec.is_child and dice.chance(0.4)):
        return _boxers(dice)
    high = dice.pick((5.0, 9.0, 12.0))
    half = path(
        (0, 0.9), ((9, 0.7), (17, 0)), (17.5, high), ((7, high + 2.5), (4.2, 22.5)), (0, 22.8)
    )
    inside = path((-17, 0.4), ((0, -3), (17, 0.4)), (17, 2.5), (-17, 2.5))
    marks: list[Mark] = [
        Fill(inside, tone=76, role="lining"),
        Fill(mirrored(half)),
        Fill(
            path((-17, 0), ((0, 1.9), (17, 0)), (17.1, 2), ((0, 4.2), (-17.1, 2))),
            tone=112,
            role="plain",
        ),
    ]
    edge = path((17.3, high), ((7, high + 2.5), (4.2, 22.5)))
    for points in both(edge):
        marks += [
            Fill(ribbon([(x - 0.3, y) for x, y in points], 1.0), tone=114, role="plain"),
            Line([(x - 1.0, y - 0.2) for x, y in points], tone=90, width=0.5),
        ]
    marks += [
        Line(path((-7.5, 16.5), ((0, 19), (7.5, 16.5))), tone=92, width=0.5),
        Fold(path((-9, 7), ((0, 11), (9, 7))), depth=-14, width=5),
        Fold(path((-6, 11), (6, 11)), depth=16, width=6),
    ]
    return marks


def _boxers(dice: Dice) -> list[Mark]:
    long = dice.between(26, 34)
    half = path(
        (0, 1),
        ((9, 0.8), (17.5, 0)),
        ((20, 12), (20.5, long)),
        (3.5, long + 1.2),
        ((2, 23), (0, 22)),
    )
    marks: list[Mark] = [
        Fill(path((-17, 0.4), ((0, -3), (17, 0.4)), (17, 2.5), (-17, 2.5)), tone=76, role="lining"),
        Fill(mirrored(half)),
        Fill(
            path((-17.5, 0), ((0, 2), (17.5, 0)), (17.9, 4), ((0, 6.2), (-17.9, 4))),
            tone=112,
            role="plain",
        ),
    ]
    pouch = path((4.5, 6), ((6.5, 16), (0.5, 22)))
    marks += [Line(p, tone=88, width=0.7) for p in both(pouch)]
    marks += [
        Line(p, tone=92, width=0.5, dashed=True)
        for p in both([(3.7, long - 0.6), (20.3, long - 1.8)])
    ]
    marks += [Fold(p, depth=-30, width=5) for p in both(path((2, 24), (7, long)))]
    return [*marks, Line(path((-17.8, 4), ((0, 6.2), (17.8, 4))), tone=82)]


def underwear_set(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    return bra(spec, dice) + moved(briefs(spec, dice), 0, 34)


def _sock(long: float) -> tuple[Points, Points]:
    """A sock's outline, toe to the right, and its cuff."""
    leg = path(
        (-6.2, -long),
        (5.6, -long),
        ((6.4, -8), (7, -3)),
        ((14, 3), (21, 8)),
        ((26, 14), (20, 17.5)),
        ((6, 17), (-2, 14.5)),
        ((-9, 11), (-7, 2)),
        (-6.2, -long),
    )
    return leg, [(-6.4, -long), (5.8, -long), (5.9, -long + 5), (-6.4, -long + 5)]


def socks(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    long = dice.pick((6.0, 20.0, 26.0, 34.0))
    marks: list[Mark] = []
    for dx, dy, dim in ((9.0, -4.0, 10), (-6.0, 4.0, 0)):
        outline, cuff = (shift(p, dx, dy) for p in _sock(long))
        heel = shift(path((-7.4, 3), ((-9, 11), (-2, 14.5)), ((0, 7), (-7.4, 3))), dx, dy)
        toe = shift(
            path((17, 5.4), ((27, 12.5), (20, 17.5)), (15.5, 17.2), ((14.5, 10), (17, 5.4))), dx, dy
        )
        marks += [
            Fill(outline, tone=128 - dim),
            Fill(cuff, tone=118 - dim, role="plain"),
            Fill(heel, tone=116 - dim, role="plain"),
            Fill(toe, tone=116 - dim, role="plain"),
        ]
        marks += [Line([*outline], tone=90, width=0.5)]
        for i in range(9):
            x = cuff[0][0] + 0.8 + i * 1.3
            marks.append(Line([(x, cuff[0][1]), (x, cuff[2][1])], tone=96 - dim, width=0.5))
        ankle = shift(path((6.5, -4), ((2, -1), (-1, 2))), dx, dy)
        marks += [
            Fold(ankle, depth=-34, width=3.0),
            Fold(shift([(-4, -long + 6), (-4.5, 0)], dx, dy), depth=-22, width=3.5),
        ]
    return marks


def tights(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    half = path(
        (0, 0.9),
        ((6, 0.6), (11, 0)),
        ((15.5, 10), (15.8, 22)),
        ((14.6, 60), (12.6, 82)),
        ((12, 100), (11.2, 116)),
        ((13, 126), (17, 131)),
        ((15, 135), (8.4, 133)),
        ((6.2, 126), (6.2, 116)),
        ((5, 84), (3.6, 60)),
        ((1.6, 36), (0.5, 27)),
        (0, 26.5),
    )
    marks: list[Mark] = [
        Fill(mirrored(half)),
        Fill(
            path((-11, 0), ((0, 2), (11, 0)), (11.6, 3.4), ((0, 5.6), (-11.6, 3.4))),
            tone=100,
            role="plain",
        ),
        Line([(0, 5), (0, 26)], tone=92, width=0.6),
    ]
    panty = path((15.7, 17), ((8, 22), (1, 30)))
    marks += [Line(p, tone=100, width=0.6) for p in both(panty)]
    marks.extend(
        Fold(points, depth=44, width=4.5) for points in both(path((8.5, 26), ((9.5, 70), (9, 114))))
    )
    marks += [
        Line(p, tone=92, width=0.6) for p in both(path((10.6, 132.6), ((13, 130), (14.6, 128.6))))
    ]
    return marks


def sleep_bag(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    half = path(
        (0, 6),
        ((7, 5), (8, 0)),
        (15, 2),
        ((13, 12), (18, 17)),
        ((22, 50), (25, 70)),
        ((24, 84), (0, 84)),
    )
    marks: list[Mark] = [
        Fill(path((-8, 0.6), ((0, 3), (8, 0.6)), ((6, 7), (-6, 7))), tone=80, role="lining"),
        Fill(mirrored(half)),
        Line([(0, 6), (0, 83)], tone=120, role="metal", dashed=True, width=1.3),
    ]
    marks += [
        Line(
            path((-20 - i, 26.0 + 15 * i), ((0, 29.0 + 15 * i), (20 + i, 26.0 + 15 * i))),
            tone=96,
            width=0.6,
        )
        for i in range(4)
    ]
    return [*marks, *(Fold(p, depth=-24, width=6) for p in both([(19, 30), (23, 70)]))]
