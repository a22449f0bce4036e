"""What is counted of parts adds up to the whole: training in pieces, without a cluster."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from recommendations.dataset import load
from recommendations.dataset.fingerprint import data_fingerprint
from recommendations.dataset.inputs import Inputs, Sales
from recommendations.dataset.parts import LocalParts, top_entries
from recommendations.dataset.sampling import distinct, hashes, smallest, starts_of
from recommendations.outfits.pairs import Pairs
from recommendations.tests.shops import busy_shop
from recommendations.training import co_occurrence
from recommendations.training.outfits import baskets, training
from recommendations.training.pipeline import quiet, train
from recommendations.training.ranker import sales, slices
from web.arrays import Array, Arrays

PIECES = 5


def in_pieces(inputs: Inputs) -> Inputs:
    """The same history in pieces, by ranges of customers."""
    share = inputs.sales.customer.astype(np.int64) * PIECES // 500
    return replace(inputs, pieces=[inputs.sales.where(share == own) for own in range(PIECES)])


@pytest.fixture(autouse=True)
def small_ranker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MIN_OF_WEEK", 50)
    monkeypatch.setattr(sales, "MIN_EXAMPLES", 50)
    monkeypatch.setattr(sales, "ROUNDS", 5)
    monkeypatch.setattr(training, "PERIODS", 2)


def test_training_in_pieces_gives_the_same_bundle() -> None:
    whole = busy_shop()
    pieces = in_pieces(whole)
    assert sum(map(len, pieces.pieces)) == len(whole.sales)
    assert different(train(whole, quiet), train(pieces, quiet)) == []


def test_a_cut_through_ties_leaves_all_of_them_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or pieces that are added up in another order would keep others."""
    for module in (co_occurrence, baskets):
        monkeypatch.setattr(module, "DEEP", 5)
    whole = busy_shop(sales=6000)
    bundles = [train(own, quiet, quick=True) for own in (whole, in_pieces(whole))]
    assert different(*bundles) == []
    equal = sparse.csr_matrix(np.array([[3, 1, 1, 1], [2, 2, 1, 0], [0, 0, 1, 1]], np.float32))
    best = top_entries(equal, 2)
    assert [sorted(best[row].indices.tolist()) for row in range(3)] == [[0], [0, 1], [2, 3]]


def test_months_are_loaded_as_parts_of_whole_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SALES_PER_PART", 2500)
    whole = busy_shop()
    first = whole.sales.day[0]
    months = [vars(whole.between(first + at, first + at + 29).sales) for at in range(0, 90, 30)]
    columns = {name: [month[name] for month in months] for name in months[0]}
    pieces = load.in_parts(columns)
    assert len(pieces) == PIECES
    customers = np.concatenate([np.unique(own.customer) for own in pieces])
    assert customers.tolist() == np.unique(whole.sales.customer).tolist()
    assert all((np.diff(own.day) >= 0).all() for own in pieces)
    assert data_fingerprint(replace(whole, pieces=pieces)) == data_fingerprint(whole)
    none = vars(whole.until(0).sales)
    (piece,) = load.in_parts({name: [column] for name, column in none.items()})
    assert len(piece) == 0


def test_partners_of_some_articles_are_those_that_all_would_have() -> None:
    whole = busy_shop()
    found = LocalParts([baskets.baskets_of(whole.sales, 120)])
    part = np.arange(120, dtype=np.int32) % 9
    every = baskets.pairs_of(found, part)
    some = baskets.pairs_of(found, part, np.arange(120) % 2 == 0)
    for row in range(120):
        own, theirs = (partners_of(pairs, row) for pairs in (some, every))
        assert own == ([] if row % 2 else theirs)
    assert some.starts[-1] > 0


def partners_of(pairs: Pairs, row: int) -> list[tuple[float, ...]]:
    run = slice(pairs.starts[row], pairs.starts[row + 1])
    return list(zip(pairs.columns[run], pairs.lift[run], pairs.count[run], strict=True))


def test_the_order_of_sales_in_a_day_does_not_matter() -> None:
    inputs = busy_shop(sales=3000)
    rng = np.random.default_rng(1)
    order = np.lexsort((rng.random(len(inputs.sales)), inputs.sales.day))
    columns = {name: column[order] for name, column in vars(inputs.sales).items()}
    shuffled = replace(inputs, pieces=[Sales(**columns)])
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


def test_distinct_rows_are_those_that_numpy_finds() -> None:
    dice = np.random.default_rng(2)
    columns = [dice.integers(0, most, 500).astype(np.int32) for most in (5, 1, 3, 2**30)]
    columns[3][:400] %= 3
    found = distinct(*columns)
    assert np.array_equal(np.stack(found, axis=1), np.unique(np.stack(columns, axis=1), axis=0))
    assert [len(column) for column in distinct(*(own[:0] for own in columns))] == [0] * 4
    assert starts_of(found[0], found[2]).sum() == len(np.unique(columns[0] * 3 + columns[2]))
    with pytest.raises(OverflowError, match="90 bits"):
        distinct(columns[3], columns[3], columns[3])


def different(left: Arrays, right: Arrays) -> list[str]:
    """Names of arrays that differ: whole numbers at all, others beyond rounding."""
    assert left.keys() == right.keys()
    return [name for name in left if not alike(left[name], right[name])]


def alike(left: Array, right: Array) -> bool:
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    return bool(np.allclose(left, right, rtol=1e-5, atol=1e-6))
