"""Co-occurrence of articles in baskets and in customers' histories. Sparse and memory-bounded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.dataset.inputs import Flags, Floats, History, Ints, Sales
from recommendations.dataset.selection import best_of_rows

PARTNERS = 40
# Candidates per article, by weight, before the association is corrected for popularity.
DEEP = 150
# A basket's weight halves after this many days; older baskets add next to nothing.
BASKET_HALF_LIFE_DAYS = 30.0
BASKET_WINDOW_DAYS = 150
# Tastes change more slowly than baskets.
CUSTOMER_HALF_LIFE_DAYS = 60.0
CUSTOMER_WINDOW_DAYS = 240
# Larger baskets and longer histories are resellers and tests, which connect everything.
MAX_BASKET = 20
MAX_CAREER = 300
# Added to the denominator as a prior: one co-occurrence of two rare articles proves little.
SHRINKAGE = 3.0
NONE = -1

MatrixOf = Callable[..., sparse.csr_matrix]


@dataclass(frozen=True)
class Partners:
    """Per article the most associated articles, best first: rows (padded with NONE) and scores."""

    rows: Ints
    scores: Floats


def bought_together(history: History, candidate: Flags) -> Partners:
    """Partners within a basket (customer, day)."""
    return partners(history, BASKET_WINDOW_DAYS, baskets, candidate)


def also_bought(history: History, candidate: Flags) -> Partners:
    """Partners within what a customer bought over months: item-kNN."""
    return partners(history, CUSTOMER_WINDOW_DAYS, careers, candidate)


def baskets(sales: Sales, as_of_day: int, articles: int) -> sparse.csr_matrix:
    keys = sales.day.astype(np.int64) << 32 | sales.customer
    return without_crowds(
        owners(sales, keys, as_of_day, BASKET_HALF_LIFE_DAYS, articles), MAX_BASKET
    )


def careers(sales: Sales, as_of_day: int, articles: int) -> sparse.csr_matrix:
    keys = sales.customer.astype(np.int64)
    return without_crowds(
        owners(sales, keys, as_of_day, CUSTOMER_HALF_LIFE_DAYS, articles), MAX_CAREER
    )


def owners(
    sales: Sales, keys: npt.NDArray[np.int64], as_of_day: int, half_life: float, count: int
) -> sparse.csr_matrix:
    """Owner (basket or customer) × article; a cell is √(decay of the newest purchase), so that the
    product of two cells is a decayed co-occurrence."""
    owner = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    # Sales are sorted by day: the last of each cell is the newest.
    cell = owner * count + sales.row
    cells, last = np.unique(cell[::-1], return_index=True)
    newest = sales.day[::-1][last]
    value = 2.0 ** (-(as_of_day - newest) / (2 * half_life))
    shape = (int(owner.max(initial=-1)) + 1, count)
    return sparse.csr_matrix((value.astype(np.float32), divmod(cells, count)), shape=shape)


def without_crowds(matrix: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """The owners of at least two and at most `most` articles."""
    size = np.diff(matrix.indptr)
    kept: sparse.csr_matrix = matrix[(size > 1) & (size <= most)]
    return kept


def partners(history: History, window: int, matrix: MatrixOf, candidate: Flags) -> Partners:
    """The PARTNERS best candidates of each article by n_ab / (√(n_a n_b) + SHRINKAGE).

    n_ab is the decayed number of owners of both, n_a that of owners of one: a shrunken cosine,
    between the conditional probability (which favours best sellers) and the lift (which favours
    rare pairs).
    """
    as_of_day, articles = history.as_of_day, len(candidate)
    parts = history.between(as_of_day - window + 1, as_of_day).parts
    found = parts.co_occurrence(
        partial(matrix, as_of_day=as_of_day, articles=articles), DEEP + 1, candidate=candidate
    )
    met, own = found.pairs, found.own
    left = np.repeat(np.arange(articles), np.diff(met.indptr))
    score = met.data / (np.sqrt(own[left] * own[met.indices]) + SHRINKAGE)
    score[left == met.indices] = 0.0
    scored = sparse.csr_matrix((score, met.indices, met.indptr), shape=met.shape)
    scored.eliminate_zeros()
    return padded(best_of_rows(scored, PARTNERS))


def padded(best: sparse.csr_matrix) -> Partners:
    count, size = best.shape[0], np.diff(best.indptr)
    filled = np.arange(PARTNERS) < size[:, None]
    rows = np.full((count, PARTNERS), NONE, np.int32)
    scores = np.zeros((count, PARTNERS), np.float32)
    rows[filled], scores[filled] = best.indices, best.data
    return Partners(rows, scores)
