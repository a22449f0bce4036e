"""Samples that don't depend on the order or the partitioning of the data. Pure."""

import numpy as np
import numpy.typing as npt

from web.arrays import Array

Hashes = npt.NDArray[np.uint64]


def hashes(*columns: Array, seed: int = 0) -> Hashes:
    """A 64-bit hash of each row of integer columns: SplitMix64's finalizer after every column.

    Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
    """
    mixed = np.full(len(columns[0]), seed, np.uint64)
    for column in columns:
        mixed = mixed ^ column.astype(np.int64).view(np.uint64)
        mixed = mixed + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed


def smallest(hashed: Hashes, most: int) -> npt.NDArray[np.intp]:
    """Indices of the `most` smallest hashes, in the given order.

    The sample of a whole is the sample of its parts' samples, so parts can be sampled first.
    """
    if len(hashed) <= most:
        return np.arange(len(hashed))
    return np.sort(np.argsort(hashed, kind="stable")[:most])
