"""The score of a model of trees for many rows at once. Pure.

QuickScorer (Lucchese et al., SIGIR 2015): instead of walking each tree from its root, compare a
column of rows with each threshold in turn. A row that goes right at a split can't reach the leaves
on its left; the leftmost leaf that remains is the row's. The inner loops are over rows, so that a
processor compares sixteen at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from recommendations.retrieval.candidates import Scores
from web.compiled import Array, compiled

# Leaves of a tree, as bits of a mask.
MOST_LEAVES: Final = 32
# Rows whose columns stay in the cache of a processor while the trees are gone through.
AT_A_TIME: Final = 256
# The lowest bit of a mask times this number has a different value of its highest five bits for each
# of 32 bits (Leiserson, Prokop, Randall: Using de Bruijn sequences to index a 1, 1998).
DE_BRUIJN: Final = np.uint32(0x077CB531)

Matrix = npt.NDArray[np.float32]
Masks = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Forest:
    """The splits of one tree after the other's, which end at `ends`: a row whose `column` is above
    the `threshold` (or unknown, where `unknown_right`) keeps the leaves in `kept`. `leaves` holds
    the values of each tree, at their places by DE_BRUIJN."""

    ends: npt.NDArray[np.int32]
    column: npt.NDArray[np.int32]
    threshold: Matrix
    unknown_right: npt.NDArray[np.bool_]
    kept: Masks
    leaves: Scores

    def scores(self, rows: Matrix) -> Scores:
        """The sum of the trees' values for each row, as LightGBM computes it, to the last bit."""
        return summed(
            rows,
            self.ends,
            self.column,
            self.threshold,
            self.unknown_right,
            self.kept,
            self.leaves,
        )


def forest_of(boosters: Sequence[Any]) -> Forest | None:
    """The mean of LightGBM models without categories; None if a tree has more than MOST_LEAVES
    leaves."""
    told = [tree for booster in boosters for tree in booster.dump_model()["tree_info"]]
    if any(tree["num_leaves"] > MOST_LEAVES for tree in told):
        return None
    trees = [tree["tree_structure"] for tree in told]
    leaves = np.zeros((len(trees), MOST_LEAVES))
    splits: list[tuple[int, float, bool, int]] = []
    ends = []
    for tree, own in zip(trees, leaves, strict=True):
        values = add(tree, 0, splits)
        own[place_of(np.uint32(1) << np.arange(len(values), dtype=np.uint32))] = values
        ends.append(len(splits))
    column, threshold, unknown_right, kept = zip(*splits, strict=True) if splits else ([],) * 4
    return Forest(
        np.array(ends, np.int32),
        np.array(column, np.int32),
        rounded_down(np.array(threshold, np.float64)),
        np.array(unknown_right, np.bool_),
        np.array(kept, np.uint32),
        leaves / len(boosters),
    )


def add(node: Any, first: int, splits: list[tuple[int, float, bool, int]]) -> list[float]:
    """Add the splits of a node whose leaves begin at number `first`; the values of these leaves."""
    if "leaf_value" in node:
        return [node["leaf_value"]]
    left = add(node["left_child"], first, splits)
    right = add(node["right_child"], first + len(left), splits)
    lost = ((1 << len(left)) - 1) << first
    threshold, missing = node["threshold"], node["missing_type"]
    # Where training knew every value, an unknown one counts as 0.
    unknown_right = not node["default_left"] if missing == "NaN" else threshold < 0
    all_leaves = (1 << MOST_LEAVES) - 1
    splits.append((node["split_feature"], threshold, unknown_right, all_leaves ^ lost))
    return left + right


def place_of(bit: Masks) -> npt.NDArray[np.intp]:
    return ((bit * DE_BRUIJN) >> np.uint32(27)).astype(np.intp)


def rounded_down(threshold: npt.NDArray[np.float64]) -> Matrix:
    """The largest 32-bit floats up to the thresholds: 32-bit values compare with both alike."""
    with np.errstate(over="ignore"):
        near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)


@compiled(
    Array(np.float32, 2),
    Array(np.int32),
    Array(np.int32),
    Array(np.float32),
    Array(np.bool_),
    Array(np.uint32),
    Array(np.float64, 2),
)
def summed(
    rows: Matrix,
    ends: npt.NDArray[np.int32],
    column: npt.NDArray[np.int32],
    threshold: Matrix,
    unknown_right: npt.NDArray[np.bool_],
    kept: Masks,
    leaves: Scores,
) -> Scores:
    """See `Forest.scores`."""
    total = np.zeros(len(rows))
    values = np.empty((rows.shape[1], AT_A_TIME), np.float32)
    left = np.empty(AT_A_TIME, np.uint32)
    every = np.uint32(0xFFFFFFFF)
    for start in range(0, len(rows), AT_A_TIME):
        count = min(AT_A_TIME, len(rows) - start)
        for n in range(rows.shape[1]):
            for row in range(count):
                values[n, row] = rows[start + row, n]
        split = 0
        for tree, end in enumerate(ends):
            left.fill(every)
            while split < end:
                most, own, rest = threshold[split], values[column[split]], kept[split]
                if unknown_right[split]:
                    for row in range(count):
                        left[row] &= every if own[row] <= most else rest
                else:
                    for row in range(count):
                        left[row] &= rest if own[row] > most else every
                split += 1
            for row in range(count):
                lowest = left[row] & (~left[row] + np.uint32(1))
                place = np.uint32(lowest * DE_BRUIJN) >> np.uint32(27)
                total[start + row] += leaves[tree, place]
    return total
