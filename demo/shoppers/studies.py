"""The studies: each is one or several experiments on its own shoppers."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from demo.shoppers.comparison import Comparison, compare
from demo.shoppers.crowd import Panel, Plan
from demo.shoppers.ground_truth import GroundTruth
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
    study: Study, plan: Plan, truth: GroundTruth, done: Callable[[], None] = lambda: None
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
    return [compare(one, truth, study.kind, control, other, done) for one in plans]


def part(panel: Panel, number: int, of: int) -> Panel:
    """Subdivide a panel, so that runs don't share customers."""
    place, panels = panel
    return place + number * panels, panels * of


def summary(study: Study, found: Sequence[Comparison]) -> Json:
    """JSON-ready: how often a difference was detected, and how often the interval covered the
    pooled truth."""
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
