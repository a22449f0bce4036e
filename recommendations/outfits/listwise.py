"""Listwise learning of what is bought next: the weights that rank a list of complements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommendations.outfits.features import RANKING
from recommendations.outfits.model import Model
from web.arrays import Floats, Ints

# Fewer lists than this give only noise.
ENOUGH = 300
# Only the head of a list is useful for learning its order.
LIST = 150
RIDGE = 20.0
STEPS = 120
# Default weight of popularity, before a shop has learned its own.
USUAL_POPULARITY = 0.6

Weights = npt.NDArray[np.float64]
Lists = Iterable[tuple[Ints, Ints, int]]


@dataclass(frozen=True)
class Choices:
    """One line per candidate: `features` as Model.ranking, `starts` the beginning of each list,
    `chosen` the line of the purchase in each."""

    features: Floats
    starts: npt.NDArray[np.int64]
    chosen: npt.NDArray[np.int64]


def unranked(weights: Floats, slots: int) -> Floats:
    """The ranking by pair weights alone, best sellers first: where learning starts."""
    found = np.zeros(len(RANKING) + slots, np.float32)
    found[: len(weights)] = weights
    found[RANKING.index("own_popularity")] = USUAL_POPULARITY
    return found


def fit_logit(found: Choices, usual: Floats) -> Floats:
    """Conditional logit (McFadden 1974): the weights that make the purchases likeliest among the
    candidates of their lists; `usual` if there are too few lists. Overwrites the features."""
    from scipy.optimize import minimize  # slow to import, and every process imports this module

    if len(found.chosen) < ENOUGH:
        return usual
    scale = found.features.std(axis=0) + np.float32(1e-6)
    np.divide(found.features, scale, out=found.features)

    def objective(weights: Weights) -> tuple[float, Weights]:
        return loss(weights, found)

    learned = minimize(
        objective, np.zeros(len(scale)), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    weights: Floats = (learned.x / scale).astype(np.float32)
    return weights


def choices(model: Model, lists: Lists, slots: int) -> Choices:
    """`lists` gives bag, candidates and the purchased row; a list without one is skipped.

    The LIST best candidates by the current `model.ranking` are used.
    """
    features, sizes, chosen = [np.zeros((0, len(RANKING) + slots), np.float32)], [0], []
    for bag, candidates, bought in lists:
        if bought not in candidates:
            continue
        values = described(model, bag, candidates, slots)
        best = np.argsort(-(values @ model.ranking), kind="stable")[:LIST]
        place = np.flatnonzero(candidates[best] == bought)
        if len(place):
            chosen.append(sizes[-1] + int(place[0]))
            sizes.append(sizes[-1] + len(best))
            features.append(values[best])
    starts = np.array(sizes[:-1], np.int64)
    return Choices(np.concatenate(features), starts, np.array(chosen, np.int64))


def together(parts: Sequence[Choices]) -> Choices:
    """Concatenates the lists of all parts."""
    before = np.cumsum([0, *(len(part.features) for part in parts[:-1])])
    return Choices(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.starts + n for part, n in zip(parts, before, strict=True)]),
        np.concatenate([part.chosen + n for part, n in zip(parts, before, strict=True)]),
    )


def described(model: Model, bag: Ints, candidates: Ints, slots: int) -> Floats:
    """candidates × (RANKING, then slots): what Model.wanted multiplies by its weights."""
    found = np.stack(list(model.ranked_for(bag, candidates)), axis=1)
    own = np.arange(slots) == model.slot[candidates][:, None]
    return np.concatenate([found, own.astype(np.float32)], axis=1)


def loss(weights: Weights, of: Choices) -> tuple[float, Weights]:
    """Negative log-likelihood with a ridge, and its gradient."""
    scores = of.features @ weights.astype(np.float32)
    length = np.diff(of.starts, append=len(scores))
    best = np.maximum.reduceat(scores, of.starts)
    odds = np.exp(scores - np.repeat(best, length))
    total = np.add.reduceat(odds, of.starts)
    likelihood = (scores[of.chosen] - best - np.log(total)).sum(dtype=np.float64)
    share = odds / np.repeat(total, length)
    slope = of.features.T @ share - of.features[of.chosen].sum(axis=0)
    value = float(-likelihood + RIDGE / 2 * (weights @ weights))
    return value, slope.astype(np.float64) + RIDGE * weights
