"""Hats, caps and what is worn in the hair."""

import math

from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    both,
    box,
    ellipse,
    path,
    ribbon,
    shift,
    turn,
)
from demo.pictures.garments.spec import Dice, GarmentSpec


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
