"""The other colours of each product."""

import numpy as np
import numpy.typing as npt

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
    for row in np.flatnonzero(ends - starts > 0):
        siblings: npt.NDArray[np.int64] = order[starts[row] : ends[row]]
        siblings = siblings[siblings != row][:COLOURS]
        found[row, : len(siblings)] = siblings
    return found
