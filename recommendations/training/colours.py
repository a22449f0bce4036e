"""The other colours of each product."""

import numpy as np

from recommendations.dataset.inputs import Flags, Floats, Ints

COLOURS = 12
NONE = -1


def other_colours(product: Ints, score: Floats, on_sale: Flags) -> Ints:
    """Per article up to COLOURS others of its product that are on sale, best sellers first."""
    found = np.full((len(product), COLOURS), NONE, np.int32)
    order = np.lexsort((np.arange(len(product)), -score, product))
    order = order[on_sale[order]]
    starts = np.searchsorted(product[order], product, side="left")
    ends = np.searchsorted(product[order], product, side="right")
    filled = np.zeros(len(product), np.int32)
    # Place by place, for all articles at once; an article is among its own siblings.
    for place in range(COLOURS + 1):
        row = np.flatnonzero((starts + place < ends) & (filled < COLOURS))
        sibling = order[starts[row] + place]
        row, sibling = row[sibling != row], sibling[sibling != row]
        found[row, filled[row]] = sibling
        filled[row] += 1
    return found
