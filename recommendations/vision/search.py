"""Search by photo: the articles that look most like a picture, and the pieces of a whole look."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from django.conf import settings
from PIL import Image

from recommendations.bundle.reader import Bundle
from recommendations.vision.colours import dominant_colours
from recommendations.vision.encoder import Encoder, installed
from recommendations.vision.projection import Projection
from web.arrays import Floats, Ints
from web.cache import bounded, per_owner

# Nearest candidates before each design is reduced to one.
DEEP: Final = 200
SMALLEST_SIDE: Final = 0.05
# What a unit of colour distance takes from the cosine: the network knows shapes, less so colours.
COLOUR: Final = np.float32(0.004)
FARTHEST: Final = np.float32(60.0)
LAB: Final = 3


class Box(NamedTuple):
    """A part of a picture, in fractions of its width and height."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def is_usable(self) -> bool:
        """Whether it lies in the picture and each side is at least SMALLEST_SIDE."""
        inside = all(0.0 <= side <= 1.0 for side in self)
        wide, high = self.right - self.left, self.bottom - self.top
        return inside and wide >= SMALLEST_SIDE - 1e-9 and high >= SMALLEST_SIDE - 1e-9

    def of(self, picture: Image.Image) -> Image.Image:
        width, height = picture.size
        return picture.crop(
            (
                round(self.left * width),
                round(self.top * height),
                max(round(self.right * width), round(self.left * width) + 1),
                max(round(self.bottom * height), round(self.top * height) + 1),
            )
        )


WHOLE: Final = Box(0.0, 0.0, 1.0, 1.0)
# Where the pieces of a look usually are on a standing person. No detector's weights are available
# as a package, so the regions are fixed: head to waist, waist to knee, feet, and the middle.
REGIONS: Final = {
    "top": Box(0.1, 0.08, 0.9, 0.5),
    "bottom": Box(0.1, 0.42, 0.9, 0.88),
    "shoes": Box(0.1, 0.78, 0.9, 1.0),
    "whole": WHOLE,
}


@dataclass(frozen=True)
class Alike:
    """Rows of a bundle, nearest first, with their likeness to the picture: the cosine of the looks
    less the distance of the main colours."""

    rows: Ints
    scores: Floats


def ready(bundle: Bundle | None) -> bool:
    """Whether photo search works: the extra is installed and the bundle has pictures."""
    return installed() and bundle is not None and bundle.look.shape[1] > 0


@bounded(most=1)
def encoder() -> Encoder:
    """One per process: loading the network takes longer than a search."""
    return Encoder(settings.VISION_DIR)


def alike(bundle: Bundle, picture: Image.Image, index_group: int | None, k: int) -> Alike:
    """The k articles on sale nearest in look, one of each design."""
    rows, looks = visible_looks(bundle)
    arrays = bundle.arrays
    projection = Projection(arrays["look_middle"], arrays["look_axes"])
    scores = looks @ projection.of(encoder().vector(picture)[None])[0]
    if index_group is not None:
        scores = np.where(bundle.index_group[rows] == index_group, scores, -1.0)
    best = np.argpartition(-scores, min(DEEP, len(scores)) - 1)[:DEEP]
    best = best[scores[best] > 0.0]
    likeness = scores[best] - COLOUR * colour_distance(bundle, rows[best], picture)
    order = np.argsort(-likeness, kind="stable")
    best, likeness = rows[best[order]], likeness[order]
    first = np.sort(np.unique(bundle.design[best], return_index=True)[1])[:k]
    return Alike(best[first], likeness[first])


def colour_distance(bundle: Bundle, rows: Ints, picture: Image.Image) -> Floats:
    """Distance of the main colour of each row's picture to that of `picture` (CIE76), at most
    FARTHEST: one strange colour is no stranger than another."""
    main = dominant_colours(picture)[0, :LAB]
    found: Floats = np.linalg.norm(bundle.look_colours[rows, :LAB] - main, axis=1)
    return np.minimum(found, FARTHEST)


@per_owner(most=1)
def visible_looks(bundle: Bundle) -> tuple[Ints, Floats]:
    """Rows and vectors of what is on sale and has a picture."""
    rows = np.flatnonzero(bundle.on_sale & np.any(bundle.look, axis=1)).astype(np.int32)
    return rows, np.ascontiguousarray(bundle.look[rows])


class Piece(NamedTuple):
    """A part of the picture, the slot it seems to show, and similar articles."""

    name: str
    box: Box
    slot: int
    found: Alike


def pieces(bundle: Bundle, picture: Image.Image, index_group: int | None, k: int) -> list[Piece]:
    """The best part of REGIONS for each slot: the slot of most of its nearest articles."""
    best: dict[int, tuple[float, Piece]] = {}
    for piece in _parts(bundle, picture, index_group, k):
        sure = float(piece.found.scores.mean())
        if sure > best.get(piece.slot, (0.0,))[0]:
            best[piece.slot] = (sure, piece)
    return [piece for _, piece in best.values()]


def _parts(
    bundle: Bundle, picture: Image.Image, index_group: int | None, k: int
) -> Iterator[Piece]:
    slots = bundle.arrays["outfit_slot"]
    for name, box in REGIONS.items():
        found = alike(bundle, box.of(picture), index_group, k)
        if len(found.rows):
            own = slots[found.rows]
            slot = int(np.bincount(own).argmax())
            kept = own == slot
            yield Piece(name, box, slot, Alike(found.rows[kept], found.scores[kept]))
