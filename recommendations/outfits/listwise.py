"""Learning what comes next: the weights by which a list of complements is ranked."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from recommendations.outfits.model import RANKING, Floats, Ints, Model

# What is learned from fewer lists than this is noise.
ENOUGH = 300
RIDGE = 20.0
STEPS = 120
# What popularity is worth before a shop has taught it.
USUAL_POPULARITY = 0.6

Weights = npt.NDArray[np.float64]
Lists = Iterable[tuple[Ints, Ints, int]]


@dataclass(frozen=True)
class Choices:
    """One line per candidate: `features` as Model.ranking, `starts` where each list begins,
    `chosen` the line of what was bought in each."""

    features: Floats
    starts: npt.NDArray[np.int64]
    chosen: npt.NDArray[np.int64]


def unranked(weights: Floats, slots: int) -> Floats:
    """The ranking that pair weights alone give, best sellers ahead: what learning starts from."""
    found = np.zeros(len(RANKING) + slots, np.float32)
    found[: len(weights)] = weights
    found[RANKING.index("own_popularity")] = USUAL_POPULARITY
    return found


def ranking_of(model: Model, lists: Lists, slots: int) -> Floats:
    """Conditional logit (McFadden 1974): the weights that make what was bought likeliest among the
    candidates of its list. `lists` gives bag, candidates and the bought row; a list without it
    teaches nothing. `model.ranking` stays where there are too few.
    """
    found = choices(model, lists, slots)
    if len(found.chosen) < ENOUGH:
        return model.ranking
    scale = found.features.std(axis=0) + np.float32(1e-6)
    scaled = Choices(found.features / scale, found.starts, found.chosen)

    def objective(weights: Weights) -> tuple[float, Weights]:
        return loss(weights, scaled)

    learned = minimize(
        objective, np.zeros(len(scale)), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    weights: Floats = (learned.x / scale).astype(np.float32)
    return weights


def choices(model: Model, lists: Lists, slots: int) -> Choices:
    features, sizes, chosen = [np.zeros((0, len(RANKING) + slots), np.float32)], [0], []
    for bag, candidates, bought in lists:
        place = np.flatnonzero(candidates == bought)
        if len(place):
            chosen.append(sizes[-1] + int(place[0]))
            sizes.append(sizes[-1] + len(candidates))
            features.append(described(model, bag, candidates, slots))
    starts = np.array(sizes[:-1], np.int64)
    return Choices(np.concatenate(features), starts, np.array(chosen, np.int64))


def described(model: Model, bag: Ints, candidates: Ints, slots: int) -> Floats:
    """candidates × (RANKING, then slots): what Model.wanted multiplies its weights with."""
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
