"""Data in parts that are counted one by one: in memory here, or on a cluster (`spark.parts`).

Training is written against `Parts`. A part holds every sale of its customers, so baskets and
histories are never cut, and what is counted of the parts adds up.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from web.arrays import Array, Arrays

Flags = npt.NDArray[np.bool_]
THREADS = 2
# Sums of the same numbers in another order differ by less than this share.
ROUNDING = 1e-5

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")


@dataclass(frozen=True)
class Tally:
    """Arrays that are added up over the parts, and arrays whose largest elements are taken."""

    sums: Arrays = field(default_factory=dict)
    maxima: Arrays = field(default_factory=dict)


def merge_tallies(tallies: Sequence[Tally]) -> Tally:
    sums: Arrays = {}
    maxima: Arrays = {}
    for tally in tallies:
        _merge(sums, tally.sums, np.add)
        _merge(maxima, tally.maxima, np.maximum)
    return Tally(sums, maxima)


def _merge(into: Arrays, arrays: Mapping[str, Array], by: np.ufunc) -> None:
    for name, array in arrays.items():
        into[name] = by(into[name], array) if name in into else array


@dataclass(frozen=True)
class CoOccurrence:
    """How often columns occur in the same row: `pairs` (columns × columns, the most frequent ones
    of each), and `own`, each column with itself."""

    pairs: sparse.csr_matrix
    own: npt.NDArray[np.float64]


class Parts(ABC, Generic[T_co]):
    """Values of one type, one for each part; no method holds all parts in memory at once."""

    @abstractmethod
    def map(self, function: Callable[[T_co], U]) -> "Parts[U]":
        """Each part's value put through a pure function."""

    @abstractmethod
    def reduce(self, function: Callable[[T_co], U], join: Callable[[Sequence[U]], U]) -> U:
        """The function's results joined, some parts at a time; they have a bounded size."""

    @abstractmethod
    def concatenate(self, function: Callable[[T_co], Arrays]) -> Arrays:
        """The function's arrays one after another in the order of customers; may be on disk."""

    @abstractmethod
    def co_occurrence(
        self,
        matrix: Callable[[T_co], sparse.csr_matrix],
        most: int,
        *,
        asked: Flags | None = None,
        candidate: Flags | None = None,
    ) -> CoOccurrence:
        """Of the matrices' product MᵀM the `most` largest entries of each row in `asked`, in the
        columns of `candidate` (None: all), without those that tie with the next: see
        `clear_heads`."""


def total(parts: Parts[U], count: Callable[[U], Tally]) -> Tally:
    return parts.reduce(count, merge_tallies)


@dataclass(frozen=True)
class LocalParts(Parts[T_co]):
    """Parts in memory, of which THREADS are counted at a time: the local engine."""

    values: Sequence[T_co]

    def map(self, function: Callable[[T_co], U]) -> "LocalParts[U]":
        return LocalParts(list(chain.from_iterable(self._counted(function))))

    def reduce(self, function: Callable[[T_co], U], join: Callable[[Sequence[U]], U]) -> U:
        counted = self._counted(function)
        found = join(next(counted))
        for some in counted:
            found = join([found, *some])
        return found

    def concatenate(self, function: Callable[[T_co], Arrays]) -> Arrays:
        found = self.map(function).values
        return {name: np.concatenate([part[name] for part in found]) for name in found[0]}

    def co_occurrence(
        self,
        matrix: Callable[[T_co], sparse.csr_matrix],
        most: int,
        *,
        asked: Flags | None = None,
        candidate: Flags | None = None,
    ) -> CoOccurrence:
        matrices = self.map(matrix).values
        own = np.sum([self_counts(part) for part in matrices], axis=0)
        found = sparse.vstack(matrices, "csr")
        del matrices
        left, right = select_columns(found, asked).T.tocsr(), select_columns(found, candidate)
        pairs = sp_matmul_topn(
            left, right, top_n=most + 1, threshold=0.0, n_threads=THREADS, sort=True
        )
        return CoOccurrence(clear_heads(pairs, most), own)

    def _counted(self, function: Callable[[T_co], U]) -> Iterator[list[U]]:
        """The function's results in the order of the parts, THREADS of them at a time."""
        with ThreadPoolExecutor(THREADS) as workers:
            for at in range(0, len(self.values), THREADS):
                yield list(workers.map(function, self.values[at : at + THREADS]))


def top_entries(matrix: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """The `most` largest positive entries of each row, without those that tie with the next."""
    each = sparse.identity(matrix.shape[0], matrix.dtype, "csr")
    best = sp_matmul_topn(each, matrix.tocsr(), top_n=most + 1, threshold=0.0, sort=True)
    return clear_heads(best, most)


def clear_heads(best: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """Rows of up to `most` + 1 entries, largest first, without the last of a full row and those
    equal to it but for rounding: which of them came first depends on how the parts were added."""
    rows, size = best.shape[0], np.diff(best.indptr)
    full = size > most
    bound = np.zeros(rows, best.dtype)
    bound[full] = best.data[best.indptr[1:][full] - 1]
    kept = best.data > np.repeat(bound * (1 + ROUNDING), size)
    starts = np.append(0, kept.cumsum(dtype=np.int32))[best.indptr]
    found: sparse.csr_matrix = sparse.csr_matrix(
        (best.data[kept], best.indices[kept], starts), shape=best.shape
    )
    return found


def select_columns(matrix: sparse.csr_matrix, chosen: Flags | None) -> sparse.csr_matrix:
    """The matrix with the other columns empty."""
    if chosen is None:
        return matrix
    kept = chosen[matrix.indices]
    starts = np.append(0, kept.cumsum(dtype=np.int32))[matrix.indptr]
    return sparse.csr_matrix((matrix.data[kept], matrix.indices[kept], starts), shape=matrix.shape)


def self_counts(matrix: sparse.csr_matrix) -> npt.NDArray[np.float64]:
    squares = np.bincount(matrix.indices, matrix.data * matrix.data, matrix.shape[1])
    return squares.astype(np.float64, copy=False)
