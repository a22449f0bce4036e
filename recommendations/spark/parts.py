"""Parts of a Spark DataFrame: each partition is a part, and the pure functions run where it is.

All exchange is of pickled values in a binary column: results that have to be joined are shuffled
by key, as a few blocks of arrays instead of many rows.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame
from scipy import sparse

from recommendations.dataset.inputs import Sales, find
from recommendations.dataset.parts import (
    CoOccurrence,
    Parts,
    select_columns,
    self_counts,
    top_entries,
)
from web.arrays import Arrays, Flags, Ints

# What the frame has beside its rows' part.
COLUMNS = ("day", "customer", "article", "age", "price", "channel")
KEYED = "key int, part int, value binary"
# Columns of a product that are added up together; bounds what a task holds.
BLOCK = 4096

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")
Batches = Iterator[pa.RecordBatch]
Keyed = Iterable[tuple[int, Any]]


@dataclass(frozen=True)
class SparkParts(Parts[T_co]):
    """`frame` has COLUMNS, a partition for each part, sorted by day; `articles` are all keys."""

    frame: DataFrame
    articles: Ints
    function: Callable[[Sales], T_co]

    def map(self, function: Callable[[T_co], U]) -> "SparkParts[U]":
        return SparkParts(self.frame, self.articles, partial(_after, self.function, function))

    def reduce(self, function: Callable[[T_co], U], join: Callable[[Sequence[U]], U]) -> U:
        groups = max(1, round(self.frame.rdd.getNumPartitions() ** 0.5))
        found = self._joined(partial(_in_groups, function, groups), join, groups)
        # Without any sale the functions still say what nothing looks like.
        return join(found or [function(self.function(no_sales()))])

    def concatenate(self, function: Callable[[T_co], Arrays]) -> Arrays:
        emitted = self._emitted(partial(_in_groups, function, 1))
        # One partition at a time: the driver never holds more.
        found = (_unpack(row.value) for row in emitted.toLocalIterator())
        # Files that are mapped stay, nameless, as long as the arrays.
        with tempfile.TemporaryDirectory(prefix="rows-") as folder:
            return on_disk(Path(folder), found) or function(self.function(no_sales()))

    def co_occurrence(
        self,
        matrix: Callable[[T_co], sparse.csr_matrix],
        most: int,
        *,
        asked: Flags | None = None,
        candidate: Flags | None = None,
    ) -> CoOccurrence:
        emit = partial(_products, matrix, asked, candidate)
        blocks = -(-len(self.articles) // BLOCK)
        found = self._joined(emit, partial(_most_of, most=most), blocks)
        if not found:
            found = [value for _, value in emit(self.function(no_sales()))]
        return CoOccurrence(
            sparse.vstack([pairs for pairs, _ in found], "csr"),
            np.concatenate([own for _, own in found]),
        )

    def _emitted(self, emit: Callable[[T_co], Keyed]) -> DataFrame:
        task = partial(_emit, self.articles, self.function, emit)
        return self.frame.mapInArrow(task, KEYED)

    def _joined(
        self, emit: Callable[[T_co], Keyed], join: Callable[[Sequence[V]], U], keys: int
    ) -> list[U]:
        """What all parts emit, joined by key, in the order of the keys."""
        by_key = self._emitted(emit).repartitionById(keys, "key")
        found = by_key.mapInArrow(partial(_join, join), KEYED).collect()
        return [_unpack(row.value) for row in sorted(found, key=itemgetter(0))]


# --- in the tasks -----------------------------------------------------------------------------


def same(sales: Sales) -> Sales:
    return sales


def _after(first: Callable[[V], T], then: Callable[[T], U], value: V) -> U:
    return then(first(value))


def _emit(
    articles: Ints, function: Callable[[Sales], T], emit: Callable[[T], Keyed], batches: Batches
) -> Batches:
    sales = sales_of(list(batches), articles)
    if len(sales):
        for key, value in emit(function(sales)):
            yield _batch(key, _part(), value)


def _join(join: Callable[[Sequence[T]], U], batches: Batches) -> Batches:
    rows = [row for batch in batches for row in batch.to_pylist()]
    # In the order of the parts, so that sums are rounded alike in every run.
    rows.sort(key=itemgetter("key", "part"))
    for key, parts in groupby(rows, itemgetter("key")):
        values = [_unpack(row["value"]) for row in parts]
        yield _batch(key, 0, join(values))


def _batch(key: int, part: int, value: object) -> pa.RecordBatch:
    packed = pickle.dumps(value, protocol=5)
    columns = [pa.array([key], pa.int32()), pa.array([part], pa.int32()), pa.array([packed])]
    return pa.record_batch(columns, ["key", "part", "value"])


def _unpack(packed: bytes) -> Any:
    return pickle.loads(packed)  # noqa: S301 - what a task of ours packed


def _part() -> int:
    context = TaskContext.get()
    return context.partitionId() if context else 0


def sales_of(batches: Sequence[pa.RecordBatch], articles: Ints) -> Sales:
    """The sales of a part; those of articles that the catalogue lacks are left out."""
    if not batches:
        return no_sales()
    table = pa.Table.from_batches(batches)
    columns = {name: table[name].to_numpy() for name in COLUMNS}
    row = find(articles, columns.pop("article"))
    sales = Sales(row=row, **columns)
    return sales if (row >= 0).all() else sales.where(row >= 0)


def no_sales() -> Sales:
    none = np.zeros(0, np.int32)
    return Sales(none, none, none, none, np.zeros(0, np.float32), none)


def _in_groups(function: Callable[[T], U], groups: int, value: T) -> Keyed:
    yield _part() % groups, function(value)


def _products(
    matrix: Callable[[T], sparse.csr_matrix],
    asked: Flags | None,
    candidate: Flags | None,
    value: T,
) -> Keyed:
    """MᵀM of one part, block by block, with its diagonal."""
    found = matrix(value)
    left, right = select_columns(found, asked).T.tocsr(), select_columns(found, candidate)
    squares = self_counts(found)
    for key, at in enumerate(range(0, left.shape[0], BLOCK)):
        yield key, (left[at : at + BLOCK] @ right, squares[at : at + BLOCK])


def _most_of(
    parts: Sequence[tuple[sparse.csr_matrix, npt.NDArray[np.float64]]], most: int
) -> tuple[sparse.csr_matrix, npt.NDArray[np.float64]]:
    pairs = parts[0][0]
    for more, _ in parts[1:]:
        pairs = pairs + more
    return top_entries(pairs, most), np.sum([own for _, own in parts], axis=0)


# --- at the driver ----------------------------------------------------------------------------


def on_disk(folder: Path, found: Iterable[Arrays]) -> Arrays:
    """The arrays one after another, in files that are mapped; nothing without any."""
    types: dict[str, np.dtype] = {}
    for arrays in found:
        for name, array in arrays.items():
            types[name] = array.dtype
            with (folder / name).open("ab") as file:
                array.tofile(file)
    return {
        name: np.memmap(folder / name, kind, "r+")
        if (folder / name).stat().st_size
        else np.zeros(0, kind)
        for name, kind in types.items()
    }
