"""Skirts."""

from dataclasses import dataclass

from demo.pictures.garments.lower import Legs, band_marks, jeans_details
from demo.pictures.garments.shapes import Fill, Fold, Line, Mark, along, mirrored, path, ribbon
from demo.pictures.garments.spec import Dice


@dataclass(frozen=True)
class SkirtCut:
    waist: float = 17.0
    hip: float = 23.0
    hem: float = 27.0
    length: float = 52.0
    style: str = "a-line"  # a-line, pencil, pleated, tiered, wrap, jeans
    elastic: bool = False


def skirt(cut: SkirtCut, dice: Dice) -> list[Mark]:
    """The marks of a skirt."""
    w, b = cut.waist, 3.6
    half = path(
        (0, 1.6),
        ((w * 0.6, 1.4), (w, 0)),
        (w + 0.4, b),
        ((cut.hip, 11), (cut.hip, 20)),
        ((cut.hip + (cut.hem - cut.hip) * 0.45, cut.length * 0.6), (cut.hem, cut.length - 1.6)),
        ((cut.hem * 0.5, cut.length + 1.6), (0, cut.length + 1.6)),
    )
    marks: list[Mark] = [
        Fill(path((-w, 0.6), ((0, -2.2), (w, 0.6)), (w, 3), (-w, 3)), tone=72, role="lining"),
        Fill(mirrored(half)),
    ]
    marks += _skirt_folds(cut, dice)
    marks += band_marks(Legs(waist=w, band=b, style="jogger" if cut.elastic else "legging"))
    if cut.style == "jeans":
        marks += jeans_details(
            Legs(
                waist=w,
                hip=cut.hip,
                rise=26,
                length=cut.length,
                spread=cut.hem * 0.6,
                hem=cut.hem * 0.4,
                band=b,
            )
        )
        marks.append(Line([(0, b + 2), (0, cut.length + 1)], tone=88, width=0.6))
    hem = path((-cut.hem, cut.length - 3.4), ((0, cut.length + 2.4), (cut.hem, cut.length - 3.4)))
    marks.append(Line(hem, tone=94, width=0.5, dashed=True))
    return marks


def _skirt_folds(cut: SkirtCut, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    if cut.style == "pleated":
        count = 13
        for i in range(1, count):
            t = 2 * i / count - 1
            start, end = (t * cut.waist, 5.0), (t * cut.hem, cut.length + 1.2)
            marks += [
                Line([start, end], tone=86, width=0.7),
                Fold([along(start, end, 0.05), (end[0] - 1.3, end[1])], depth=-34, width=2.4),
            ]
        return marks
    for i in range(7 if cut.style != "pencil" else 3):
        t = dice.between(-0.85, 0.85)
        start, end = (
            (t * cut.hip * 0.85, cut.length * dice.between(0.15, 0.4)),
            (t * cut.hem, cut.length),
        )
        marks.append(Fold([start, end], depth=-28 if i % 2 else 24, width=4.0))
    if cut.style == "tiered":
        for share in (0.38, 0.68):
            y, half = cut.length * share, cut.hip + (cut.hem - cut.hip) * share
            marks.append(Line(path((-half, y), ((0, y + 2.2), (half, y))), tone=80))
            marks += [
                Fold(
                    [(half * (j / 8 - 1), y + 1), (half * (j / 8 - 1) * 1.04, y + 7)],
                    depth=-24,
                    width=1.4,
                )
                for j in range(1, 16)
            ]
    if cut.style == "wrap":
        edge = path((-3, 4.5), ((8, cut.length * 0.4), (10, cut.length + 0.6)))
        marks += [
            Line(edge, tone=74, width=0.8),
            Fold(edge, depth=-28, width=4.0),
            Fill(
                ribbon(path((cut.waist - 2, 3), ((cut.waist + 3, 10), (cut.waist, 17))), 1.8),
                tone=110,
                role="plain",
            ),
        ]
    marks.extend(
        Fold([(sign * cut.hip, 16), (sign * cut.hem, cut.length)], depth=-28, width=6.0)
        for sign in (-1, 1)
    )
    return marks
