"""The studies: each is one or several experiments on its own shoppers."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from demo.shoppers.comparison import Comparison, compare
from demo.shoppers.crowd import Panel, Plan
from demo.shoppers.ground_truth import GroundTruth
from recommendations.experiments.assignment import share
from recommendations.experiments.statistics import ALPHA, Interval, Sample, difference
from web.json_types import Json


@dataclass(frozen=True)
class Study:
    """`other` against `control` on a kind of shelf: `runs` times with `shoppers` each, of whom the
    share `known` signs in as a customer with a history. `finds`, `turns`: see crowd.Plan."""

    title: str
    kind: str
    control: str
    other: str
    known: float = 1.0
    runs: int = 1
    shoppers: int = 3000
    finds: float = 0.0
    turns: bool = False

    @property
    def is_aa(self) -> bool:
        return self.control == self.other


STUDIES: Final[Mapping[str, Study]] = {
    "same": Study("for you against itself", "for-you", "default", "default", 1.0, 20, 200),
    "personal": Study(
        "for you against popularity, customers", "for-you", "popularity", "default", shoppers=1500
    ),
    "strangers": Study(
        "for you against popularity, strangers", "for-you", "popularity", "default", known=0.0
    ),
    "live": Study("live features on against off", "for-you", "without-live", "default", finds=0.5),
    "turn": Study(
        "the same, taste turns halfway", "for-you", "without-live", "default", finds=0.5, turns=True
    ),
    "outfits": Study("outfits by lift against by content", "outfit", "content", "lift"),
    "complements": Study("outfits by the model against by lift", "outfit", "lift", "default"),
}


def conduct(
    study: Study, plan: Plan, minds: GroundTruth, done: Callable[[], None] = lambda: None
) -> list[Comparison]:
    """The study's number of experiments to run in a row, each with its own seed.

    Raises NotCountedError, or ValidationError if another experiment is in the way.
    """
    control, other = {"strategy": study.control}, {"strategy": study.other}
    base = replace(
        plan, shoppers=study.shoppers, known=study.known, finds=study.finds, turns=study.turns
    )
    plans = [
        replace(base, seed=plan.seed + n, panel=part(plan.panel, n, study.runs))
        for n in range(study.runs)
    ]
    return [compare(one, minds, study.kind, control, other, done) for one in plans]


def part(panel: Panel, number: int, of: int) -> Panel:
    """Subdivide a panel, so that runs don't share customers."""
    place, panels = panel
    return place + number * panels, panels * of


def summary(study: Study, found: Sequence[Comparison]) -> Json:
    """JSON-ready: how often a difference was detected, and how often the interval covered the
    pooled truth; for an A/A study also how often other hashes would have detected one
    (split.false_alarms)."""
    truth = float(np.mean([one.truth for one in found]))
    return {
        **vars(study),
        "shoppers": sum(sum(one.shoppers) for one in found),
        "detected": sum(one.detected for one in found),
        "truth": round(truth, 4),
        "truth_inside": sum(one.measured.low <= truth <= one.measured.high for one in found),
        "measured": round(float(np.mean([one.measured.difference for one in found])), 4),
        "failures": dict(sum((Counter(one.failures) for one in found), Counter())),
        "each": [_line(one) for one in found],
        "split": false_alarms([n for one in found for n in one.clicked]) if study.is_aa else None,
    }


def _line(one: Comparison) -> Json:
    return {
        "seed": one.seed,
        "shoppers": one.shoppers,
        "clicks": [round(mean, 4) for mean in one.clicks],
        "difference": round(one.measured.difference, 4),
        "low": round(one.measured.low, 4),
        "high": round(one.measured.high, 4),
        "truth": round(one.truth, 4),
        "ratio_p": round(one.ratio_p, 4),
    }


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
