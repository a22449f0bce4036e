"""Exact nearest neighbours by cosine, block by block."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from recommendations.dataset.inputs import Flags, Floats, Ints, Progress

NEIGHBOURS = 50
# Neighbours with a higher cosine are near-duplicates; at most TOGETHER of them are among the first.
ALIKE = 0.95
TOGETHER = 3
WINDOW = 30
REPEATED = np.float32(0.8)
# Candidates per article before each design is reduced to one colour.
DEEP = 200
BLOCK = 512
THREADS = 2
# Number of groups a row is split into to find a bound for the nearest; far above DEEP.
GROUPS = 2048
NONE = -1

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Neighbours:
    """Per article its nearest others, best first: rows (padded with NONE) and cosines."""

    rows: Ints
    scores: Floats


def designs(articles: pd.DataFrame) -> Ints:
    """A number per design: the articles of one product, and of re-issues of it.

    Products with the same name, type and section are near-duplicates under another code.
    """
    product = pd.Series(pd.factorize(articles["product"])[0])
    name = articles["name"].str.casefold().str.strip()
    keys = pd.MultiIndex.from_arrays([name, articles["product_type"], articles["section"]])
    same_name = product.groupby(pd.factorize(keys)[0]).transform("min")
    return same_name.groupby(product).transform("min").to_numpy(np.int32)


def neighbours_of(
    vectors: Floats, design: Ints, candidate: Flags, progress: Progress
) -> Neighbours:
    """The NEIGHBOURS nearest candidates of every article, exact, at most one of each other design.

    `vectors` has unit rows, `candidate` marks the rows that may be recommended. An article's own
    design is never among its neighbours. A list is shorter if the DEEP nearest hold fewer designs.
    """
    count, pool = len(vectors), np.flatnonzero(candidate)
    rows = np.full((count, NEIGHBOURS), NONE, np.int32)
    scores = np.zeros((count, NEIGHBOURS), np.float32)
    targets = np.ascontiguousarray(vectors[pool].T)
    with threadpool_limits(THREADS, "blas"):
        for start in range(0, count, BLOCK):
            cosines = vectors[start : start + BLOCK] @ targets
            for offset, line in enumerate(cosines):
                found = nearest(line, min(DEEP, len(pool)))
                own = start + offset
                kept = one_per_design(design[pool[found]], design[own])
                rows[own, : len(kept)] = pool[found[kept]]
                scores[own, : len(kept)] = line[found[kept]]
            if start // BLOCK % 40 == 39:
                progress(f"neighbours of {start + BLOCK:,} of {count:,} articles")
    return Neighbours(rows, scores)


def neighbours_of_type(
    vectors: Floats, design: Ints, candidate: Flags, kind: Ints, progress: Progress
) -> Neighbours:
    """Like neighbours_of, restricted to articles of the same type (`kind`).

    That compares a twentieth of the pairs of H&M's catalogue.
    """
    rows = np.full((len(vectors), NEIGHBOURS), NONE, np.int32)
    scores = np.zeros((len(vectors), NEIGHBOURS), np.float32)
    for one in np.unique(kind[candidate]):
        own = np.flatnonzero(kind == one).astype(np.int32)
        found = neighbours_of(vectors[own], design[own], candidate[own], progress)
        rows[own] = np.where(found.rows == NONE, NONE, own[found.rows])
        scores[own] = found.scores
    return Neighbours(rows, scores)


def nearest(cosines: Floats, k: int) -> Places:
    """Indices of the k highest values, highest first, ties in order."""
    best = np.flatnonzero(cosines >= floor_of(cosines, k))
    return best[np.argsort(-cosines[best], kind="stable")][:k]


def floor_of(cosines: Floats, k: int) -> float:
    """A value that at least k entries reach and few others: the k-th highest of GROUPS maxima.

    Each maximum is an entry of its own, so the k-th of them is at most the k-th of all. A full
    partition of the row takes ten times as long.
    """
    whole = len(cosines) - len(cosines) % GROUPS
    if whole == 0:
        return float(np.partition(cosines, len(cosines) - k)[len(cosines) - k])
    maxima = cosines[:whole].reshape(-1, GROUPS).max(axis=0)
    return float(np.partition(maxima, GROUPS - k)[GROUPS - k])


def one_per_design(design: Ints, own: np.int32) -> Places:
    """Indices of the first entry of each design but `own`, in the given order, ≤ NEIGHBOURS."""
    first = np.unique(design, return_index=True)[1]
    first.sort()
    others: Places = first[design[first] != own]
    return others[:NEIGHBOURS]


def varied(found: Neighbours, vectors: Floats) -> Neighbours:
    """Each list with near-duplicates of TOGETHER earlier entries among its first WINDOW demoted by
    REPEATED: twelve indistinguishable basics are no choice."""
    scores = found.scores.copy()
    for start in range(0, len(found.rows), BLOCK):
        rows = found.rows[start : start + BLOCK, :WINDOW]
        near = np.matmul(vectors[rows], vectors[rows].transpose(0, 2, 1))
        repeated = ~without_repeats(near > ALIKE) & (rows != NONE)
        scores[start : start + BLOCK, : rows.shape[1]][repeated] *= REPEATED
    order = np.argsort(-np.where(found.rows == NONE, -np.inf, scores), axis=1, kind="stable")
    return Neighbours(
        np.take_along_axis(found.rows, order, axis=1), np.take_along_axis(scores, order, axis=1)
    )


def without_repeats(alike: Flags) -> Flags:
    """lists × positions: whether fewer than TOGETHER kept earlier are near-duplicates."""
    kept = np.zeros(alike.shape[:2], np.bool_)
    for place in range(alike.shape[1]):
        kept[:, place] = (alike[:, place] & kept).sum(axis=1) < TOGETHER
    return kept
