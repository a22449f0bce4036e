"""Candidates: articles worth ranking, with the strength and the cause of each. Pure.

Every function takes a bundle and returns rows of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Ints, Lists
from streaming.state import Recent

# How much an action says of what one is looking for.
KIND_WEIGHT: Mapping[str, float] = {"bag_add": 3.0, "purchase": 2.0, "click": 1.0, "view": 1.0}
HALF_LIFE_MS = 7 * 86_400_000
# Within one visit everything is equally old; each step back counts a little less.
STEP_BACK = 0.9
LAST_ACTIONS = 20
POPULAR_DEPTH = 100
# Of two articles equally alike the best seller gets this much more, so that what hardly anybody
# wants doesn't lead a shelf.
STANDING_WEIGHT = 0.1
# An audience with less than this share of the shopper's attention is not asked.
SMALL_SHARE = 0.2


@dataclass(frozen=True)
class Candidates:
    """Rows, each once; `cause` is the row of the article that led there, ABSENT for none."""

    rows: Ints
    scores: npt.NDArray[np.float64]
    cause: Ints

    def __len__(self) -> int:
        return len(self.rows)


def of_article(bundle: Bundle, row: int) -> Candidates:
    """The nearest articles by content, best first; the score is the closeness."""
    known = int(np.count_nonzero(bundle.neighbours[row] != ABSENT))
    scores = closeness(bundle, np.array([row], np.int32))[0, :known]
    order = np.argsort(-scores, kind="stable")
    rows = bundle.neighbours[row, :known][order]
    return Candidates(rows, scores[order], np.full(known, row, np.int32))


def closeness(bundle: Bundle, rows: Ints) -> npt.NDArray[np.float64]:
    """Of the neighbours of each row: cosine, lifted by the neighbour's standing."""
    lift = 1.0 + STANDING_WEIGHT * bundle.standing[bundle.neighbours[rows]]
    close: npt.NDArray[np.float64] = bundle.neighbour_scores[rows].astype(np.float64) * lift
    return close


def of_recents(bundle: Bundle, recents: Sequence[Recent], now_ms: int) -> Candidates:
    """What lies near the last actions: Σ weight of the action × closeness, about 1 at most.

    `recents` comes newest first. The cause is the action that adds most.
    """
    last = recents[:LAST_ACTIONS]
    seen = bundle.rows_of([recent.article for recent in last])
    weight = action_weights(last, now_ms) * (seen != ABSENT)
    if not weight.any():
        return Candidates(seen[:0], weight[:0], seen[:0])
    near = bundle.neighbours[seen]
    added = (weight / weight.sum())[:, None] * closeness(bundle, seen)
    cause = np.broadcast_to(seen[:, None], near.shape)
    kept = (near != ABSENT) & (added > 0)
    return summed(near[kept], added[kept], cause[kept])


def action_weights(recents: Sequence[Recent], now_ms: int) -> npt.NDArray[np.float64]:
    """Kind × decay by event time × place in the visit; an action from the future is of now."""
    kind = np.array([KIND_WEIGHT.get(recent.kind, 0.0) for recent in recents])
    age = np.array([max(now_ms - recent.ts, 0) for recent in recents], np.float64)
    # Only ratios matter: measured from the newest, however long ago it was.
    age -= age.min(initial=np.inf) if len(age) else 0.0
    weights: npt.NDArray[np.float64] = (
        kind * 2.0 ** (-age / HALF_LIFE_MS) * STEP_BACK ** np.arange(len(recents))
    )
    return weights


def summed(rows: Ints, added: npt.NDArray[np.float64], cause: Ints) -> Candidates:
    """Each row once with the sum of what it was given; the cause that gave most stays."""
    order = np.argsort(-added, kind="stable")
    unique, first, inverse = np.unique(rows[order], return_index=True, return_inverse=True)
    return Candidates(
        unique, np.bincount(inverse, added[order]).astype(np.float64), cause[order][first]
    )


def of_popularity(bundle: Bundle, audience: Mapping[int, float]) -> Candidates:
    """The best-selling of each audience (index group → share), overall without one; at most 1."""
    found = [
        listed(bundle.popular_by_index_group, group, share) for group, share in audience.items()
    ] or [listed(bundle.popular, int(bundle.popular.keys[0]), 1.0)]
    rows = np.concatenate([rows for rows, _ in found])
    scores = np.concatenate([scores for _, scores in found])
    return Candidates(rows, scores, np.full(len(rows), ABSENT, np.int32))


def listed(lists: Lists, key: int, share: float) -> tuple[Ints, npt.NDArray[np.float64]]:
    """The head of one list, its scores scaled so that the first has `share`."""
    rows, scores = lists.of(key)
    rows, scores = rows[:POPULAR_DEPTH], scores[:POPULAR_DEPTH]
    return rows, share * scores.astype(np.float64) / max(scores.max(initial=0.0), 1e-12)


def audience_of(affinity: Mapping[int, float]) -> dict[int, float]:
    """The index groups a shopper turns to, as shares of those that matter."""
    total = sum(affinity.values())
    large = {k: v for k, v in affinity.items() if total > 0 and v / total >= SMALL_SHARE}
    return {group: weight / sum(large.values()) for group, weight in large.items()}
