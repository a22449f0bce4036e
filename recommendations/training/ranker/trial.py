"""The trial that decides whether a ranker ranks: its figures, its outcome in words."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Ints
from recommendations.dataset import metrics
from web.json_types import Json

# Fewer examples train no ranker. On real data one of 138 examples does no worse than the blend.
MIN_EXAMPLES: Final = 100

Values = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass
class Trial:
    """Customers of the trial slices, their average precision by blend and ranker, and the ranker's
    score (log odds) and label of each of their candidates."""

    customers: list[Ints] = field(default_factory=list)
    blend: list[Values] = field(default_factory=list)
    ranker: list[Values] = field(default_factory=list)
    scores: list[Values] = field(default_factory=list)
    bought: list[Bools] = field(default_factory=list)

    def figures(self) -> Json:
        """Means, and the 95 % interval of the paired difference."""
        if not self.blend:
            return {}
        blend, ranker = np.concatenate(self.blend), np.concatenate(self.ranker)
        low, high = metrics.interval(ranker - blend, np.concatenate(self.customers))
        return {
            "trial_customers": len(blend),
            "blend_map12": float(blend.mean()),
            "ranker_map12": float(ranker.mean()),
            "gain_at_least": low,
            "gain_at_most": high,
            "calibration": calibration(self.scores, self.bought),
        }


def calibration(scores: list[Values], bought: list[Bools]) -> list[float]:
    """Slope and intercept of the logistic curve from a score to the probability of a purchase
    (Platt's scaling), on held-out data; empty if no candidate was bought, or all were."""
    from sklearn.linear_model import LogisticRegression

    found = np.concatenate(bought)
    if found.all() or not found.any():
        return []
    curve = LogisticRegression(C=1e6).fit(np.concatenate(scores)[:, None], found)
    return [float(curve.coef_[0, 0]), float(curve.intercept_[0])]


def describe_trial(figures: Json, chosen: bool) -> str:
    """The outcome of the trial in words."""
    if not figures:
        return f"fewer than {MIN_EXAMPLES} examples to try a ranker of: the blend ranks alone"
    return (
        "MAP@12 of the ranker {ranker_map12:.4f}, of the blend {blend_map12:.4f}, difference "
        "{gain_at_least:.4f} to {gain_at_most:.4f}: ".format(**figures)
    ) + verdict(chosen=chosen)


def verdict(*, chosen: bool) -> str:
    return "the ranker ranks" if chosen else "the blend ranks alone"
