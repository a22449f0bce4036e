"""The best complements of single articles, slot by slot: what a search for a bag chooses from."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from recommendations.outfits.listwise import unranked
from recommendations.outfits.model import GROUPS, Model
from recommendations.outfits.pairs import Floats, Ints

# Complements kept of each article and slot.
DEPTH = 24
NONE = -1
NEVER = -np.inf


@dataclass(frozen=True)
class Pool:
    """What may be proposed: rows, slot after slot; `ends[s]:ends[s + 1]` are those of slot s."""

    rows: Ints
    ends: Ints


def pool_of(model: Model, proposed: npt.NDArray[np.bool_], slots: int) -> Pool:
    """`proposed` flags articles; those of the last slot are never proposed."""
    rows = np.flatnonzero(proposed & (model.slot < slots - 1)).astype(np.int32)
    rows = rows[np.argsort(model.slot[rows], kind="stable")]
    ends = np.searchsorted(model.slot[rows], np.arange(slots + 1)).astype(np.int32)
    return Pool(rows, ends)


def shortlists(model: Model, pool: Pool, rows: Ints) -> Ints:
    """rows × (slots × DEPTH): per slot the best of the row's audience in no order, NONE-padded.

    Chosen by what fits and sells, as for the lists that the ranking was learned from: it knows
    nothing of what those left out already.
    """
    chosen_by = unranked(model.weights, len(pool.ends) - 1)
    scores = replace(model, ranking=chosen_by).wanted_alone(rows, pool.rows)
    audience = model.groups[GROUPS.index("index_group")]
    scores[audience[rows][:, None] != audience[pool.rows]] = NEVER
    parts = [
        strongest(scores[:, first:last], pool.rows[first:last])
        for first, last in zip(pool.ends[:-1], pool.ends[1:], strict=True)
    ]
    return np.concatenate(parts, axis=1)


def strongest(scores: Floats, rows: Ints) -> Ints:
    found = np.full((len(scores), DEPTH), NONE, np.int32)
    keep = min(DEPTH, len(rows))
    if keep:
        best = np.argpartition(-scores, keep - 1, axis=1)[:, :keep]
        kept = np.take_along_axis(scores, best, axis=1) > NEVER
        found[:, :keep] = np.where(kept, rows[best], NONE)
    return found
