"""Candidate recall of the generators: each alone, and their union. Pure."""

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle
from recommendations.dataset.splits import Truth, pairs_of
from recommendations.ranking.pipeline import AT_A_TIME
from recommendations.ranking.scoring import WEIGHTS, Ranking, generate, rank
from recommendations.retrieval.profile import profiles_of
from web.arrays import Ints

DEPTHS = (50, 100, 200, 500)
UNION = "all"

Values = npt.NDArray[np.float64]


def recall_at_depths(bundle: Bundle, truth: Truth) -> dict[str, dict[int, Values]]:
    """Per generator and for the union, the share of each customer's purchases among the best
    candidates at each depth."""
    found: dict[str, dict[int, list[Values]]] = {}
    for start in range(0, len(truth.customers), AT_A_TIME):
        some = slice(start, start + AT_A_TIME)
        part = Truth(truth.customers[some], truth.bought[some])
        for name, ranking in by_generator(bundle, part.customers).items():
            for depth in DEPTHS:
                found.setdefault(name, {}).setdefault(depth, []).append(
                    recalled(ranking.head(depth), part)
                )
    return {
        name: {depth: np.concatenate(values) for depth, values in of.items()}
        for name, of in found.items()
    }


def by_generator(bundle: Bundle, customers: Ints) -> dict[str, Ranking]:
    """The candidates of some customers by generator, strongest first."""
    profile, deepest = profiles_of(bundle, customers), max(DEPTHS)
    parts = {source.name.lower(): {source: weight} for source, weight in WEIGHTS.items()}
    asked = parts | {UNION: WEIGHTS}
    return {name: rank(generate(bundle, profile, only), deepest) for name, only in asked.items()}


def recalled(ranking: Ranking, truth: Truth) -> Values:
    hit = np.isin(pairs_of(ranking.owner, ranking.rows), truth.pairs)
    hits = np.bincount(ranking.owner[hit], minlength=len(truth.customers))
    share: Values = hits / np.array([len(own) for own in truth.bought])
    return share
