"""Sandals, slides and flip-flops."""

from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    Points,
    box,
    ellipse,
    path,
    ribbon,
)
from demo.pictures.garments.shoes import paired
from demo.pictures.garments.spec import Dice, GarmentSpec


def _foot(lift: float) -> Points:
    """The line of a sole from heel to toe, its heel raised."""
    return path(
        (0, -lift),
        ((12, -lift), (26, -lift * 0.35)),
        ((38, 0.5), (46, 0)),
        ((56, -0.6), (61, -1.8)),
    )


def sandals(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    lift = dice.between(20, 27) if spec.product_type == "Heeled sandals" else 3.0
    line = _foot(lift)
    shoe: list[Mark] = []
    if lift > 10:
        shoe.append(
            Fill([(0.5, -lift + 1), (8.5, -lift + 1.5), (4.8, 4), (1.8, 4)], tone=118, role="plain")
        )
    else:
        shoe.append(Fill(ribbon([(x, y + 3.4) for x, y in line], 4.2), tone=112, role="cork"))
    shoe.append(Fill(ribbon(line, 2.4), tone=104, role="tan"))
    front = path(
        (36, 1),
        ((40, -13), (48, -12)),
        ((54, -10), (55, -0.6)),
        (48.5, -0.4),
        ((47, -7), (44, -6)),
        ((41, -5), (40, 1)),
    )
    ankle_y = -lift - 19
    cuff = ribbon(path((2.5, ankle_y), ((10, ankle_y + 4), (17, ankle_y - 0.6))), 3.2)
    back = ribbon(path((2.8, -lift), ((-0.6, -lift - 9), (3.2, ankle_y))), 3.0)
    shoe += [
        Fill(back, tone=116),
        Fill(front),
        Line([*front, front[0]], tone=86, width=0.6),
        Fill(cuff, tone=126),
    ]
    shoe += [Fold(path((41, -9), ((46, -11), (51, -7))), depth=34, width=3.0)]
    if dice.chance(0.6):
        mid = path(
            (19, -lift * 0.6),
            ((22, -lift * 0.4 - 16), (30, -lift * 0.2 - 15)),
            ((34, -10), (34, 0)),
            (30.4, 0),
            ((30, -9), (27, -lift * 0.2 - 10)),
            ((24, -10 - lift * 0.3), (22.5, -lift * 0.5)),
        )
        shoe += [Fill(mid, tone=122), Line([*mid, mid[0]], tone=86, width=0.6)]
    shoe.append(Fill(box(9, ankle_y, 12.2, ankle_y + 3.8, 0.5), tone=116, role="gold"))
    return paired(shoe, 13, -12)


def slides(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    """Slippers and slides: a footbed under one broad strap."""
    line = _foot(2.0)
    bed = ribbon([(x, y + 2.6) for x, y in line], 6.0)
    strap = path((25, 0.4), ((28, -17), (42, -16)), ((56, -13), (58.5, -2)), ((42, 1), (25, 0.4)))
    shoe: list[Mark] = [
        Fill(bed, tone=118, role="sole"),
        Fill(ribbon(line, 2.2), tone=108, role="plain"),
        Fill(strap),
        Line(
            path((26.4, 0), ((29.4, -15), (42, -14)), ((54, -11.4), (57, -2))),
            tone=92,
            width=0.5,
            dashed=True,
        ),
        Fold(path((31, -11), ((42, -14), (52, -8))), depth=38, width=4.5),
    ]
    return paired(shoe, 12, -13)


def flip_flops(spec: GarmentSpec, dice: Dice) -> list[Mark]:
    """Seen from above."""
    sole = path(
        (0, 0),
        ((9, -1), (10, 12)),
        ((7, 26), (10, 38)),
        ((12, 58), (0, 59)),
        ((-11, 58), (-10, 38)),
        ((-6, 26), (-8, 12)),
        ((-8, -1), (0, 0)),
    )
    marks: list[Mark] = []
    for dx, tilt in ((-13.0, 1), (13.0, -1)):
        points = [(x * tilt + dx, y) for x, y in sole]
        marks += [
            Fill(points, tone=118, role="sole"),
            Fill([(x * 0.9 + dx * 0.1, y * 0.96 + 1.2) for x, y in points]),
            Fold([(dx, 30), (dx, 54)], depth=-14, width=10),
        ]
        marks.extend(
            Fill(
                ribbon(path((dx, 10), ((dx + side * 4, 18), (dx + side * 8.2, 31))), 2.0, 3.2),
                tone=92,
                role="plain",
            )
            for side in (-1, 1)
        )
        marks.append(Fill(ellipse(dx, 9.6, 1.3, 1.6), tone=84, role="plain"))
    return marks
