"""What is counted of parts adds up to the whole: training in pieces, without a cluster."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from recommendations.dataset.inputs import Inputs, Sales
from recommendations.dataset.parts import (
    CoOccurrence,
    Parts,
    select_columns,
    self_counts,
    top_entries,
)
from recommendations.dataset.sampling import hashes, smallest
from recommendations.tests.shops import busy_shop
from recommendations.training import co_occurrence, ranker, slices
from recommendations.training.outfits import baskets, training
from recommendations.training.pipeline import quiet, train
from web.arrays import Array, Arrays

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
PIECES = 5


@dataclass(frozen=True)
class Pieces(Parts[T_co]):
    """Parts one after another, in memory."""

    values: Sequence[T_co]

    def map(self, function: Callable[[T_co], U]) -> "Pieces[U]":
        return Pieces([function(value) for value in self.values])

    def reduce(self, function: Callable[[T_co], U], join: Callable[[Sequence[U]], U]) -> U:
        found = self.map(function).values
        return join([join(found[:2]), join(found[2:])])

    def concatenate(self, function: Callable[[T_co], Arrays]) -> Arrays:
        found = self.map(function).values
        return {name: np.concatenate([part[name] for part in found]) for name in found[0]}

    def co_occurrence(
        self,
        matrix: Callable[[T_co], sparse.csr_matrix],
        candidate: npt.NDArray[np.bool_] | None,
        most: int,
    ) -> CoOccurrence:
        found = self.map(matrix).values
        products = [part.T.tocsr() @ select_columns(part, candidate) for part in found]
        return CoOccurrence(
            top_entries(reduce(add, products), most), reduce(add, map(self_counts, found))
        )


@dataclass(frozen=True)
class InPieces(Inputs):
    """The same history in pieces, by ranges of customers."""

    @property
    def parts(self) -> Any:
        share = self.sales.customer.astype(np.int64) * PIECES // 500
        return Pieces([self.sales.where(share == piece) for piece in range(PIECES)])


@pytest.fixture(autouse=True)
def small_ranker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MIN_OF_WEEK", 50)
    monkeypatch.setattr(ranker, "MIN_EXAMPLES", 50)
    monkeypatch.setattr(ranker, "ROUNDS", 5)
    monkeypatch.setattr(training, "PERIODS", 2)


def test_training_in_pieces_gives_the_same_bundle() -> None:
    whole = busy_shop()
    pieces = InPieces(**vars(whole))
    assert sum(len(part) for part in pieces.parts.values) == len(whole.sales)
    assert different(train(whole, quiet), train(pieces, quiet)) == []


def test_a_cut_through_ties_leaves_all_of_them_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or pieces that are added up in another order would keep others."""
    for module in (co_occurrence, baskets):
        monkeypatch.setattr(module, "DEEP", 5)
    whole = busy_shop(sales=6000)
    bundles = [train(own, quiet, quick=True) for own in (whole, InPieces(**vars(whole)))]
    assert different(*bundles) == []
    equal = sparse.csr_matrix(np.array([[3, 1, 1, 1], [2, 2, 1, 0], [0, 0, 1, 1]], np.float32))
    best = top_entries(equal, 2)
    assert [sorted(best[row].indices.tolist()) for row in range(3)] == [[0], [0, 1], [2, 3]]


def test_the_order_of_sales_in_a_day_does_not_matter() -> None:
    inputs = busy_shop(sales=3000)
    rng = np.random.default_rng(1)
    order = np.lexsort((rng.random(len(inputs.sales)), inputs.sales.day))
    columns = {name: column[order] for name, column in vars(inputs.sales).items()}
    shuffled = replace(inputs, sales=Sales(**columns))
    left, right = (train(own, quiet, quick=True) for own in (inputs, shuffled))
    assert different(left, right) == []


def test_the_sample_of_a_whole_is_that_of_its_parts_samples() -> None:
    keys = np.arange(10_000)
    whole = keys[smallest(hashes(keys, seed=4), 100)]
    halves = [half[smallest(hashes(half, seed=4), 100)] for half in (keys[::2], keys[1::2])]
    both = np.sort(np.concatenate(halves))
    assert both[smallest(hashes(both, seed=4), 100)].tolist() == whole.tolist()
    assert 4000 < whole.mean() < 6000
    assert len(np.unique(hashes(keys, seed=4))) == len(keys)


def different(left: Arrays, right: Arrays) -> list[str]:
    """Names of arrays that differ: whole numbers at all, others beyond rounding."""
    assert left.keys() == right.keys()
    return [name for name in left if not alike(left[name], right[name])]


def alike(left: Array, right: Array) -> bool:
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    return bool(np.allclose(left, right, rtol=1e-5, atol=1e-6))
