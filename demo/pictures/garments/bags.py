"""Bags and wallets."""

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
)
from demo.pictures.garments.spec import Dice, GarmentSpec


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
