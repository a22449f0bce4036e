"""The best complements of single articles by slot: the candidates of a search for a bag."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from recommendations.dataset.selection import highest
from recommendations.outfits.features import TABLES
from recommendations.outfits.listwise import unranked
from recommendations.outfits.model import Model
from web.arrays import Floats, Ints

# Complements stored per article and slot.
DEPTH = 24
NONE = -1


@dataclass(frozen=True)
class Pool:
    """What may be proposed: rows grouped by slot; `ends[s]:ends[s + 1]` are those of slot s."""

    rows: Ints
    ends: Ints

    def of(self, kept: npt.NDArray[np.bool_]) -> "Pool":
        """A subset of its rows."""
        before = np.concatenate([[0], np.cumsum(kept)])
        return Pool(self.rows[kept], before[self.ends].astype(np.int32))


def pool_of(model: Model, proposed: npt.NDArray[np.bool_], slots: int) -> Pool:
    """`proposed` flags articles; those of the last slot are never proposed."""
    rows = np.flatnonzero(proposed & (model.slot < slots - 1)).astype(np.int32)
    rows = rows[np.argsort(model.slot[rows], kind="stable")]
    ends = np.searchsorted(model.slot[rows], np.arange(slots + 1)).astype(np.int32)
    return Pool(rows, ends)


@dataclass(frozen=True)
class Audience:
    """The part of a pool for one audience, with the content vectors of its rows side by side:
    collecting them takes most of the time of a shortlist."""

    pool: Pool
    vectors: Floats


def by_audience(model: Model, pool: Pool) -> dict[int, Audience]:
    audience = model.groups[TABLES.index("index_group")]
    numbers = np.unique(audience).tolist()
    pools = {number: pool.of(audience[pool.rows] == number) for number in numbers}
    return {number: Audience(own, model.vectors[own.rows]) for number, own in pools.items()}


def shortlists(model: Model, audiences: Mapping[int, Audience], rows: Ints, slots: int) -> Ints:
    """rows × (slots × DEPTH): per slot the best of the row's audience in no order, NONE-padded.

    Chosen by fit and sales, as for the lists that the ranking was trained on: it can't judge what
    those left out.
    """
    chosen_by = replace(model, ranking=unranked(model.weights, slots))
    audience = model.groups[TABLES.index("index_group")]
    found = np.full((len(rows), slots * DEPTH), NONE, np.int32)
    for group in np.unique(audience[rows]).tolist():
        lines, own = audience[rows] == group, audiences[group].pool
        scores = chosen_by.wanted_alone(rows[lines], own.rows, audiences[group].vectors)
        found[lines] = strongest_by_slot(scores, own)
    return found


def strongest_by_slot(scores: Floats, pool: Pool) -> Ints:
    """lines × (slots × DEPTH): per slot the rows of the pool with the highest scores, in no order,
    NONE-padded; `scores` is lines × rows of the pool."""
    bounds = pairwise(pool.ends.tolist())
    parts = [strongest(scores[:, first:last], pool.rows[first:last]) for first, last in bounds]
    return np.concatenate(parts, axis=1)


def strongest(scores: Floats, rows: Ints) -> Ints:
    found = np.full((len(scores), DEPTH), NONE, np.int32)
    keep = min(DEPTH, len(rows))
    if keep:
        found[:, :keep] = rows[highest(scores, keep)]
    return found
