"""Known pairs of rows: the partners of each, and a vectorised lookup."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from web.arrays import Floats, Ints

NOWHERE: Final = -1


@dataclass(frozen=True)
class Pairs:
    """Per left row its partners (`columns[starts[r]:starts[r + 1]]`).

    `lift` is log((n + 3) / (E + 3)) and `count` log(1 + n), where n counts baskets and E is the
    expectation under chance.
    """

    starts: npt.NDArray[np.int64]
    columns: Ints
    lift: Floats
    count: Floats


def find_pairs(pairs: Pairs, left: Ints, right: Ints) -> tuple[Floats, Floats]:
    """Lift and count of each pair of rows, left × right, 0 for pairs never seen."""
    column = np.full(len(pairs.starts) - 1, NOWHERE, np.int32)
    column[right] = np.arange(len(right), dtype=np.int32)
    at, line = runs(pairs.starts, left)
    partner = column[pairs.columns[at]]
    met = partner != NOWHERE
    at, cell = at[met], line[met] * len(right) + partner[met]
    # A repeated row in `right` is found only at its last position.
    place = column[right]
    found = np.zeros((2, len(left) * len(right)), np.float32)
    found[0, cell], found[1, cell] = pairs.lift[at], pairs.count[at]
    lift, count = found.reshape(2, len(left), len(right)).take(place, axis=2)
    return lift, count


def runs(
    starts: npt.NDArray[np.int64], rows: Ints
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.generic]]:
    """The indices that belong to each of the rows, concatenated, and the owner of each."""
    first = starts[rows]
    length = starts[rows + 1] - first
    line = np.repeat(np.arange(len(rows)), length)
    before = np.cumsum(length) - length
    return np.arange(len(line)) + (first - before)[line], line
