"""The highest values of each row of a matrix. Pure."""

import numpy as np
import numpy.typing as npt


def highest(scores: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.intp]:
    """rows × k: the columns of the k highest scores of each row, in ascending order; of equal
    scores the first columns. Needs 1 ≤ k ≤ columns.

    numpy partitions values with vector instructions, but not indices: this takes a quarter of the
    time of its argpartition.
    """
    least = np.partition(scores, -k, axis=1)[:, -k, None]
    kept = scores >= least
    spare = np.count_nonzero(kept, axis=1) - k
    for row in np.flatnonzero(spare).tolist():
        equal = np.flatnonzero(scores[row] == least[row])
        kept[row, equal[-spare[row] :]] = False
    columns: npt.NDArray[np.intp] = np.flatnonzero(kept).reshape(len(scores), k)
    columns -= np.arange(len(scores))[:, None] * scores.shape[1]
    return columns
