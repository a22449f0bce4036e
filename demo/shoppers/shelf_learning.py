"""What the log of shelves is worth: a ranker learns from what some shoppers saw and clicked, and
others, whom it has not met, choose from its shelves or from those made without it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from demo.shoppers.comparison import PATIENCE_S, Comparison, NotCountedError, compare
from demo.shoppers.crowd import Crowd, Plan, run
from demo.shoppers.ground_truth import GroundTruth
from recommendations.bundle.models import ModelVersion
from recommendations.dataset.answers import FOR_YOU
from recommendations.dataset.log import clicks_lately
from web.json_types import Json

# The share of looks after which a shopper also opens an article that no shelf led to.
FINDS: Final = 0.5


class NothingLearnedError(Exception):
    """There are no two models to compare; the message says why."""


class ShopFailedError(Exception):
    """The shop failed, or refused, what shoppers sent."""


def teach(plan: Plan, truth: GroundTruth, done: Callable[[], None]) -> Crowd:
    """Shoppers with the tastes of half the customers look at shelves, until attribution has counted
    all their clicks.

    Raise ShopFailedError or NotCountedError.
    """
    before = clicks_lately()
    crowd = run(replace(plan, only=FOR_YOU, finds=FINDS, panel=(0, 2)), truth, done)
    if crowd.failures:
        raise ShopFailedError("; ".join(f"{n} × {what}" for what, n in crowd.failures.items()))
    sent = sum(one.clicked is not None for one in crowd.looked())
    deadline = time.monotonic() + PATIENCE_S
    while (counted := clicks_lately() - before) < sent:
        if time.monotonic() > deadline:
            raise NotCountedError(
                f"{counted:,} of {sent:,} clicks were counted within {PATIENCE_S:.0f} s."
                " Does a worker of the queue attribution run?"
            )
        time.sleep(0.5)
    return crowd


def models() -> tuple[ModelVersion, ModelVersion]:
    """The newest full model without a ranker that learned from shelves, and the active one, which
    has it. Raise NothingLearnedError."""
    learned = ModelVersion.objects.active().get()
    report = learned.manifest["live_ranker"]
    if not report["chosen"]:
        raise NothingLearnedError(f"nothing was learned from shelves: {report['decision']}")
    full = [version for version in ModelVersion.objects.ready() if not version.is_quick]
    for version in full:
        if not version.manifest["live_ranker"]["chosen"]:
            return version, learned
    raise NothingLearnedError("every full model has learned from shelves: use a fresh shop")


def try_out(
    plan: Plan,
    truth: GroundTruth,
    between: tuple[ModelVersion, ModelVersion],
    done: Callable[[], None],
) -> Comparison:
    """An experiment on shoppers with the tastes of the other half.

    Raise NotCountedError, or ValidationError if another experiment is in the way.
    """
    control, other = ({"model_version": version.version} for version in between)
    own = replace(plan, only=FOR_YOU, finds=FINDS, panel=(1, 2))
    return compare(own, truth, FOR_YOU, control, other, done)


def figures(taught: Crowd, report: Json, found: Comparison) -> Json:
    """JSON-ready; `report` is that of the ranker which learned from the shelves."""
    looked = taught.looked()
    return {
        "shelves": len(looked),
        "clicks": sum(one.clicked is not None for one in looked),
        "learned": report["decision"],
        "attention": report["attention"],
        "shoppers": found.shoppers,
        "clicks_per_shopper": found.clicks,
        "difference": vars(found.measured),
        "truth": found.truth,
        "failures": dict(taught.failures + Counter(found.failures)),
    }
