"""The best complements of single articles, slot by slot: what a search for a bag chooses from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommendations.outfits.model import Floats, Ints, Model

# Complements kept of each article and slot.
DEPTH = 24
NONE = -1


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
    """rows × (slots × DEPTH): of each slot the best complements in no order, NONE-padded."""
    scores = model.wanted_alone(rows, pool.rows)
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
        found[:, :keep] = rows[best]
    return found
