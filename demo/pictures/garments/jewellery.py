"""Eyewear, jewellery and watches."""

import math

from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    Points,
    both,
    box,
    ellipse,
    path,
    ribbon,
    shift,
)
from demo.pictures.garments.spec import Dice, GarmentSpec


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
