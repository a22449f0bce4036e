"""The false positive rate of A/A tests: the same shoppers, split by different hashes."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from recommendations.experiments.assignment import share
from recommendations.experiments.statistics import ALPHA, Interval, Sample, difference
from web.json_types import Json

SEEDS: Final = 1000
LOOKS: Final = 40
SHOWN: Final = 20


def false_alarms(clicks: Sequence[int], seeds: int = SEEDS) -> Json:
    """JSON-ready. `clicks` per shopper, in order of arrival. All of them had the same shelves, so
    that however they are split, there is no difference. Each seed splits them as the shop would,
    and looks LOOKS times. `at_most`: the rate's one-sided 95 % bound (Clopper, Pearson 1934);
    `each`: the final intervals of the first SHOWN seeds.
    """
    found = [list(looked(np.asarray(clicks, int), seed)) for seed in range(seeds)]
    detected = sum(any(one and one.excludes_zero for one in looks) for looks in found)
    bound = stats.beta.ppf(0.95, detected + 1, seeds - detected) if detected < seeds else 1.0
    return {
        "shoppers": len(clicks),
        "seeds": seeds,
        "looks": LOOKS,
        "detected": detected,
        "at_most": round(float(bound), 4),
        "allowed": ALPHA,
        "each": [vars(looks[-1]) for looks in found[:SHOWN] if looks[-1]],
    }


def looked(clicks: npt.NDArray[np.int_], seed: int) -> Iterator[Interval | None]:
    """The difference at each look, as shoppers arrive."""
    shares = np.array([share(f"variant {seed}", str(n)) for n in range(len(clicks))], float)
    in_other = shares >= 0.5
    for seen in np.linspace(0, len(clicks), LOOKS + 1).astype(int)[1:]:
        other, so_far = in_other[:seen], clicks[:seen]
        yield difference(sample(so_far[~other]), sample(so_far[other]))


def sample(clicks: npt.NDArray[np.int_]) -> Sample:
    if len(clicks) < 2:
        return Sample(len(clicks), 0.0, 0.0)
    return Sample(len(clicks), float(clicks.mean()), float(clicks.var(ddof=1)))
