"""Why a piece was chosen: the strongest of what the model saw between it and the bag. Pure."""

from dataclasses import dataclass

import numpy as np

from recommendations.outfits.model import FEATURES, Ints
from recommendations.outfits.search import Wardrobe

# Lifts (logarithms) below these say too little to be told.
OFTEN = 0.5
HARMONY = 0.15


@dataclass(frozen=True)
class Why:
    """`kind` is "worn" (often bought with the article `row`), "colour" (its colour goes with that
    of `row`) or "slot" (`row` is none)."""

    kind: str
    row: int | None


def why(wardrobe: Wardrobe, bag: Ints, piece: int) -> Why:
    """The bag's article that speaks most for the piece, and how."""
    if len(bag) == 0:
        return Why("slot", None)
    parts = list(wardrobe.model.features(bag, np.array([piece], np.int32)))
    lifts = {name: parts[FEATURES.index(name)][:, 0] for name in ("article_lift", "product_lift")}
    worn = np.maximum(lifts["article_lift"], lifts["product_lift"])
    if worn.max() >= OFTEN:
        return Why("worn", int(bag[worn.argmax()]))
    harmony = parts[FEATURES.index("colour")][:, 0]
    if harmony.max() >= HARMONY:
        return Why("colour", int(bag[harmony.argmax()]))
    return Why("slot", None)
