"""Buttons, zips, openings and pockets."""

from demo.pictures.garments.cut import Cut
from demo.pictures.garments.shapes import Fill, Fold, Line, Mark, both, box, ellipse, path, ribbon
from demo.pictures.garments.spec import Dice


def front_marks(cut: Cut) -> list[Mark]:
    bottom, top = cut.length + 1.0, cut.depth
    if cut.front == "buttons":
        lines: list[Mark] = [Line([(x, top), (x, bottom)], tone=92, width=0.6) for x in (-1.9, 1.9)]
        role = "plain" if cut.collar in ("lapel", "stand") else "shell"
        return [
            *lines,
            *_buttons(
                0, top + 2.5, cut.length - 6, max(3, round((cut.length - top) / 8.5)), role=role
            ),
        ]
    if cut.front == "zip":
        return [
            *(Line([(x, top), (x, bottom)], tone=88, width=0.6) for x in (-1.4, 1.4)),
            Line([(0, top - 3), (0, bottom)], tone=118, width=1.3, role="metal", dashed=True),
            Fill(box(-0.6, top, 0.6, top + 4.2, 0.5), tone=112, role="metal"),
        ]
    if cut.front == "open":
        gap = path(
            (0, top),
            ((3.2, cut.length * 0.5), (4.0, bottom)),
            (-4.0, bottom),
            ((-3.2, cut.length * 0.5), (0, top)),
        )
        edges = both(path((0.4, top), ((3.6, cut.length * 0.5), (4.2, bottom))))
        return [
            Fill(gap, tone=66, role="lining"),
            *(Fill(ribbon(e, 2.4), tone=120, role="plain") for e in edges),
            *(Line(e, tone=84, width=0.6) for e in edges),
        ]
    if cut.front == "henley":
        return [
            Fill(box(-1.7, top - 1, 1.7, top + 13), tone=122, role="plain"),
            Line([(1.7, top), (1.7, top + 13), (-1.7, top + 13), (-1.7, top)], tone=86),
            *_buttons(0, top + 2.5, top + 10.5, 3, 0.8),
        ]
    if cut.front == "wrap":
        edge = path(
            (-cut.neck, 0), ((-cut.neck * 0.2, top * 0.9), (cut.waist * 0.92, cut.waist_at))
        )
        return [Line(edge, tone=70, width=0.9), Fold(edge, depth=-26, width=4.0)]
    if cut.front == "double":
        edge = path((5, top), (6.2, bottom))
        marks: list[Mark] = [Line(edge, tone=76, width=0.8), Fold(edge, depth=-22, width=4.0)]
        for x in (-5.2, 3.4):
            marks += _buttons(x, cut.waist_at - 6, cut.waist_at + 12, 3, 1.3, "plain")
        return marks
    return []


def _buttons(
    x: float, top: float, bottom: float, count: int, size: float = 0.95, role: str = "shell"
) -> list[Mark]:
    marks: list[Mark] = []
    for i in range(count):
        y = top + (bottom - top) * i / max(count - 1, 1)
        marks.append(Fill(ellipse(x + 0.15, y + 0.25, size, size), tone=70))
        marks.append(Fill(ellipse(x, y, size * 0.92, size * 0.92), tone=118, role=role))
    return marks


def pocket_marks(cut: Cut, dice: Dice) -> list[Mark]:
    marks: list[Mark] = []
    low = cut.length - 4 if cut.length < 75 else cut.waist_at + 24
    if "chest" in cut.pockets:
        x, y = 5.0, cut.armpit - 1.5
        marks.append(
            Fill(
                path((x, y), (x + 9.5, y), (x + 9.5, y + 8.5), ((x + 4.7, y + 12)), (x, y + 8.5)),
                tone=124,
            )
        )
        marks.append(
            Line(
                [(x, y), (x + 9.5, y), (x + 9.5, y + 8.5), (x + 4.7, y + 12), (x, y + 8.5), (x, y)],
                tone=88,
                width=0.6,
            )
        )
        marks.append(Line([(x, y + 1.8), (x + 9.5, y + 1.8)], tone=92, width=0.5))
    if "kangaroo" in cut.pockets:
        y = cut.length - 5.5
        pocket = path(
            (-9, y - 17),
            (9, y - 17),
            ((12, y - 13), (15, y - 7)),
            (15, y),
            (-15, y),
            (-15, y - 7),
            ((-12, y - 13), (-9, y - 17)),
        )
        marks += [Fill(pocket, tone=124), Line([*pocket, pocket[0]], tone=86)]
    for kind, height in (("welt", 1.8), ("flap", 4.6)):
        if kind in cut.pockets:
            for points in both(
                [
                    (7.5, low - 14),
                    (cut.hem - 4.5, low - 15),
                    (cut.hem - 4.5, low - 15 + height),
                    (7.5, low - 14 + height),
                ]
            ):
                marks += [Fill(points, tone=118), Line([*points, points[0]], tone=80, width=0.6)]
    if "patch" in cut.pockets:
        for points in both(box(6.5, low - 18, cut.hem - 4, low - 2, 1.4)):
            marks += [Fill(points, tone=124), Line([*points, points[0]], tone=84, width=0.6)]
            marks.append(
                Line(
                    [(p[0], low - 15.4) for p in (points[0], points[len(points) // 2])],
                    tone=90,
                    width=0.5,
                )
            )
    return marks
