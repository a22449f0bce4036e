"""Co-occurrence of articles in baskets and in customers' histories. Sparse and memory-bounded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from recommendations.dataset.history import last_purchases
from recommendations.dataset.inputs import Flags, Floats, History, Ints, Sales
from recommendations.dataset.sampling import Places, distinct, starts_of
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
    day, customer, row = distinct(sales.day, sales.customer, sales.row)
    owner = starts_of(day, customer).cumsum() - 1
    weight = decay(as_of_day - day, BASKET_HALF_LIFE_DAYS)
    return without_crowds(owners(owner, row, weight, articles), MAX_BASKET)


def careers(sales: Sales, as_of_day: int, articles: int) -> sparse.csr_matrix:
    customer, row, day = last_purchases(sales)
    owner = starts_of(customer).cumsum() - 1
    weight = decay(as_of_day - day, CUSTOMER_HALF_LIFE_DAYS)
    return without_crowds(owners(owner, row, weight, articles), MAX_CAREER)


def decay(age: Places, half_life: float) -> Floats:
    """√(decay) by age in days, so that the product of two is a decayed co-occurrence."""
    return (2.0 ** (-age / (2 * half_life))).astype(np.float32)


def owners(owner: Places, row: Places, weight: Floats, articles: int) -> sparse.csr_matrix:
    """Owner (basket or customer) × article."""
    shape = (int(owner.max(initial=-1)) + 1, articles)
    return sparse.csr_matrix((weight, (owner, row)), shape=shape)


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
