"""Trains the ranker on slices of history, each with features from strictly before it.

The newest slices are a trial: each is predicted by a ranker trained on examples that ended before
it began. A ranker of all slices goes into the bundle only if the trial shows a significant gain
over the blend; the report in the manifest states the decision.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.format import (
    NO_LIVE_RANKER_REPORT,
    NO_RANKER_REPORT,
    RankerReport,
    report_array,
)
from recommendations.bundle.reader import Bundle, Ints, texts_of
from recommendations.dataset import metrics
from recommendations.dataset.inputs import History, Progress
from recommendations.dataset.parts import THREADS
from recommendations.dataset.splits import Truth, pairs_of
from recommendations.ranking.context import RankingContext
from recommendations.ranking.features import Feature, Group, Matrix, features, without
from recommendations.ranking.pipeline import AT_A_TIME, predicted_rows
from recommendations.ranking.ranker import RANKED
from recommendations.ranking.scoring import Ranking, generate, rank
from recommendations.retrieval.profile import profiles_of
from recommendations.training.ranker.slices import Slices, slice_at, slices_of
from recommendations.training.ranker.trial import MIN_EXAMPLES, Bools, Trial, describe_trial
from web.arrays import Arrays

CUSTOMERS: Final = 8_000
# The trial's ranker is trained anew whenever its examples have grown by this factor.
GROWN: Final = 1.5
K: Final = 12
ROUNDS: Final = 60
# With fewer examples the ranker is the mean of models of as many seeds.
FEW_EXAMPLES: Final = 10_000
SEEDS: Final = 4
# Examples are few, so trees differ (random splits of a quarter of the features, on part of the
# examples) and correct each other little: nearer to a random forest than to boosting.
PARAMETERS: Final[dict[str, object]] = {
    "objective": "binary",
    "extra_trees": True,
    "learning_rate": 0.04,
    "num_leaves": 31,
    "max_bin": 63,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.25,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "num_threads": 2,
    "seed": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
}
NO_RANKER: Final[Arrays] = {
    "ranker": np.zeros(0, np.uint8),
    "ranker_report": report_array(NO_RANKER_REPORT),
    "live_ranker": np.zeros(0, np.uint8),
    "live_ranker_report": report_array(NO_LIVE_RANKER_REPORT),
}


# An in-memory bundle of the sales up to a day, with the histories of some customers.
BundleOf = Callable[[History, Arrays], Bundle]


@dataclass(frozen=True)
class Heads:
    """What the ranker would order for some customers: `rows` and `features` of the candidates,
    grouped by `owner`, a position in `customers` (ascending)."""

    customers: Ints
    owner: Ints
    rows: Ints
    features: Matrix

    def of(self, truth: Truth, horizon: int) -> "Labelled":
        """The candidates of the customers in `truth`, with what they bought within the horizon."""
        at = truth.customers.searchsorted(self.customers).clip(max=len(truth.customers) - 1)
        kept = (truth.customers[at] == self.customers)[self.owner]
        owner, seen = at[self.owner[kept]], self.features[kept]
        seen[:, [feature.name for feature in inputs()].index("horizon")] = horizon
        bought = np.isin(pairs_of(owner, self.rows[kept]), truth.pairs)
        return Labelled(owner, seen, bought)


@dataclass(frozen=True)
class Labelled:
    """Candidates grouped by `owner`: features, and whether each was bought."""

    owner: Ints
    features: Matrix
    bought: Bools

    def examples(self, until: int) -> "Examples":
        """The groups in which anything was bought."""
        kept = np.isin(self.owner, self.owner[self.bought])
        sizes = np.unique(self.owner[kept], return_counts=True)[1]
        return Examples(self.features[kept], self.bought[kept].astype(np.int8), sizes, until)


@dataclass(frozen=True)
class Examples:
    """Candidates grouped by customer: features, labels, group sizes; `until` is the last day whose
    purchases they use."""

    features: Matrix
    bought: npt.NDArray[np.int8]
    sizes: npt.NDArray[np.int64]
    until: int


def fit_ranker(history: History, bundle_of: BundleOf, progress: Progress, seed: int) -> Arrays:
    """Arrays `ranker` (model text, empty if no better than the blend) and `ranker_report`."""
    slices = slices_of(history)
    progress(f"slices for the ranker: {slices.why}")
    examples, trial = examples_and_trial(history, slices, bundle_of, progress, seed)
    report = report_of_trial(history, slices, examples, trial)
    progress(report.decision)
    text = fit(examples) if report.chosen else NO_RANKER["ranker"]
    return {"ranker": text, "ranker_report": report_array(report)}


def examples_and_trial(
    history: History,
    slices: Slices,
    bundle_of: BundleOf,
    progress: Progress,
    seed: int,
) -> tuple[list[Examples], Trial]:
    """Goes through the slices from the oldest, so that each is tried on earlier examples only."""
    examples: list[Examples] = []
    trial, tried = Trial(), OnTrial(slices)
    for place, as_of_day in reversed(list(enumerate(slices.as_of_days))):
        truths, bundle = sliced(history, slices, as_of_day, bundle_of, seed)
        if not any(len(truth.customers) for truth in truths.values()):
            continue
        heads = heads_of(bundle, truths, slices.depth)
        before = [part for part in examples if part.until <= as_of_day and len(part.sizes)]
        if place < slices.trials and tried.learn(before):
            asked = {days: truths[days] for days in slices.horizons(history, as_of_day)}
            run_trial(tried.in_place(bundle, asked), bundle, asked, heads, trial)
        examples += examples_of(bundle, truths, heads)
        progress(f"the ranker's examples after {bundle.manifest.as_of}")
    return examples, trial


def sliced(
    history: History, slices: Slices, as_of_day: int, bundle_of: BundleOf, seed: int
) -> tuple[dict[int, Truth], Bundle]:
    """By horizon, what known customers bought after a day, and a bundle of the data before."""
    found = slice_at(history, slices, as_of_day, CUSTOMERS, seed)
    return found.truths, bundle_of(history.until(as_of_day), found.customers)


@dataclass
class OnTrial:
    """The ranker that the trial's slices are predicted by: of all examples that ended before."""

    slices: Slices
    text: npt.NDArray[np.uint8] = field(default_factory=lambda: NO_RANKER["ranker"])
    examples: int = 0

    def learn(self, before: Sequence[Examples]) -> bool:
        """Whether there is a ranker."""
        count = sum(len(part.sizes) for part in before)
        if count >= max(MIN_EXAMPLES, GROWN * self.examples):
            self.text, self.examples = fit(before), count
        return self.examples > 0

    def in_place(self, bundle: Bundle, truths: dict[int, Truth]) -> Bundle:
        """The bundle with the ranker."""
        report = RankerReport(decision="on trial", horizons=list(truths), depth=self.slices.depth)
        ranker = {"ranker": self.text, "ranker_report": report_array(report)}
        return Bundle(bundle.manifest, {**bundle.arrays, **ranker})


def heads_of(bundle: Bundle, truths: dict[int, Truth], depth: int) -> Heads:
    customers = np.unique(np.concatenate([truth.customers for truth in truths.values()]))
    some = np.split(customers, range(AT_A_TIME, len(customers), AT_A_TIME))
    with ThreadPoolExecutor(THREADS) as workers:
        parts = list(workers.map(lambda own: head_of(bundle, own, depth), some))
    owner = [part.owner + place * AT_A_TIME for place, (part, _) in enumerate(parts)]
    empty = np.zeros((0, len(inputs())), np.float32)
    return Heads(
        customers,
        np.concatenate([np.zeros(0, np.int32), *owner]),
        np.concatenate([np.zeros(0, np.int32), *(part.rows for part, _ in parts)]),
        np.concatenate([empty, *(seen for _, seen in parts)]),
    )


def head_of(bundle: Bundle, customers: Ints, depth: int) -> tuple[Ranking, Matrix]:
    """The candidates that the ranker would order, and their features."""
    profile = profiles_of(bundle, customers)
    ranking = rank(generate(bundle, profile, RANKED), depth)
    return ranking, features(RankingContext(bundle, profile, ranking), inputs())


def inputs() -> tuple[Feature, ...]:
    """The features that sales can teach."""
    return without((Group.LIVE,))


def examples_of(bundle: Bundle, truths: dict[int, Truth], heads: Heads) -> list[Examples]:
    """Per horizon, the head of the blend for each customer with a purchase within it."""
    return [
        heads.of(truth, horizon).examples(bundle.as_of_day + horizon)
        for horizon, truth in truths.items()
    ]


def fit(
    parts: Sequence[Examples], left_out: Collection[Group] = (), seed: int = 1
) -> npt.NDArray[np.uint8]:
    """Trains LightGBM on whether a candidate was bought; see `reader.texts_of`.

    Where examples are few, models differ by chance, and the mean of several with other seeds is
    better than each.
    """
    import lightgbm

    kept = [n for n, feature in enumerate(inputs()) if feature.group not in left_out]
    data = lightgbm.Dataset(
        np.concatenate([part.features[:, kept] for part in parts]),
        np.concatenate([part.bought for part in parts]),
        feature_name=[inputs()[n].name for n in kept],
    )
    few = sum(len(part.sizes) for part in parts) < FEW_EXAMPLES
    return texts_of(
        lightgbm.train(PARAMETERS | {"seed": seed + more}, data, ROUNDS)
        for more in range(SEEDS if few else 1)
    )


def run_trial(
    ranked: Bundle, bundle: Bundle, truths: dict[int, Truth], heads: Heads, trial: Trial
) -> None:
    """Predicts the longest horizon of a slice with both."""
    horizon, truth = max(truths), truths[max(truths)]
    relevant = np.array([len(own) for own in truth.bought])
    with ThreadPoolExecutor(THREADS) as workers:
        lists = workers.map(lambda own: predicted_rows(own, truth.customers, K), (bundle, ranked))
        for found, rows in zip((trial.blend, trial.ranker), lists, strict=True):
            hits = metrics.hits_of(rows, truth.bought)
            found.append(metrics.average_precision(hits, relevant))
    labelled = heads.of(truth, horizon)
    trial.customers.append(truth.customers)
    scores = [booster.predict(labelled.features, raw_score=True) for booster in ranked.boosters]
    trial.scores.append(np.mean(scores, axis=0))
    trial.bought.append(labelled.bought)


def report_of_trial(
    history: History, slices: Slices, examples: list[Examples], trial: Trial
) -> RankerReport:
    figures = trial.figures()
    chosen = figures.get("gain_at_least", 0.0) > 0
    counted = {"chosen": chosen, "examples": sum(len(part.sizes) for part in examples)}
    decision = (
        f"{slices.why}; {describe_trial(figures, chosen)}" if slices.as_of_days else slices.why
    )
    return slices.report(history, decision=decision, **counted, **figures)
