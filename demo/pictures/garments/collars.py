"""Collars, lapels and hoods."""

from demo.pictures.garments.cut import Cut, neck_edge
from demo.pictures.garments.shapes import Fill, Fold, Line, Mark, both, box, flip, path, ribbon


def hood_back(cut: Cut) -> list[Mark]:
    n = cut.neck
    hood = path(
        (-n - 4.5, 4),
        ((-n - 7, -13), (-8, -19), (0, -19)),
        ((8, -19), (n + 7, -13), (n + 4.5, 4)),
        ((0, 13), (-n - 4.5, 4)),
    )
    inside = path(
        (-n + 0.5, 1),
        ((-n - 2, -11), (-6, -15), (0, -15)),
        ((6, -15), (n + 2, -11), (n - 0.5, 1)),
        ((0, 10), (-n + 0.5, 1)),
    )
    seam = path((0, -15), (0, 3))
    return [
        Fill(hood, tone=122),
        Fill(inside, tone=74, role="lining"),
        Line(seam, tone=60, width=0.6),
    ]


def collar_marks(cut: Cut) -> list[Mark]:
    edge = neck_edge(cut)
    kind = cut.collar
    if kind == "rib" and cut.neckline not in ("straps", "halter"):
        band = [*flip(edge)[::-1], *edge[1:]]
        lower = [(x * 1.0, y + 1.1) for x, y in band]
        return [
            Fill(ribbon(lower, 2.3), tone=120, role="plain"),
            Line([(x, y + 2.4) for x, y in band], tone=92, width=0.55),
        ]
    if kind == "turtle":
        n = cut.neck + 0.6
        collar = path(
            (-n - 1, 3.4),
            ((-n + 0.6, -2), (-n + 1.2, -9)),
            ((0, -10.6), (n - 1.2, -9)),
            ((n - 0.6, -2), (n + 1, 3.4)),
            ((0, 7.6), (-n - 1, 3.4)),
        )
        fold = path((-n + 0.4, -3), ((0, 1.4), (n - 0.4, -3)))
        return [
            Fill(collar, tone=120, role="plain"),
            Line(path((-n - 1, 3.4), ((0, 7.6), (n + 1, 3.4))), tone=80),
            Fold(fold, depth=-34, width=2.6),
        ]
    if kind in ("shirt", "polo"):
        return _shirt_collar(cut, "plain" if kind == "polo" else "cloth")
    if kind == "lapel":
        return _lapels(cut)
    if kind == "stand":
        n = cut.neck
        stand = path(
            (-n - 0.6, 1.4),
            (-n + 0.8, -5),
            ((0, -3.2), (n - 0.8, -5)),
            (n + 0.6, 1.4),
            ((0, 2 * cut.depth - 1), (-n - 0.6, 1.4)),
        )
        return [
            Fill(
                path((-n + 0.8, -5), ((0, -6.6), (n - 0.8, -5)), ((0, -1), (-n + 0.8, -5))),
                tone=70,
                role="lining",
            ),
            Fill(stand, tone=118, role="plain"),
            Line([(0, -4), (0, cut.depth)], tone=80),
        ]
    if kind == "hood":
        cords = both(path((4.2, cut.depth - 2), ((4.8, cut.depth + 6), (4.0, cut.depth + 13))))
        rim = path((cut.neck + 0.8, 1.2), ((5.6, cut.depth), (0, cut.depth + 1.8)))
        return [
            *(Fill(ribbon(p, 2.6), tone=122) for p in both(rim)),
            *(Line(p, tone=150, width=1.2, role="label") for p in cords),
        ]
    return []


def _shirt_collar(cut: Cut, role: str) -> list[Mark]:
    n, d = cut.neck, cut.depth
    leaf = path(
        (0.3, d * 0.62),
        ((n * 0.55, d * 0.3), (n * 0.72, -4.4)),
        ((n + 1.0, -2.6), (n + 1.6, 1.0)),
        (n * 0.86, d * 0.62 + 6.2),
        ((n * 0.4, d * 0.8), (0.3, d * 0.62)),
    )
    inside = path(
        (-n * 0.72, -4.4),
        ((0, -6.2), (n * 0.72, -4.4)),
        ((n * 0.5, d * 0.5), (0, d * 0.7)),
        ((-n * 0.5, d * 0.5), (-n * 0.72, -4.4)),
    )
    marks: list[Mark] = [
        Fill(inside, tone=80, role="lining"),
        Fill(box(-1.9, -2.6, 1.9, -0.6), tone=124, role="label"),
    ]
    for points, angle in zip(both(leaf), (35, -35), strict=True):
        marks += [
            Fill(points, tone=132, role=role, angle=angle),
            Line([*points, points[0]], tone=84, width=0.6),
        ]
        marks.append(Fold([(p[0], p[1] + 1.4) for p in points[-10:]], depth=-24, width=2.0))
    return marks


def _lapels(cut: Cut) -> list[Mark]:
    n, d = cut.neck, cut.depth
    roll = (0.6, d)
    lapel = path(
        (n * 0.82, -1),
        ((n * 0.55, d * 0.5), roll),
        ((n * 0.8, d * 0.86), (n + 4.6, d * 0.44)),
        (n + 1.6, d * 0.33),
        (n + 2.6, d * 0.2),
        (n + 1.0, 0),
    )
    collar = path(
        (n * 0.78, -3.6),
        (n + 1.4, 0.4),
        (n + 3.4, d * 0.24),
        (n + 0.4, d * 0.3),
        ((n * 0.7, d * 0.2), (n * 0.62, -2.6)),
    )
    inside = path(
        (-n * 0.78, -3.6),
        ((0, -5.2), (n * 0.78, -3.6)),
        ((n * 0.5, 0), (0, 1)),
        ((-n * 0.5, 0), (-n * 0.78, -3.6)),
    )
    marks: list[Mark] = [Fill(inside, tone=96)]
    for points, angle in zip(both(lapel), (14, -14), strict=True):
        marks += [
            Fill(points, tone=134, angle=angle),
            Line([*points, points[0]], tone=80, width=0.6),
            Fold([(x, y + 1.2) for x, y in points[9:22]], depth=-22, width=2.4),
        ]
    for points in both(collar):
        marks += [Fill(points, tone=130), Line([*points, points[0]], tone=80, width=0.6)]
    return marks
