"""The lower body: trousers, jeans, shorts and leggings from one cut."""

from dataclasses import dataclass

from demo.pictures.garments.shapes import (
    Fill,
    Fold,
    Line,
    Mark,
    Point,
    Points,
    both,
    box,
    ellipse,
    mirrored,
    path,
)
from demo.pictures.garments.spec import Dice


@dataclass(frozen=True)
class Legs:
    """Half widths and heights in centimetre-like units, from the waist's top edge."""

    waist: float = 18.0
    hip: float = 25.0
    rise: float = 29.0
    length: float = 102.0
    hem: float = 8.5  # half the width of one leg's end
    spread: float = 15.5  # the middle of a leg's end
    knee: float = 9.5
    band: float = 4.0
    style: str = "trousers"  # trousers, jeans, jogger, legging
    crease: bool = False
    turned_up: bool = False
    cord: bool = False
    cargo: bool = False


def legs(cut: Legs, dice: Dice) -> list[Mark]:
    """The marks of a two-legged garment."""
    marks: list[Mark] = [_inside(cut), Fill(mirrored(_half_outline(cut)))]
    marks += _folds(cut, dice) + band_marks(cut)
    if cut.style == "jeans":
        marks += jeans_details(cut)
    elif cut.style in ("trousers", "jogger"):
        marks += _slant_pockets(cut)
    if cut.style == "trousers":
        marks += _fly(cut, "")
    if cut.crease:
        marks += [
            Line(p, tone=104, width=0.7)
            for p in both(path((9.5, cut.band + 5), (cut.spread, cut.length - 0.5)))
        ]
    if cut.cargo:
        marks += _cargo(cut)
    return marks + _hems(cut)


def _inside(cut: Legs) -> Fill:
    """The back of the waistband, seen over the front."""
    w = cut.waist
    return Fill(path((-w, 0.6), ((0, -2.2), (w, 0.6)), (w, 3), (-w, 3)), tone=72, role="lining")


def _half_outline(cut: Legs) -> Points:
    knee_y = cut.rise + (cut.length - cut.rise) * 0.45
    knee_x = cut.hip * 0.5 + (cut.spread - cut.hip * 0.5) * 0.45 + 1.2
    out_end: Point = (cut.spread + cut.hem, cut.length)
    in_end: Point = (cut.spread - cut.hem, cut.length)
    if cut.length < cut.rise + 30:  # shorts: straight from hip to hem
        outer = path((cut.hip, cut.rise * 0.72), ((cut.hip + 0.6, cut.rise), out_end))
        inner = path(in_end, ((0.9, cut.rise + 4), (0.6, cut.rise)))
    else:
        outer = path(
            (cut.hip, cut.rise * 0.72),
            ((cut.hip + 0.3, cut.rise * 1.15), (knee_x + cut.knee, knee_y)),
            out_end,
        )
        inner = path(in_end, (knee_x - cut.knee, knee_y), ((1.4, cut.rise + 8), (0.6, cut.rise)))
    top = path(
        (0, 1.6),
        ((cut.waist * 0.6, 1.4), (cut.waist, 0)),
        (cut.waist + 0.5, cut.band),
        ((cut.hip - 1.5, cut.rise * 0.3), (cut.hip, cut.rise * 0.72)),
    )
    return [*top, *outer[1:], *inner, (0, cut.rise)]


def _folds(cut: Legs, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    depth = -16 if cut.style == "legging" else -26
    for sign in (-1, 1):
        for _ in range(2):
            y = cut.rise + dice.between(-3, 2)
            end = (sign * cut.hip * dice.between(0.5, 0.85), y + dice.between(-7, 5))
            marks.append(
                Fold(path((sign * 1.0, y), ((sign * 6, y + 0.5), end)), depth=depth, width=2.4)
            )
        start, end = (sign * 3.0, cut.rise + 3), (sign * (cut.spread - cut.hem + 1), cut.length)
        marks.append(Fold([start, end], depth=-34, width=6.5))
        outer = (sign * (cut.spread + cut.hem), cut.length)
        marks.append(Fold([(sign * cut.hip, cut.rise * 0.75), outer], depth=-26, width=6.0))
        middle = (sign * cut.hip * 0.52, cut.rise * 0.8)
        marks.append(Fold([middle, (sign * cut.spread, cut.length)], depth=18, width=8.0))
        if cut.length > cut.rise + 40 and cut.style != "legging":
            marks += _knee_creases(cut, dice, sign)
    marks.append(Line(path((0, cut.band), (0, cut.rise)), tone=92, width=0.6))
    return marks


def _knee_creases(cut: Legs, dice: Dice, sign: int) -> list[Mark]:
    marks: list[Mark] = []
    for _ in range(3):
        y = cut.rise + (cut.length - cut.rise) * dice.between(0.38, 0.95)
        x = cut.spread - cut.hem * 0.7
        marks.append(
            Fold(
                path((sign * x, y), ((sign * (x + 5), y + 1), (sign * (x + 9), y - 3))),
                depth=-18,
                width=2.2,
            )
        )
    return marks


def band_marks(cut: Legs) -> list[Mark]:
    w, b = cut.waist, cut.band
    band = path((-w, 0), ((0, 3.4), (w, 0)), (w + 0.5, b), ((0, b + 3.4), (-w - 0.5, b)))
    edge = path((-w - 0.5, b), ((0, b + 3.4), (w + 0.5, b)))
    marks: list[Mark] = [
        Fill(band, tone=120, role="plain" if cut.style in ("jogger", "legging") else "cloth"),
        Line(edge, tone=84),
    ]
    if cut.style == "jogger":
        for i in range(1, 22):
            x = w * (i / 11 - 1)
            lift = 1.7 * (1 - (x / w) ** 2)
            marks.append(Line([(x, lift + 0.2), (x * 1.02, lift + b)], tone=98, width=0.5))
    elif cut.style != "legging":
        for x in (9.0, 15.0):
            lift = 1.6 * (1 - (x / w) ** 2) if x < w else 0.0
            marks += [
                Fill(p, tone=126) for p in both(box(x - 0.7, lift + 0.2, x + 0.7, lift + b + 1.2))
            ]
        marks.append(
            Fill(
                ellipse(1.2, b * 0.5 + 1.7, 1.1, 1.1),
                tone=116,
                role="metal" if cut.style == "jeans" else "plain",
            )
        )
    if cut.cord:
        marks.extend(
            Line(
                path((bend * 0.3, b), ((bend * 2, b + 8), (bend, b + 15))),
                tone=150,
                width=1.2,
                role="label",
            )
            for bend in (-2.5, 2.5)
        )
    return marks


def _fly(cut: Legs, role: str) -> list[Mark]:
    fly = path(
        (4.6, cut.band + 2), (4.6, cut.rise * 0.5), ((4.2, cut.rise * 0.66), (0.2, cut.rise * 0.72))
    )
    return [Line(fly, tone=94 if not role else 128, width=0.6, role=role, dashed=bool(role))]


def _slant_pockets(cut: Legs) -> list[Mark]:
    slant = path((cut.waist * 0.72, cut.band + 1.6), (cut.hip - 1.6, cut.rise * 0.62))
    return [Line(p, tone=82, width=0.7) for p in both(slant)]


def jeans_details(cut: Legs) -> list[Mark]:
    scoop = path(
        (cut.waist * 0.6, cut.band + 2.0),
        ((cut.waist * 0.66, cut.rise * 0.42), (cut.hip - 1.7, cut.rise * 0.4)),
    )
    inner = [(x - 0.9, y + 0.9) for x, y in scoop]
    corner = (cut.waist + 0.2, cut.band + 1.2)
    hip = (cut.hip - 2.6, cut.rise * 0.3)
    bag = [*scoop, hip, corner]
    marks: list[Mark] = [Fill(points, tone=108) for points in both(bag)]
    marks.extend(Line(points, tone=76, width=0.7) for points in both(scoop))
    marks.extend(
        Line(points, tone=128, width=0.55, role="stitch", dashed=True) for points in both(inner)
    )
    marks += _fly(cut, "stitch")
    for x in (cut.waist * 0.62, cut.hip - 2.0):
        y = cut.band + 3.0 if x < cut.waist else cut.rise * 0.44
        marks += [Fill(ellipse(sx, y, 0.55, 0.55), tone=110, role="tan") for sx in (x, -x)]
    fade = (cut.spread * 0.82, cut.rise + 4)
    for sign in (-1, 1):
        end = (sign * cut.spread, min(cut.rise + 34, cut.length - 6))
        marks.append(Fold([(sign * fade[0], fade[1]), end], depth=34, width=11.0))
    seam = path(
        (cut.waist + 0.2, cut.band + 1),
        ((cut.hip - 2.2, cut.rise * 0.3), (cut.hip - 0.8, cut.rise * 0.8)),
        (cut.spread + cut.hem - 0.9, cut.length),
    )
    return marks + [Line(p, tone=96, width=0.5) for p in both(seam)]


def _cargo(cut: Legs) -> list[Mark]:
    marks: list[Mark] = []
    y, x = cut.rise + 18, cut.spread + 1
    for points in both(box(x - 2, y, x + 8.5, y + 15, 1)):
        marks += [Fill(points, tone=122), Line([*points, points[0]], tone=84, width=0.6)]
    for points in both(box(x - 2.4, y - 1, x + 8.9, y + 4.5, 0.8)):
        marks += [Fill(points, tone=128), Line([*points, points[0]], tone=84, width=0.6)]
    return marks


def _hems(cut: Legs) -> list[Mark]:
    a, b, y = cut.spread - cut.hem, cut.spread + cut.hem, cut.length
    ends: Points = [(a, y), (b, y)]
    if cut.style == "jogger" and cut.hem < 9:
        cuff = path((a, y - 1), (b, y - 1), (b - 1.2, y + 5), (a + 1.2, y + 5))
        marks: list[Mark] = [Fill(p, tone=112, role="plain") for p in both(cuff)]
        return marks + [Line(p, tone=84) for p in both([(a, y - 1), (b, y - 1)])]
    if cut.turned_up:
        turn = path((a - 0.5, y - 6), (b + 0.5, y - 6), (b + 0.5, y), (a - 0.5, y))
        return [
            m for p in both(turn) for m in (Fill(p, tone=142), Line([*p, p[0]], tone=84, width=0.6))
        ]
    role = "stitch" if cut.style == "jeans" else ""
    raised = [(x, yy - 2.0) for x, yy in ends]
    return [
        Line(p, tone=128 if role else 92, width=0.55, role=role, dashed=True) for p in both(raised)
    ]
