"""Why a piece was chosen: the strongest signal between it and the bag. Pure."""

from dataclasses import dataclass

import numpy as np

from recommendations.outfits.features import TABLES
from recommendations.outfits.pairs import find_pairs
from recommendations.outfits.search import Wardrobe
from web.arrays import Flags, Floats, Ints

# Lifts (logarithms) below these are too weak to mention.
OFTEN = 0.5
HARMONY = 0.15
COLOUR = TABLES.index("colour")
# Two colours look the same if they differ by at most this much (CIE76); less chroma than this is
# black, grey or white, and no match worth telling.
SAME = 12.0
COLOURFUL = 15.0


@dataclass(frozen=True)
class Why:
    """`kind` is "worn" (often bought with the article `row`), "match" (their pictures have the same
    main colour), "colour" (its colour goes with that of `row`) or "slot" (no `row`)."""

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
    matching = matches(wardrobe.look_colours, bag, pieces)
    return [
        strongest_reason(bag, worn[:, n], matching[:, n], harmony[:, n]) for n in range(len(pieces))
    ]


def strongest_reason(bag: Ints, worn: Floats, matching: Flags, harmony: Floats) -> Why:
    if worn.max() >= OFTEN:
        return Why("worn", int(bag[worn.argmax()]))
    if matching.any():
        return Why("match", int(bag[matching.argmax()]))
    if harmony.max() >= HARMONY:
        return Why("colour", int(bag[harmony.argmax()]))
    return Why("slot", None)


def matches(colours: Floats, bag: Ints, pieces: Ints) -> Flags:
    """bag × pieces: whether the main colours of the two pictures, not grey, look the same."""
    if colours.shape[1] == 0:
        return np.zeros((len(bag), len(pieces)), np.bool_)
    own, theirs = colours[bag, :3], colours[pieces, :3]
    apart = np.linalg.norm(own[:, None] - theirs, axis=2)
    chroma = [np.linalg.norm(main[:, 1:], axis=1) >= COLOURFUL for main in (own, theirs)]
    found: Flags = (apart <= SAME) & chroma[0][:, None] & chroma[1]
    return found
