"""Why a piece was chosen: the strongest signal between it and the bag. Pure."""

from dataclasses import dataclass

import numpy as np

from recommendations.outfits.features import TABLES
from recommendations.outfits.pairs import Floats, Ints, find_pairs
from recommendations.outfits.search import Wardrobe

# Lifts (logarithms) below these are too weak to mention.
OFTEN = 0.5
HARMONY = 0.15
COLOUR = TABLES.index("colour")


@dataclass(frozen=True)
class Why:
    """`kind` is "worn" (often bought with the article `row`), "colour" (its colour goes with that
    of `row`) or "slot" (no `row`)."""

    kind: str
    row: int | None


def why(wardrobe: Wardrobe, bag: Ints, pieces: Ints) -> list[Why]:
    """For each piece, the article of the bag that best supports it, and how."""
    if len(bag) == 0 or len(pieces) == 0:
        return [Why("slot", None)] * len(pieces)
    model = wardrobe.model
    own, _ = find_pairs(model.articles, bag, pieces)
    product, _ = find_pairs(model.products, model.product_row[bag], model.product_row[pieces])
    worn, colour = np.maximum(own, product), model.groups[COLOUR]
    harmony = model.tables[COLOUR][colour[bag][:, None], colour[pieces]]
    return [strongest(bag, worn[:, n], harmony[:, n]) for n in range(len(pieces))]


def strongest(bag: Ints, worn: Floats, harmony: Floats) -> Why:
    if worn.max() >= OFTEN:
        return Why("worn", int(bag[worn.argmax()]))
    if harmony.max() >= HARMONY:
        return Why("colour", int(bag[harmony.argmax()]))
    return Why("slot", None)
