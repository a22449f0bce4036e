"""Accessories."""

import math
from collections.abc import Callable

from catalog.synthetic.garments.shapes import (
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
from catalog.synthetic.garments.spec import Dice, GarmentSpec


def bag(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    names = {
        "Backpack": _backpack,
        "Tote bag": _tote,
        "Cross-body bag": _cross_body,
        "Shoulder bag": _cross_body,
        "Bumbag": _cross_body,
    }
    make = names.get(spec.product_type) or dice.pick(
        (_tote, _cross_body, _handbag, _backpack, _handbag)
    )
    return make(dice)


def _handles(half: float, rise: float, foot: float, width: float) -> list[Mark]:
    arch = path(
        (-half, foot),
        ((-half * 0.95, -rise), (-half * 0.4, -rise), (0, -rise)),
        ((half * 0.4, -rise), (half * 0.95, -rise), (half, foot)),
    )
    return [Fill(ribbon(arch, width), tone=110, role="plain")]


def _tote(dice: Dice) -> list[Mark]:
    body = path(
        (-22, 0), (22, 0), ((23, 24), (19.5, 46)), ((0, 48), (-19.5, 46)), ((-23, 24), (-22, 0))
    )
    mouth = path((-22, 0), ((0, -3.5), (22, 0)), ((0, 3), (-22, 0)))
    back = [
        Fill(m.points, tone=88, role="plain")
        for m in _handles(10, 26, 0, 2.4)
        if isinstance(m, Fill)
    ]
    marks: list[Mark] = [
        *(Fill(shift(m.points, 2, -2), tone=88, role="plain") for m in back),
        Fill(mouth, tone=66, role="lining"),
        Fill(body),
        *_handles(10, 23, 9, 2.6),
    ]
    marks += [Line([(-21.8, 3), (21.8, 3)], tone=96, width=0.5, dashed=True)]
    return [
        *marks,
        *(Fold(p, depth=-26, width=5) for p in both(path((10, 12), ((14, 28), (11, 44))))),
    ]


def _handbag(dice: Dice) -> list[Mark]:
    body = path(
        (-20, 2),
        ((0, 0), (20, 2)),
        ((24, 20), (24, 33)),
        ((0, 37.5), (-24, 33)),
        ((-24, 20), (-20, 2)),
    )
    flap = path(
        (-20, 2),
        ((0, 0), (20, 2)),
        ((22, 12), (20.5, 17)),
        ((0, 23), (-20.5, 17)),
        ((-22, 12), (-20, 2)),
    )
    marks = [
        *_handles(12, 20, 5, 2.6),
        Fill(body),
        Fill(flap, tone=136),
        Line([*flap, flap[0]], tone=80),
        Line([(x * 0.95, y * 0.95 + 0.4) for x, y in flap], tone=100, width=0.5, dashed=True),
    ]
    clasp = [
        Fill(ellipse(0, 19, 2.4, 2.4), tone=118, role="gold"),
        Fill(ellipse(0, 19, 1.2, 1.2), tone=92, role="gold"),
    ]
    rings = [Fill(ellipse(sx, 4.5, 1.5, 1.5), tone=116, role="gold") for sx in (-12, 12)]
    return [
        *marks,
        *clasp,
        *rings,
        Fold(path((-19, 19.5), ((0, 25), (19, 19.5))), depth=-40, width=4),
        Fold(path((-16, 8), (14, 7)), depth=24, width=6),
    ]


def _cross_body(dice: Dice) -> list[Mark]:
    strap = path((-17, 4), ((-19, -38), (0, -40)), ((19, -38), (17, 4)))
    body = box(-20, 0, 20, 27, 5)
    flap = path(
        (-20, 5),
        ((-20, 0), (-15, 0)),
        (15, 0),
        ((20, 0), (20, 5)),
        (20, 11),
        ((12, 18), (0, 18)),
        ((-12, 18), (-20, 11)),
    )
    zipped = dice.chance(0.4)
    marks: list[Mark] = [
        Fill(ribbon(strap, 1.4), tone=104, role="plain" if dice.chance(0.6) else "gold"),
        Fill(body),
    ]
    if zipped:
        marks += [
            Line([(-17, 5), (17, 5)], tone=120, role="gold", dashed=True, width=1.4),
            Fill(box(14, 5, 15.6, 10, 0.6), tone=114, role="gold"),
            Line(box(-15, 11, 15, 24, 3), tone=96, width=0.6, dashed=True),
        ]
    else:
        marks += [
            Fill(flap, tone=136),
            Line([*flap, flap[0]], tone=82),
            Fill(box(-2.2, 14.6, 2.2, 20, 1), tone=116, role="gold"),
            Fold(path((-17, 15), ((0, 22), (17, 15))), depth=-38, width=3.5),
        ]
    return [
        *marks,
        Fold(path((-15, 6), (12, 5)), depth=26, width=5),
        *(Fill(ellipse(x, 4, 1.3, 1.3), tone=112, role="gold") for x in (-17.0, 17.0)),
    ]


def _backpack(dice: Dice) -> list[Mark]:
    body = path(
        (-18, 12),
        ((-18, -6), (0, -6)),
        ((18, -6), (18, 12)),
        ((20, 30), (18.5, 46)),
        ((0, 49.5), (-18.5, 46)),
        ((-20, 30), (-18, 12)),
    )
    pocket = path(
        (-13.5, 25),
        ((0, 23), (13.5, 25)),
        ((14.5, 36), (13.5, 44)),
        ((0, 46.4), (-13.5, 44)),
        ((-14.5, 36), (-13.5, 25)),
    )
    marks: list[Mark] = [
        Fill(
            ribbon(path((-4.5, -5), ((-4, -12), (0, -12)), ((4, -12), (4.5, -5))), 2.2),
            tone=100,
            role="plain",
        )
    ]
    marks += [
        Fill(
            ribbon(
                path((15.5, 6), ((25, 22), (19, 44)))
                if s > 0
                else path((-15.5, 6), ((-25, 22), (-19, 44))),
                3.4,
            ),
            tone=92,
            role="plain",
        )
        for s in (-1, 1)
    ]
    marks += [
        Fill(body),
        Line(
            path((-16, 14), ((-16, -3), (0, -3)), ((16, -3), (16, 14))),
            tone=112,
            width=1.2,
            role="metal",
            dashed=True,
        ),
        Fill(pocket, tone=134),
        Line([*pocket, pocket[0]], tone=84),
        Line(
            path((-12.4, 27.6), ((0, 25.6), (12.4, 27.6))),
            tone=116,
            width=1.1,
            role="metal",
            dashed=True,
        ),
    ]
    return [
        *marks,
        Fold(path((-10, 8), (-8, 20)), depth=26, width=6),
        *(Fold(p, depth=-28, width=5) for p in both([(17, 14), (17.5, 42)])),
    ]


def wallet(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    body = box(-19, 0, 19, 24, 2.4)
    flap = path((-19, 3), (-17, 0), (17, 0), (19, 3), (19, 11), ((0, 16), (-19, 11)))
    return [
        Fill(body),
        Line([(x * 0.94, 12 + (y - 12) * 0.9) for x, y in body], tone=98, width=0.5, dashed=True),
        Fill(flap, tone=136),
        Line([*flap, flap[0]], tone=84),
        Fill(ellipse(0, 12, 1.6, 1.6), tone=116, role="gold"),
        Fold(path((-15, 14), ((0, 18), (15, 14))), depth=-34, width=3),
    ]


def beanie(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    dome = path((-18, 30), ((-20, 2), (-8, -3), (0, -3)), ((8, -3), (20, 2), (18, 30)))
    brim = path((-19.5, 24), ((0, 28), (19.5, 24)), (19.8, 38), ((0, 42.5), (-19.8, 38)))
    marks: list[Mark] = []
    if dice.chance(0.45):
        marks += [
            Fill(ellipse(0, -8, 7.4, 7.0), tone=134, role="plain"),
            *(
                Fold([(0, -8), (7 * math.cos(a), -8 + 6.6 * math.sin(a))], depth=-20, width=1.2)
                for a in (0.4, 1.5, 2.6, 3.7, 4.8, 5.9)
            ),
        ]
    marks += [
        Fill(dome),
        Fill(brim, tone=132, role="plain"),
        Line(path((-19.5, 24), ((0, 28), (19.5, 24))), tone=78),
    ]
    for i in range(1, 18):
        x = 19.4 * (i / 9 - 1)
        top = 26 - 2.1 * (x / 19.4) ** 2
        marks += [
            Line([(x, top), (x * 1.01, top + 14)], tone=98, width=0.6),
            Line(path((x * 0.95, top), ((x * 0.8, 8), (x * 0.2, -1.5))), tone=110, width=0.5),
        ]
    return [*marks, *(Fold(p, depth=-30, width=5) for p in both(path((18, 28), ((17, 8), (8, 0)))))]


def cap(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    crown = path((-17, 14), ((-17, -10), (1, -11)), ((18, -10), (19, 13)), ((2, 18), (-17, 14)))
    peak = path(
        (-16.5, 13),
        ((0, 20), (19, 12)),
        ((34, 16), (37, 22.5)),
        ((22, 22), (6, 25)),
        ((-9, 26), (-16.5, 13)),
    )
    marks: list[Mark] = [
        Fill(crown),
        Fill(ellipse(1, -11.4, 1.7, 1.1), tone=112, role="plain"),
        Line(path((1, -10.6), ((-4, 2), (-3, 16))), tone=90, width=0.6),
        Line(path((1, -10.6), ((11, -4), (12.4, 14.8))), tone=90, width=0.6),
        Line(path((1, -10.6), ((-12, -6), (-13, 14))), tone=96, width=0.5),
    ]
    marks += [
        Fill(peak, tone=120, role="plain"),
        Line(path((-16.5, 13), ((0, 20), (19, 12))), tone=76),
        Line(
            [(x * 0.95 + 0.6, y * 0.94 + 1.1) for x, y in peak[18:]],
            tone=98,
            width=0.5,
            dashed=True,
        ),
    ]
    marks += [Fill(ellipse(x, -2.0, 0.7, 0.9), tone=60) for x in (-7.5, 7.0)]
    return [
        *marks,
        Fold(path((-8, -5), ((0, -9), (8, -5))), depth=30, width=6),
        Fold(path((-12, 17), ((4, 23), (24, 18))), depth=26, width=3),
    ]


def brim_hat(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    straw = spec.product_type in ("Straw hat",) or dice.chance(0.4)
    brim = path(
        (-35, 15),
        ((-30, 8), (0, 8)),
        ((30, 8), (35, 15)),
        ((30, 24), (0, 24)),
        ((-30, 24), (-35, 15)),
    )
    crown = path(
        (-17.5, 15),
        ((-18, -12), (-8, -14)),
        ((0, -10), (8, -14)),
        ((18, -12), (17.5, 15)),
        ((0, 20), (-17.5, 15)),
    )
    band = path((-17.6, 8), ((0, 13.5), (17.6, 8)), (17.6, 15), ((0, 20), (-17.6, 15)))
    marks: list[Mark] = [
        Fill(brim, tone=118),
        Fill(crown),
        Fill(band, tone=88, role="dark" if dice.chance(0.5) else "plain"),
        Fold(path((-6, -12), ((0, -6), (6, -12))), depth=-36, width=3),
        Fold(path((-11, 0), (-10, 8)), depth=28, width=6),
        Fold(path((-26, 18), ((0, 26), (26, 18))), depth=-26, width=4),
    ]
    if straw:
        marks += [
            Line(
                path(
                    (-32 + i * 2, 14.5 + i * 1.2),
                    ((0, 21.5 + i * 0.6), (32 - i * 2, 14.5 + i * 1.2)),
                ),
                tone=104,
                width=0.5,
            )
            for i in range(3)
        ]
    return marks


def bucket_hat(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    crown = path(
        (-13, -8),
        ((0, -11), (13, -8)),
        ((17, 4), (18, 12)),
        ((0, 16), (-18, 12)),
        ((-17, 4), (-13, -8)),
    )
    brim = path(
        (-18, 11),
        ((0, 15.5), (18, 11)),
        ((24, 18), (27, 24)),
        ((0, 33), (-27, 24)),
        ((-24, 18), (-18, 11)),
    )
    marks: list[Mark] = [
        Fill(crown),
        Fill(brim, tone=118),
        Line(path((-18, 11), ((0, 15.5), (18, 11))), tone=80),
        Line(path((-13, -8), ((0, -4), (13, -8))), tone=92, width=0.6),
    ]
    return marks + [
        Line(
            path((-19 - i * 2, 13.6 + i * 3.2), ((0, 19 + i * 3.8), (19 + i * 2, 13.6 + i * 3.2))),
            tone=100,
            width=0.5,
            dashed=True,
        )
        for i in range(4)
    ]


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


def sunglasses(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    kind = dice.below(3)
    lens = (
        path(
            (3.5, 1),
            ((11, -2), (21, -1)),
            ((24, 7), (20, 13)),
            ((13, 17.5), (6.5, 14)),
            ((2.5, 9), (3.5, 1)),
        ),
        ellipse(13, 7, 9.4, 9.0, 36),
        path(
            (3.4, 2),
            ((12, -1), (24.5, -4)),
            ((24.4, 8), (17, 12.5)),
            ((8, 15.5), (4.6, 10)),
            ((3, 6), (3.4, 2)),
        ),
    )[kind]
    cx, cy = 13.0, 6.4
    rim: Points = [(cx + (x - cx) * 1.17, cy + (y - cy) * 1.2) for x, y in lens]
    marks: list[Mark] = [
        Fill(ribbon(p, 1.6), tone=98) for p in both(path((24, 1), ((28, -8), (21, -15))))
    ]
    marks += [Fill(p) for p in both(rim)]
    marks.append(Fill(ribbon(path((-4, 3), ((0, 0.6), (4, 3))), 2.2)))
    for points in both(lens):
        marks.append(Fill(points, tone=118, role="glass"))
        marks.append(Line([*points, points[0]], tone=90, width=0.5))
    shine = [(8, 10), (14.5, -0.5)]
    marks += [Fold(shift(shine, dx, 0), depth=90, width=4.5) for dx in (0.0, -26.0)]
    return [
        *marks,
        *(Fill(ellipse(sx, 0.8, 0.8, 0.6), tone=120, role="gold") for sx in (-23.0, 23.0)),
    ]


def earrings(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    kind = dice.below(4)
    for cx in (-11.0, 11.0):
        marks.append(
            Line(
                path((cx, 0), ((cx - 2.6, -5), (cx + 0.8, -6)), ((cx + 3, -4), (cx + 1.4, 0.4))),
                tone=118,
                width=1.3,
                role="cloth",
            )
        )
        if kind == 0:
            loop = [
                (cx + 9 * math.sin(math.radians(a)), 9 - 9 * math.cos(math.radians(a)))
                for a in range(0, 361, 10)
            ]
            marks.append(Fill(ribbon(loop, 1.5), tone=128))
        elif kind == 1:
            marks += [
                Fill(ribbon([(cx, 0), (cx, 8)], 0.5), tone=120),
                Fill(path((cx, 8), ((cx + 6, 16), (cx, 20)), ((cx - 6, 16), (cx, 8))), tone=132),
                Fold([(cx - 1.4, 13), (cx - 1.4, 16)], depth=60, width=1.5),
            ]
        elif kind == 2:
            marks += [
                Fill(
                    ellipse(cx, 2.6 + i * 6.4, 2.2 + i * 0.8, 2.2 + i * 0.8),
                    tone=128 + i * 4,
                    role="shell" if i % 2 else "cloth",
                )
                for i in range(3)
            ]
        else:
            marks.append(Fill(ellipse(cx, 3, 2.4, 2.4), tone=138))
            marks += [
                Fill(ribbon([(cx + i * 0.8, 5), (cx + i * 1.4, 24)], 0.55), tone=112 + (i % 2) * 22)
                for i in range(-4, 5)
            ]
    return marks


def necklace(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    for k in range(dice.pick((1, 2, 3))):
        deep = 44 - k * 11
        chain = path(
            (-2.5, -16),
            ((-20, -6), (-15 + k * 2, deep * 0.6), (0, deep)),
            ((15 - k * 2, deep * 0.6), (20, -6), (2.5, -16)),
        )
        marks.append(Line(chain, tone=122, width=1.5, role="cloth"))
        marks += [
            Fill(ellipse(x, y, 0.85, 0.85, 10), tone=138 if i % 2 else 104)
            for i, (x, y) in enumerate(chain)
            if i % 2 == 0 or k == 0
        ]
        if k == 0:
            marks += [
                Fill(ellipse(0, deep + 4, 3.6, 3.9), tone=126),
                Fill(ellipse(0, deep + 4, 2.3, 2.5), tone=108),
                Fold([(-1.4, deep + 2), (-0.6, deep + 4)], depth=60, width=1.5),
            ]
    return [*marks, Fill(ellipse(0, -16, 1.5, 1.1), tone=116)]


def bracelet(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    if spec.product_type == "Watch":
        return _watch(dice)
    marks: list[Mark] = []
    for k in range(dice.pick((1, 2, 3))):
        loop = shift(
            [
                (21 * math.cos(math.radians(a)), 11.5 * math.sin(math.radians(a)))
                for a in range(0, 361, 8)
            ],
            0,
            k * 5.5,
        )
        marks.append(Fill(ribbon(loop, 2.4 - k * 0.5), tone=124 - k * 8))
        marks += (
            [Fill(ellipse(x, y, 1.1, 1.1, 10), tone=144) for x, y in loop[4:20:2]] if k != 1 else []
        )
    return marks


def _watch(dice: Dice) -> list[Mark]:
    strap = path(
        (-6, -30),
        (6, -30),
        ((7.6, -16), (8, -8)),
        (8, 8),
        ((7.6, 22), (5, 36)),
        (-5, 36),
        ((-7.6, 22), (-8, 8)),
        (-8, -8),
        ((-7.6, -16), (-6, -30)),
    )
    face: list[Mark] = [
        Fill(ellipse(0, 0, 11.5, 11.5, 40), tone=124, role="gold"),
        Fill(ellipse(0, 0, 9.6, 9.6, 40), tone=132, role="white"),
        Line([(0, 0), (0, -6.4)], tone=100, width=1.2, role="dark"),
        Line([(0, 0), (4.4, 2.4)], tone=100, width=1.2, role="dark"),
    ]
    marks_of_hours = [
        Fill(
            ellipse(8 * math.cos(i * math.pi / 6), 8 * math.sin(i * math.pi / 6), 0.5, 0.5, 8),
            tone=100,
            role="dark",
        )
        for i in range(12)
    ]
    return [
        Fill(strap),
        Line([*strap], tone=90, width=0.5),
        Fill(box(-6.4, -27, 6.4, -24.6), tone=100),
        *(Fill(ellipse(0, 18 + i * 4, 0.7, 0.7), tone=40) for i in range(4)),
        Fill(box(10.6, -1.3, 13.6, 1.3, 0.6), tone=112, role="gold"),
        *face,
        *marks_of_hours,
    ]


def ring(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    for k, (cx, cy) in enumerate(((-11.0, 6.0), (11.0, -4.0), (4.0, 20.0))[: dice.pick((1, 2, 3))]):
        loop = [
            (cx + 9 * math.cos(math.radians(a)), cy + 9.6 * math.sin(math.radians(a)))
            for a in range(0, 361, 10)
        ]
        marks += [
            Fill(ribbon(loop, 2.2 - k * 0.4), tone=124),
            Fold([(cx - 8.6, cy - 3), (cx - 6, cy - 7)], depth=60, width=2),
        ]
        if k != 1:
            gem: Points = [
                (cx - 3.6, cy - 12),
                (cx - 2, cy - 14.6),
                (cx + 2, cy - 14.6),
                (cx + 3.6, cy - 12),
                (cx, cy - 7.6),
            ]
            marks += [
                Fill(gem, tone=140, role="shell"),
                Line([gem[0], gem[3]], tone=112, width=0.5),
                Line([gem[1], (cx, cy - 8), gem[2]], tone=112, width=0.5),
            ]
    return marks


def hair_accessory(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    kind = spec.product_type
    if kind in ("Hair string", "Hair ties"):
        return _scrunchies(dice)
    if kind == "Hair clip":
        return _clips(dice)
    arc = [
        (20 * math.cos(math.radians(a)), -23 * math.sin(math.radians(a)))
        for a in range(-32, 213, 7)
    ]
    wide = dice.pick((2.4, 4.6, 7.0))
    marks: list[Mark] = [
        Fill(ribbon(arc, wide)),
        *(Line(ribbon(arc, wide), tone=90, width=0.5) for _ in range(1)),
    ]
    if wide > 4:
        knot = path(
            (-4.6, -27),
            ((0, -30.4), (4.6, -27)),
            ((3.4, -23), (4.4, -18.6)),
            ((0, -16.4), (-4.4, -18.6)),
            ((-3.4, -23), (-4.6, -27)),
        )
        marks += [
            Fill(knot, tone=134),
            Line([*knot, knot[0]], tone=84, width=0.6),
            Fold([(0, -28), (0, -18)], depth=-34, width=1.5),
        ]
    return marks


def _scrunchies(dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    for n, (cx, cy) in enumerate(((-9.0, -9.0), (10.0, 0.0), (-6.0, 13.0))):
        count = 22
        outer = [
            (
                cx + (9.4 + (0.9 if i % 2 else -0.5)) * math.cos(2 * math.pi * i / count),
                cy + (9.4 + (0.9 if i % 2 else -0.5)) * math.sin(2 * math.pi * i / count),
            )
            for i in range(count + 1)
        ]
        inner = ellipse(cx, cy, 4.2, 4.2)
        band = outer + [*inner, inner[0]][::-1]
        marks += [
            Fill(band, tone=134 - n * 12),
            Line(outer, tone=88, width=0.5),
            Line([*inner, inner[0]], tone=80, width=0.6),
        ]
        marks += [
            Fold(
                [
                    (cx + 4.6 * math.cos(a), cy + 4.6 * math.sin(a)),
                    (cx + 8.6 * math.cos(a + 0.1), cy + 8.6 * math.sin(a + 0.1)),
                ],
                depth=-40,
                width=0.9,
            )
            for a in (i * math.pi / 7 for i in range(14))
        ]
    return marks


def _clips(dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    for i in range(3):
        bar = turn(box(-17, -2.6, 17, 2.6, 2.5), -8 + dice.between(-5, 5), (0, 0))
        bar = shift(bar, 0, i * 13.0)
        marks += [
            Fill(bar, tone=130),
            Line([*bar, bar[0]], tone=84, width=0.6),
            Fold([(-11, i * 13 - 0.6), (11, i * 13 - 2.6)], depth=44, width=1.6),
        ]
        if i == 1:
            marks += [
                Fill(ellipse(x, 13 - x * 0.14, 1.6, 1.6), tone=134, role="shell")
                for x in (-10.0, -5.0, 0.0, 5.0, 10.0)
            ]
    return marks


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
    for sign, dx, dim in ((-1, 13.5, 8), (1, -13.5, 0)):
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
