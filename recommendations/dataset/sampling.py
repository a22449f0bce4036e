"""Samples that don't depend on the order or the partitioning of the data, and rows of several
columns, each once. Pure."""

import numpy as np
import numpy.typing as npt

from web.arrays import Array

SORTED_BITS = 63

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


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


def distinct(*columns: Array) -> list[Places]:
    """The different rows of integer columns (≥ 0), in ascending order of the first column, then the
    second and so on. Raise OverflowError as `ordered`."""
    return ordered(*columns, once=True)


def ordered(*columns: Array, once: bool = False) -> list[Places]:
    """All rows in that order; `once`: each different one.

    They are packed into one number each, which numpy sorts several times as fast as it sorts by
    columns. Raise OverflowError if they don't fit into 63 bits.
    """
    bits = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(bits) > SORTED_BITS:
        raise OverflowError(f"rows of {sum(bits)} bits: at most {SORTED_BITS} can be sorted")
    packed = np.zeros(len(columns[0]), np.int64)
    for column, width in zip(columns, bits, strict=True):
        packed = packed << width | column
    packed.sort()
    if once:
        packed = packed[starts_of(packed)]
    ends = np.cumsum(bits[::-1])[::-1] - bits
    return [
        packed >> end & ((1 << width) - 1) for end, width in zip(ends.tolist(), bits, strict=True)
    ]


def starts_of(*columns: Array) -> npt.NDArray[np.bool_]:
    """Which rows of sorted columns differ from the one before."""
    new = np.ones(len(columns[0]), np.bool_)
    new[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return new
