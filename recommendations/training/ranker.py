"""Training the ranker on weekly slices, each with features from strictly before it.

The newest slice is held out: only a ranker that is better there than the blend, beyond chance, is
put into the bundle, trained anew on all slices. scikit-learn's HistGradientBoosting, fitted on the
same examples, is measured beside it: the baseline among rankers.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from recommendations.bundle.reader import Bundle
from recommendations.dataset import metrics
from recommendations.dataset.inputs import Inputs, Progress
from recommendations.dataset.splits import Split, Truth, rolling, truth_of
from recommendations.ranking.features import NAMES, Matrix, features
from recommendations.ranking.pipeline import Constraints, personal_shelf
from recommendations.ranking.ranker import DEPTH
from recommendations.ranking.scoring import generate, rank
from recommendations.retrieval.profile import after_history, profile_of

SLICES: Final = 5
SLICE_DAYS: Final = 7
CUSTOMERS: Final = 8_000
# With fewer customers than this in any slice the blend ranks alone.
LEAST_CUSTOMERS: Final = 1_000
K: Final = 12
RESAMPLES: Final = 500
ROUNDS: Final = 120
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 15,
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.7,
    "lambda_l2": 5.0,
    "num_threads": 2,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
NO_RANKER: Final[dict[str, npt.NDArray[Any]]] = {
    "ranker": np.zeros(0, np.uint8),
    "ranker_trial": np.zeros(0, np.float32),
}

# A bundle in memory of the sales up to a day, with the likeness of an earlier day.
BundleOf = Callable[[Inputs], Bundle]


@dataclass(frozen=True)
class Examples:
    """Candidates of one customer after the other: features, bought or not, how many each has."""

    features: Matrix
    bought: npt.NDArray[np.int8]
    sizes: npt.NDArray[np.int64]


def fit_ranker(
    inputs: Inputs, prepare: Callable[[Inputs], BundleOf], progress: Progress, seed: int
) -> dict[str, npt.NDArray[Any]]:
    """Arrays `ranker` (the model's text, empty: the blend was as good) and `ranker_trial`.

    `prepare` gets the inputs of the oldest slice, and returns what makes a bundle of each.
    """
    if not enough(inputs):
        return NO_RANKER
    bundle_of = prepare(deque(rolling(inputs, SLICE_DAYS, SLICES), maxlen=1).pop().past)
    slices = rolling(inputs, SLICE_DAYS, SLICES)
    newest = next(slices)
    bundle, truth = bundle_of(newest.past), truth_of(newest.later, CUSTOMERS, seed)
    del newest  # a copy of nearly all sales
    held_out = examples_of(bundle, truth)
    progress("the ranker's held-out week")
    learned = list(older(slices, bundle_of, progress, seed))
    trial = compare(bundle, truth, learned)
    progress(
        "ranker MAP@12 {1:.4f}, blend {0:.4f}, difference at least {2:.4f};"
        " HistGradientBoosting {4:.4f}".format(*trial)
    )
    text = fit([held_out, *learned]) if trial[2] > 0 else NO_RANKER["ranker"]
    return {"ranker": text, "ranker_trial": trial}


def enough(inputs: Inputs) -> bool:
    day, customer = inputs.sales.day, inputs.sales.customer
    ends = [inputs.as_of_day - n * SLICE_DAYS for n in range(SLICES)]
    return all(
        len(np.unique(customer[(day > end - SLICE_DAYS) & (day <= end)])) >= LEAST_CUSTOMERS
        for end in ends
    )


def older(
    slices: Iterator[Split], bundle_of: BundleOf, progress: Progress, seed: int
) -> Iterator[Examples]:
    for split in slices:
        yield examples_of(bundle_of(split.past), truth_of(split.later, CUSTOMERS, seed))
        progress(f"the ranker's week after {split.past.as_of}")


def examples_of(bundle: Bundle, truth: Truth) -> Examples:
    """The head of the blend for each customer who bought something of it."""
    now_ms, blocks, labels = after_history(bundle), [], []
    for customer, own in zip(truth.customers.tolist(), truth.bought, strict=True):
        profile = profile_of(bundle, (), customer, now_ms)
        found = generate(bundle, profile)
        ranking = rank(found)
        rows = ranking.rows[:DEPTH]
        bought = np.isin(rows, list(own))
        if len(profile) and bought.any():
            blocks.append(features(bundle, profile, found, rows, ranking.scores[:DEPTH]))
            labels.append(bought.astype(np.int8))
    return Examples(
        np.concatenate([np.zeros((0, len(NAMES)), np.float32), *blocks]),
        np.concatenate([np.zeros(0, np.int8), *labels]),
        np.array([len(block) for block in blocks], np.int64),
    )


def fit(parts: list[Examples]) -> npt.NDArray[np.uint8]:
    """LightGBM's lambdarank, as the bytes of its text."""
    import lightgbm

    data = lightgbm.Dataset(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.bought for part in parts]),
        group=np.concatenate([part.sizes for part in parts]),
        feature_name=list(NAMES),
    )
    text = lightgbm.train(PARAMETERS, data, ROUNDS).model_to_string()
    return np.frombuffer(text.encode(), np.uint8)


class Pointwise:
    """HistGradientBoosting in LightGBM's place: a candidate's chance to be bought, on its own."""

    def __init__(self, parts: list[Examples]) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        self.model = HistGradientBoostingClassifier(
            max_iter=ROUNDS, learning_rate=0.05, max_leaf_nodes=31, min_samples_leaf=200,
            l2_regularization=5.0, early_stopping=False, random_state=1,
        )  # fmt: skip
        self.model.fit(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.bought for part in parts]),
        )

    def predict(self, features: Matrix, num_threads: int) -> npt.NDArray[np.float64]:
        chance: npt.NDArray[np.float64] = self.model.predict_proba(features)[:, 1]
        return chance


class Rival(Bundle):
    """A bundle whose candidates another model orders."""

    booster: Pointwise


def compare(bundle: Bundle, truth: Truth, learned: list[Examples]) -> npt.NDArray[np.float32]:
    """MAP@12 of the blend and of the ranker on whole shelves; the lower bound (95 %, bootstrap) of
    the paired difference; how many customers; MAP@12 of HistGradientBoosting."""
    arrays = {**bundle.arrays, "ranker": fit(learned)}
    rival = Rival(bundle.manifest, arrays)
    rival.booster = Pointwise(learned)
    relevant = np.array([len(own) for own in truth.bought])
    with threadpool_limits(1, "openmp"):  # a hundred candidates at a time aren't worth threads
        blend, ranked, pointwise = (
            metrics.average_precision(metrics.hits_of(shelves_of(b, truth), truth.bought), relevant)
            for b in (bundle, Bundle(bundle.manifest, arrays), rival)
        )
    return np.append(trial_of(blend, ranked), np.float32(pointwise.mean()))


def trial_of(
    blend: npt.NDArray[np.float64], learned: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    gain, dice = learned - blend, np.random.default_rng(1)
    means = [dice.choice(gain, len(gain)).mean() for _ in range(RESAMPLES)]
    low = np.quantile(means, 0.025)
    return np.array([blend.mean(), learned.mean(), low, len(gain)], np.float32)


def shelves_of(bundle: Bundle, truth: Truth) -> npt.NDArray[np.int32]:
    lists = np.full((len(truth.customers), K), -1, np.int32)
    for place, customer in enumerate(truth.customers.tolist()):
        profile = profile_of(bundle, (), customer, after_history(bundle))
        picks = personal_shelf(bundle, profile, K, Constraints())
        lists[place, : len(picks)] = [pick.row for pick in picks]
    return lists
