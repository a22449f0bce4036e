"""Co-occurrence of articles in baskets and in customers' histories. Sparse and memory-bounded."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from recommendations.dataset.inputs import Flags, Floats, Ints, Sales

PARTNERS = 40
# Candidates per article, by weight, before the association is corrected for popularity.
DEEP = 150
THREADS = 2
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


@dataclass(frozen=True)
class Partners:
    """Per article the most associated articles, best first: rows (padded with NONE) and scores."""

    rows: Ints
    scores: Floats


def bought_together(sales: Sales, as_of_day: int, candidate: Flags) -> Partners:
    """Partners within a basket (customer, day)."""
    keys = sales.day.astype(np.int64) << 32 | sales.customer
    matrix = owners(
        sales, keys, as_of_day, BASKET_HALF_LIFE_DAYS, BASKET_WINDOW_DAYS, len(candidate)
    )
    return partners(without_crowds(matrix, MAX_BASKET), candidate)


def also_bought(sales: Sales, as_of_day: int, candidate: Flags) -> Partners:
    """Partners within what a customer bought over months: item-kNN."""
    matrix = owners(
        sales,
        sales.customer.astype(np.int64),
        as_of_day,
        CUSTOMER_HALF_LIFE_DAYS,
        CUSTOMER_WINDOW_DAYS,
        len(candidate),
    )
    return partners(without_crowds(matrix, MAX_CAREER), candidate)


def owners(
    sales: Sales,
    keys: npt.NDArray[np.int64],
    as_of_day: int,
    half_life: float,
    window: int,
    count: int,
) -> sparse.csr_matrix:
    """Owner (basket or customer) × article; a cell is √(decay of the newest purchase), so that the
    product of two cells is a decayed co-occurrence."""
    lately = np.flatnonzero(sales.day > as_of_day - window)
    owner = np.unique(keys[lately], return_inverse=True)[1].astype(np.int64)
    # Sales are sorted by day: the last of each cell is the newest.
    cell = owner * count + sales.row[lately]
    cells, last = np.unique(cell[::-1], return_index=True)
    newest = sales.day[lately][::-1][last]
    value = 2.0 ** (-(as_of_day - newest) / (2 * half_life))
    shape = (int(owner.max(initial=-1)) + 1, count)
    return sparse.csr_matrix((value.astype(np.float32), divmod(cells, count)), shape=shape)


def without_crowds(matrix: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """The owners of at least two and at most `most` articles."""
    size = np.diff(matrix.indptr)
    kept: sparse.csr_matrix = matrix[(size > 1) & (size <= most)]
    return kept


def partners(matrix: sparse.csr_matrix, candidate: Flags) -> Partners:
    """The PARTNERS best candidates of each article by n_ab / (√(n_a n_b) + SHRINKAGE).

    n_ab is the decayed number of owners of both, n_a that of owners of one: a shrunken cosine,
    between the conditional probability (which favours best sellers) and the lift (which favours
    rare pairs).
    """
    count = matrix.shape[1]
    own = np.asarray(matrix.multiply(matrix).sum(axis=0), np.float64).ravel()
    right = (matrix @ sparse.diags(candidate.astype(np.float32))).tocsr()
    right.eliminate_zeros()
    met = sp_matmul_topn(
        matrix.T.tocsr(), right, top_n=DEEP + 1, threshold=0.0, n_threads=THREADS, sort=True
    )
    left = np.repeat(np.arange(count), np.diff(met.indptr))
    score = met.data / (np.sqrt(own[left] * own[met.indices]) + SHRINKAGE)
    score[left == met.indices] = 0.0
    return heads(left, met.indices, score, count)


def heads(
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int32],
    score: npt.NDArray[np.float64],
    count: int,
) -> Partners:
    """The PARTNERS best entries of each left side; ties by row."""
    kept = score > 0
    left, right, score = left[kept], right[kept], score[kept]
    order = np.lexsort((right, -score, left))
    left, right, score = left[order], right[order], score[order]
    place = np.arange(len(left)) - np.searchsorted(left, left)
    first = place < PARTNERS
    rows = np.full((count, PARTNERS), NONE, np.int32)
    scores = np.zeros((count, PARTNERS), np.float32)
    rows[left[first], place[first]] = right[first]
    scores[left[first], place[first]] = score[first]
    return Partners(rows, scores)
