"""Metrics of ranked lists. Pure; each takes `hits` and gives one value per customer.

`hits` is a matrix, customers × positions: whether the article at that position was bought (False
past the end of a short list). `relevant` counts the distinct articles each customer bought (≥ 1).
"""

import numpy as np
import numpy.typing as npt

Hits = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

RESAMPLES = 1000


def hits_of(lists: npt.NDArray[np.int32], bought: list[set[int]]) -> Hits:
    """Which of the listed rows were bought; a negative row is padding."""
    pairs = zip(lists.tolist(), bought, strict=True)
    return np.array([[row in own for row in line] for line, own in pairs], np.bool_).reshape(
        lists.shape
    )


def average_precision(hits: Hits, relevant: Counts) -> Values:
    """AP@k as Kaggle's competition defines it: Σ precision at each hit / min(relevant, k)."""
    k = hits.shape[1]
    precision = np.cumsum(hits, axis=1) / np.arange(1, k + 1)
    total: Values = (precision * hits).sum(axis=1)
    return total / np.minimum(relevant, k)


def recall(hits: Hits, relevant: Counts) -> Values:
    """Share of the purchases that are in the list."""
    share: Values = hits.sum(axis=1) / relevant
    return share


def ndcg(hits: Hits, relevant: Counts) -> Values:
    """Binary NDCG@k, discount 1 / log2(position + 1) (Järvelin, Kekäläinen, TOIS 2002)."""
    k = hits.shape[1]
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discount)[np.minimum(relevant, k) - 1]
    gain: Values = hits @ discount
    share: Values = gain / ideal
    return share


def hit(hits: Hits) -> Values:
    """1 if anything in the list was bought."""
    found: Values = np.asarray(hits.any(axis=1), np.float64)
    return found


def interval(
    values: Values, owner: npt.NDArray[np.integer] | None = None, seed: int = 1
) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean over customers (Efron's percentile method).

    Pass paired differences to compare two methods on the same customers. `owner` names the customer
    of each value: one with several values is drawn with all of them, as they are not independent
    (cluster bootstrap; Field, Welsh, JRSS B 2007).
    """
    if len(values) == 0:
        return 0.0, 0.0
    owners = np.arange(len(values)) if owner is None else owner
    place = np.unique(owners, return_inverse=True)[1]
    total, count = np.bincount(place, values), np.bincount(place)
    rng = np.random.default_rng(seed)
    size = len(count)
    drawn = (rng.integers(0, size, size) for _ in range(RESAMPLES))
    means = [total[some].sum() / count[some].sum() for some in drawn]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def coverage(lists: npt.NDArray[np.int32], on_sale: int) -> float:
    """Share of the articles on sale that were shown to anybody."""
    return len(np.unique(lists[lists >= 0])) / max(on_sale, 1)


def novelty(lists: npt.NDArray[np.int32], units: npt.NDArray[np.float64]) -> float:
    """Mean −log2 of the sales share of what is shown, in bits (Vargas, Castells, RecSys 2011)."""
    shares = (units + 1.0) / (units.sum() + len(units))
    shown = lists[lists >= 0]
    return float(-np.log2(shares[shown]).mean()) if len(shown) else 0.0
