"""The cut of an upper body: its measures, and its neckline."""

from dataclasses import dataclass

from demo.pictures.garments.shapes import Points, path


@dataclass(frozen=True)
class Cut:
    """Half widths and heights in centimetre-like units, from the shoulder line at the neck."""

    neckline: str = "crew"  # crew, v, scoop, square, boat, straps, halter
    neck: float = 9.0
    depth: float = 9.0
    shoulder: float = 19.0
    drop: float = 4.0
    armpit: float = 23.0
    chest: float = 24.0
    waist: float = 23.5
    waist_at: float = 42.0
    hem: float = 24.0
    length: float = 62.0
    sleeve: float = 0.0  # length along the arm; 0 is none
    cuff: float = 9.0
    sleeve_angle: float = 17.0
    puff: float = 0.0
    collar: str = "rib"  # none, rib, shirt, turtle, hood, lapel, stand, polo
    front: str = "closed"  # closed, buttons, zip, open, wrap, double, henley
    ribbed_hem: bool = False
    curved_hem: float = 0.0
    pockets: str = ""  # chest, patch, kangaroo, welt, flap
    waist_seam: str = ""  # seam, belt, elastic
    tiers: int = 0
    gathers: int = 0


def neck_edge(cut: Cut) -> Points:
    """The front neckline's right half, from the middle up to the shoulder."""
    n, d = cut.neck, cut.depth
    if cut.neckline == "v":
        return path((0, d), ((n * 0.62, d * 0.42), (n, 0)))
    if cut.neckline == "square":
        return path((0, d), (n * 0.86, d), ((n * 0.93, d * 0.5), (n, 0)))
    if cut.neckline in ("straps", "halter"):
        top = cut.armpit - 10
        peak = 0.62 if cut.neckline == "straps" else 0.36
        return path(
            (0, top + cut.depth * 0.35), ((cut.chest * 0.3, top + 1), (cut.chest * peak, top - 2))
        )
    return path((0, d), ((n * 0.62, d), (n * 0.97, d * 0.62), (n, 0)))
