"""Nearest neighbours by cosine, exact, within groups of articles."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from recommendations.dataset.inputs import Flags, Floats, Ints
from recommendations.dataset.selection import highest
from recommendations.training.side_by_side import one_blas_thread

NEIGHBOURS = 50
# Neighbours with a higher cosine are near-duplicates; at most TOGETHER of them are among the first.
ALIKE = 0.95
TOGETHER = 3
WINDOW = 30
REPEATED = np.float32(0.8)
# Candidates per article before each design is reduced to one colour.
DEEP = 200
# A list shorter than this, as long as a shelf, is continued with articles of other groups.
SHELF = 12
# Cosines computed at a time: few enough to stay in the cache of the processor.
CELLS = 2_000_000
BLOCK = 512
THREADS = 2
NONE = -1


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
    vectors: Floats, design: Ints, candidate: Flags, group: Ints, asked: Flags | None = None
) -> Neighbours:
    """The NEIGHBOURS nearest candidates of the article's group, at most one of each other design;
    in a list of fewer than SHELF, the nearest of other groups follow.

    `vectors` has unit rows, `candidate` marks the rows that may be recommended, `asked` those that
    get a list (by default all). An article's own design is never among its neighbours. A list is
    shorter if the DEEP nearest hold fewer designs. Grouped by product type, H&M's catalogue has a
    twentieth of the pairs that it has without groups.
    """
    everyone = np.ones(len(vectors), np.bool_) if asked is None else asked
    found = in_groups(vectors, design, candidate, group, everyone)
    short = everyone & (found.rows[:, SHELF - 1] == NONE)
    rest = in_groups(vectors, design, candidate, np.zeros_like(group), short)
    rows = np.hstack([found.rows[short], rest.rows[short]])
    scores = np.hstack([found.scores[short], rest.scores[short]])
    found.rows[short], found.scores[short] = one_per_design(rows, scores, design, design[short])
    return found


def in_groups(
    vectors: Floats, design: Ints, candidate: Flags, group: Ints, asked: Flags
) -> Neighbours:
    """The nearest within each group."""
    rows = np.full((len(vectors), NEIGHBOURS), NONE, np.int32)
    scores = np.zeros((len(vectors), NEIGHBOURS), np.float32)

    def fill(number: int) -> None:
        own, pool = (np.flatnonzero(flags & (group == number)) for flags in (asked, candidate))
        targets = vectors[pool].T
        size = CELLS // max(len(pool), 1) + 1
        for start in range(0, len(own), size):
            block = own[start : start + size]
            best, cosines = nearest(vectors[block] @ targets, min(DEEP, len(pool)))
            found = pool[best].astype(np.int32)
            rows[block], scores[block] = one_per_design(found, cosines, design, design[block])

    numbers = np.unique(group[asked]).tolist()
    with one_blas_thread(), ThreadPoolExecutor(THREADS) as workers:
        list(workers.map(fill, numbers))
    return Neighbours(rows, scores)


def nearest(cosines: Floats, k: int) -> tuple[npt.NDArray[np.intp], Floats]:
    """Per line the columns of its k highest values, highest first, ties in order; the values."""
    if k == 0:
        return np.zeros((len(cosines), 0), np.intp), cosines[:, :0]
    best = highest(cosines, k)
    values = np.take_along_axis(cosines, best, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1), np.take_along_axis(values, order, axis=1)


def one_per_design(rows: Ints, scores: Floats, design: Ints, own: Ints) -> tuple[Ints, Floats]:
    """Per line the first NEIGHBOURS entries of a design that is neither its `own` nor that of an
    earlier entry, NONE-padded."""
    code = np.where(rows == NONE, own[:, None], design[rows])
    order = np.argsort(code, axis=1, kind="stable")
    ordered = np.take_along_axis(code, order, axis=1)
    dropped = ordered == own[:, None]
    dropped[:, 1:] |= ordered[:, 1:] == ordered[:, :-1]
    np.put_along_axis(dropped, order, dropped.copy(), axis=1)
    place = np.argsort(dropped, axis=1, kind="stable")[:, :NEIGHBOURS]
    gone = np.take_along_axis(dropped, place, axis=1)
    width = ((0, 0), (0, NEIGHBOURS - place.shape[1]))
    kept = np.where(gone, NONE, np.take_along_axis(rows, place, axis=1)).astype(np.int32)
    values = np.where(gone, np.float32(0), np.take_along_axis(scores, place, axis=1))
    return np.pad(kept, width, constant_values=NONE), np.pad(values, width)


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
