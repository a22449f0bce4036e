"""Shoes, seen from the side, as a pair: the second a little behind the first."""

from demo.pictures.garments.fits import moved
from demo.pictures.garments.shapes import Fill, Fold, Line, Mark, along, path, ribbon
from demo.pictures.garments.spec import Dice, GarmentSpec


def paired(shoe: list[Mark], dx: float = 9.0, dy: float = -13.0) -> list[Mark]:
    return moved(shoe, dx, dy, 12) + shoe


def _sole(height: float, role: str, heel: float = 0.0) -> list[Mark]:
    """A flat sole of this height, its upper edge along y = 0, from heel (0) to toe (60)."""
    sole = path(
        (-0.6, -1.5),
        ((20, 1.2), (40, 0)),
        ((56, -1), (61.5, -4)),
        ((62.5, height * 0.6), (55, height)),
        (2, height + heel),
        ((-2, height * 0.7), (-0.6, -1.5)),
    )
    return [
        Fill(sole, tone=124, role=role),
        Line(
            path((-1, height * 0.45), ((30, height * 0.45 + 2), (61, height * 0.2 - 1))),
            tone=104,
            width=0.6,
        ),
    ]


def sneakers(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    high = dice.chance(0.3)
    top = -31.0 if high else -19.5
    body = path(
        (0.6, -1.2),
        ((-1.8, -10), (0.8, top)),
        ((3, top - 2.5), (6, top + 0.5)),
        ((12, top + 4), (18, top - 1)),
        (24, top - 1),
        ((34, -14), (45, -10.5)),
        ((59, -8.5), (61, -3.6)),
        ((40, 1), (0.6, -1.2)),
    )
    toe = path(
        (44.6, -10.6), ((59, -8.5), (61, -3.6)), ((54, -1), (43, -0.6)), ((41.5, -6), (44.6, -10.6))
    )
    heel = path((0.6, -1.2), ((-1.4, -8), (0.2, -14)), (8, -12), ((9.5, -5), (9, -0.4)))
    lining = path(
        (2, top + 0.6), ((10, top + 6), (18.6, top - 0.6)), ((11, top - 3), (2, top + 0.6))
    )
    eyes = path(
        (18, top - 0.8),
        (24, top - 1),
        ((33, -14), (42, -11)),
        (38, -8),
        ((26, -11), (19, top + 4.6)),
    )
    shoe: list[Mark] = [
        Fill(body),
        Fill(lining, tone=70, role="lining"),
        Fill(toe, tone=120, role="plain"),
        Fill(heel, tone=114, role="plain"),
        Fill(eyes, tone=120, role="plain"),
    ]
    shoe += [Line([*part, part[0]], tone=88, width=0.6) for part in (toe, heel, eyes)]
    for i in range(5 if not high else 7):
        t = i / (6 if not high else 8)
        a, b = along((23.5, top), (39, -11.4), t), along((20, top + 4), (35, -8.6), t)
        shoe.append(Line([a, b], tone=136, width=2.0, role="white"))
    stripe = dice.below(3)
    if stripe == 0:
        shoe += [
            Fill(
                ribbon(path((12, -13), ((22, -3), (38, -4))), 2.4, 1.2),
                tone=120,
                role="white" if dice.chance(0.6) else "plain",
            )
        ]
    elif stripe == 1:
        shoe += [
            Line([(15 + 4 * i, -13.0), (19 + 4 * i, -1.2)], tone=104, width=1.4) for i in range(3)
        ]
    shoe += [
        Fold(path((3, -9), ((25, -4), (44, -5))), depth=22, width=5),
        Fold(path((2, -1.8), (58, -2)), depth=-40, width=3),
    ]
    return paired(shoe + _sole(5.5, "white" if dice.chance(0.75) else "dark"))


def boots(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    ankle = dice.chance(0.65) or spec.product_type == "Bootie"
    top, heel = (-38.0 if ankle else -72.0), dice.pick((3.0, 3.0, 12.0))
    if spec.is_man or spec.is_child:
        heel = 3.0
    lift = heel - 3.0
    shaft = path(
        (0.8, -1.2 - lift),
        ((-2.4, -14), (-1.6, top)),
        ((9, top - 1.6), (21, top + 0.6)),
        ((21, -24), (25.5, -17)),
        ((36, -11), (47, -9.5)),
        ((60, -7), (61.5, -2.6)),
        ((44, 1.5), (30, -lift * 0.4)),
        ((14, -lift * 1.1), (0.8, -1.2 - lift)),
    )
    rim = path((-1.6, top), ((9, top + 2.2), (21, top + 0.6)), ((9, top - 2), (-1.6, top)))
    shoe: list[Mark] = [Fill(shaft), Fill(rim, tone=66, role="lining")]
    kind = dice.below(3) if ankle else 2
    if kind == 0:  # elastic side
        goring = path(
            (6, top + 2), (15, top + 2), ((14, -20), (11.5, -13)), ((8, -18), (6, top + 2))
        )
        shoe += [
            Fill(goring, tone=92),
            *(
                Line([(6.6 + i * 1.5, top + 3), (8.4 + i * 1.0, -17)], tone=76, width=0.5)
                for i in range(6)
            ),
        ]
        shoe.append(
            Fill(ribbon([(0, top), (1.4, top - 4), (3.4, top)], 1.2), tone=100, role="plain")
        )
    elif kind == 1:  # laced
        for i in range(7):
            t = i / 7
            a, b = along((21, top + 3), (34, -13), t), along((15, top + 4.5), (29, -9), t)
            shoe.append(Line([a, b], tone=110, width=1.7, role="dark"))
        shoe.append(Line(path((14.6, top + 1), ((15, -20), (28, -7))), tone=80))
    else:
        shoe.append(
            Line(path((8, top + 2), ((7.4, -24), (9, -3 - lift))), tone=86, width=0.8, dashed=True)
        )
    shoe += [
        Fold(path((17, top + 5), ((17, -26), (24, -13))), depth=34, width=4),
        Fold(path((0, top + 4), (1, -4)), depth=-30, width=4),
    ]
    shoe += [
        Fold(path((11, -21), ((18, -20), (23, -17))), depth=-32, width=2.4),
        Fold(path((30, -9), (56, -6.5)), depth=26, width=3.5),
    ]
    if heel > 4:
        block = path((0.6, -1.5 - lift), ((9, -lift), (13.5, -lift * 0.8)), (11.5, 4), (1.5, 4))
        shoe += [
            Fill(
                path(
                    (12, -lift),
                    ((28, -lift * 0.2), (34, 0.6)),
                    ((50, 1.5), (61.5, -2.8)),
                    (60, 1.6),
                    ((45, 4.4), (34, 3.4)),
                    ((24, 2), (12, 2.4 - lift)),
                ),
                tone=96,
                role="dark",
            ),
            Fill(block, tone=110, role="dark"),
        ]
    else:
        shoe += _sole(4.2, "dark", 1.0)
    return paired(shoe, 13, -9)


def pumps(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    """Ballerinas, flats and heels, by the height of the heel."""
    heights = {"Pumps": (19, 27), "Heels": (19, 27), "Wedge": (15, 20)}
    low, high = heights.get(spec.product_type, (2.0, 4.0))
    lift = dice.between(low, high)
    body = path(
        (0, -lift + 0.5),
        ((-1.8, -lift - 8), (0.8, -lift - 14)),
        ((4, -lift - 14.6), (5.6, -lift - 11)),
        ((14, -lift * 0.8 - 3), (31, -lift * 0.25 - 5)),
        ((40, -7.5), (44, -10.4)),
        ((55, -8.5), (62.5, -1.8)),
        ((50, 1.6), (40, 0.8)),
        ((30, 0), (22, -lift * 0.45)),
        ((12, -lift + 1.5), (0, -lift + 0.5)),
    )
    opening = path(
        (5.4, -lift - 11),
        ((14, -lift * 0.8 - 3), (31, -lift * 0.25 - 5)),
        ((40, -7.5), (44, -10.4)),
        ((36, -11), (30, -lift * 0.25 - 8)),
        ((16, -lift * 0.8 - 8), (5.4, -lift - 11)),
    )
    shoe: list[Mark] = []
    if spec.product_type == "Wedge":
        wedge = path(
            (0, -lift), ((14, -lift), (26, -lift * 0.4)), ((38, 1), (60, -1)), (58, 4), (1.6, 4)
        )
        shoe.append(Fill(wedge, tone=116, role="cork"))
    elif lift > 10:
        shoe.append(
            Fill(
                path(
                    (0, -lift),
                    (10, -lift + 1.5),
                    ((4.4, -8), (3.8, 4)),
                    (1.2, 4),
                    ((1.4, -10), (0, -lift)),
                ),
                tone=106,
            )
        )
    else:
        shoe.append(
            Fill(
                path((0, -lift), ((30, 2), (61, -1.6)), (58, 2.6), (12, 3), (11, 4.4), (1, 4.4)),
                tone=110,
                role="dark",
            )
        )
    shoe += [
        Fill(opening, tone=74, role="tan"),
        Fill(body),
        Line(
            path(
                (1.4, -lift - 13.6),
                ((14, -lift * 0.8 - 1.8), (31, -lift * 0.25 - 4)),
                ((40, -6.6), (44.6, -9.4)),
            ),
            tone=92,
            width=0.6,
        ),
    ]
    shoe += [
        Fold(path((48, -7), ((54, -5.5), (59, -3))), depth=46, width=3.2),
        Fold(path((4, -lift - 6), ((20, -lift * 0.5 - 3), (38, -4))), depth=24, width=3.4),
    ]
    if lift < 6 and dice.chance(0.6):
        bow = path(
            (46, -9),
            ((41, -14), (40.6, -8.5)),
            ((42, -6), (46, -9)),
            ((50, -14), (51, -8)),
            ((49, -5.6), (46, -9)),
        )
        shoe += [Fill(bow, tone=116, role="plain"), Line([*bow, bow[0]], tone=84, width=0.5)]
    return paired(shoe, 11, -12)
