"""An evaluation: every method on rolling splits, one report. Pure except for progress messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle
from recommendations.dataset import metrics
from recommendations.dataset.facts import facts_of
from recommendations.dataset.inputs import History, Progress
from recommendations.dataset.splits import Split, Truth, pairs_of, rolling
from recommendations.evaluation.baselines import BASELINES, purchases, units_of
from recommendations.evaluation.methods import bundle_of, in_session
from recommendations.evaluation.retrieval import recall_at_depths
from recommendations.ranking.pipeline import predicted_rows
from recommendations.ranking.ranker import RANKED
from recommendations.ranking.scoring import WEIGHTS
from recommendations.retrieval.candidates import Source
from recommendations.training.pipeline import look_likeness, rankers_without
from recommendations.training.ranker.sales import NO_RANKER
from web.arrays import Array, Arrays, Ints

DEPTH = 100
FOR_YOU = "for-you"
# For-you without its learned ranker, if it has one.
BLEND = "for-you, blend alone"
# Only baskets of at least this many articles can be split.
SESSION_FROM = 3
SESSION_FIRST = 5
ACTIVITY = (0, 1, 5, 20)
# Leaving out each generator in turn costs as much as ten methods, so it uses this many customers.
LOOKED_INTO = 2000

Lists = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]


class NothingToEvaluateError(Exception):
    """No split has sales on both sides."""


@dataclass(frozen=True)
class Plan:
    """`holdout_days` per window, `rolls` windows, lists of `k`, at most `customers` per window;
    `known`: only of customers who had bought before; `ablate`: also train a ranker without each
    group of features."""

    holdout_days: int
    k: int
    rolls: int
    customers: int
    known: bool = False
    ablate: bool = False


@dataclass(frozen=True)
class Outcome:
    """One split. `values` and `session` hold one value per customer or basket and metric,
    `candidates` recall by generator and depth, `ablation` MAP without each generator, `features`
    without each group of the ranker's features (empty if no ranker was chosen). `age` is the lower
    bound of each customer's age band, `activity` the number of distinct articles they bought in the
    last year.

    The last three cover LOOKED_INTO customers, evenly sampled: those at the places `looked_into`.
    """

    as_of: str
    customers: Ints
    ranker: str
    values: Mapping[str, Mapping[str, Values]]
    shown: Mapping[str, Mapping[str, float]]
    candidates: Mapping[str, Mapping[int, Values]]
    ablation: Mapping[str, Values]
    features: Mapping[str, Values]
    session: Mapping[str, Values]
    age: Ints
    activity: npt.NDArray[np.int64]
    looked_into: npt.NDArray[np.int64]


def evaluate(history: History, plan: Plan, progress: Progress) -> list[Outcome]:
    """The outcome of each window, newest first. Raise NothingToEvaluateError."""
    splits = list(rolling(history, plan.holdout_days, plan.rolls))
    if not splits:
        raise NothingToEvaluateError("no window has sales both before and in it")
    # Content similarity may only use prices known in every window.
    oldest = splits[-1].past
    likes = look_likeness(oldest, facts_of(oldest), progress)
    outcomes = []
    for split in splits:
        outcomes.append(evaluate_split(split, plan, likes))
        progress(f"window after {split.past.as_of}: {len(outcomes[-1].age):,} customers")
    return outcomes


def evaluate_split(split: Split, plan: Plan, likes: Mapping[str, Array]) -> Outcome:
    truth = split.truth(plan.customers, known=plan.known)
    bundle = bundle_of(split.past, likes, lambda line: None)
    lists = {
        name: baseline(split.past, truth.customers, DEPTH)
        for name, baseline in BASELINES.items()
        if name != "ALS" or find_spec("implicit")
    }
    for name, of_ours in ((FOR_YOU, bundle), (BLEND, with_arrays(bundle, NO_RANKER))):
        lists[name] = predicted_rows(of_ours, truth.customers, DEPTH)
    heads = {name: found[:, : plan.k] for name, found in lists.items()}
    places = truth.sample(LOOKED_INTO)
    looked_into = truth.at(places)
    known = bundle.customers.many(truth.customers)
    before = Before(units_of(split.past), purchased_pairs(split.past, truth))
    return Outcome(
        as_of=split.past.as_of.isoformat(),
        customers=truth.customers,
        ranker=bundle.ranker_report.decision,
        values={name: values_of(heads[name], lists[name], truth) for name in lists},
        shown={name: shown_of(heads[name], bundle, before) for name in lists},
        candidates=recall_at_depths(bundle, looked_into),
        ablation=ablation(bundle, looked_into, plan.k),
        features=without_features(split, bundle, looked_into, plan) if plan.ablate else {},
        session=session(split, bundle, plan.k, plan.customers),
        age=known.band,
        activity=np.bincount(known.owner, minlength=len(truth.customers)),
        looked_into=places,
    )


def with_arrays(bundle: Bundle, arrays: Arrays) -> Bundle:
    return Bundle(bundle.manifest, {**bundle.arrays, **arrays})


def values_of(head: Lists, deep: Lists, truth: Truth) -> dict[str, Values]:
    relevant = np.array([len(own) for own in truth.bought])
    hits, far = metrics.hits_of(head, truth.bought), metrics.hits_of(deep, truth.bought)
    k = head.shape[1]
    return {
        f"map@{k}": metrics.average_precision(hits, relevant),
        f"recall@{k}": metrics.recall(hits, relevant),
        f"recall@{DEPTH}": metrics.recall(far, relevant),
        f"ndcg@{k}": metrics.ndcg(hits, relevant),
        f"hit@{k}": metrics.hit(hits),
    }


@dataclass(frozen=True)
class Before:
    """The units sold of each article before a window, and who had bought what (pairs_of)."""

    units: npt.NDArray[np.int64]
    pairs: npt.NDArray[np.int64]


def purchased_pairs(past: History, truth: Truth) -> npt.NDArray[np.int64]:
    own = purchases(past, truth.customers)
    place = np.repeat(np.arange(len(own)), [len(rows) for rows in own])
    return pairs_of(place, np.concatenate([np.zeros(0, np.int32), *own]))


def shown_of(head: Lists, bundle: Bundle, before: Before) -> dict[str, float]:
    """Of what is shown: coverage, novelty (bits), and the share not bought before."""
    pairs = pairs_of(np.arange(len(head))[:, None], head)[head >= 0]
    fresh = ~np.isin(pairs, before.pairs)
    return {
        "coverage": metrics.coverage(head, int(bundle.on_sale.sum())),
        "novelty": metrics.novelty(head, before.units.astype(np.float64)),
        "not bought before": float(fresh.mean()) if len(fresh) else 0.0,
    }


def ablation(bundle: Bundle, truth: Truth, k: int) -> dict[str, Values]:
    """MAP of for-you without each generator, and with all under the name of for-you."""
    whole = RANKED if len(bundle.ranker) else WEIGHTS
    tried: dict[str, Mapping[Source, float]] = {FOR_YOU: whole} | {
        source.name.lower(): {s: w for s, w in whole.items() if s is not source} for source in whole
    }
    lists = {name: predicted_rows(bundle, truth.customers, k, w) for name, w in tried.items()}
    return {name: precision_of(found, truth) for name, found in lists.items()}


def without_features(split: Split, bundle: Bundle, truth: Truth, plan: Plan) -> dict[str, Values]:
    """MAP of for-you by rankers trained without each group of features."""
    if not len(bundle.ranker):
        return {}
    rankers = rankers_without(split.past).items()
    others = {group: with_arrays(bundle, {"ranker": text}) for group, text in rankers}
    return {
        group: precision_of(predicted_rows(other, truth.customers, plan.k), truth)
        for group, other in others.items()
    }


def precision_of(lists: Lists, truth: Truth) -> Values:
    relevant = np.array([len(own) for own in truth.bought])
    return metrics.average_precision(metrics.hits_of(lists, truth.bought), relevant)


def session(split: Split, bundle: Bundle, k: int, most: int) -> dict[str, Values]:
    """Recall of the rest of each basket (customer, day), with its first items as events or not.

    Which items come first is left to chance: the sales don't tell.
    """
    found: dict[str, list[float]] = {"real-time": [], "without": []}
    for customer, day, rows in split.baskets(SESSION_FROM, most):
        cut = min((len(rows) + 1) // 2, SESSION_FIRST)
        for name, live in (("real-time", True), ("without", False)):
            shelf = in_session(bundle, customer, day, rows[:cut], k, live=live)
            found[name].append(len(set(shelf) & set(rows[cut:])) / (len(rows) - cut))
    return {name: np.array(values) for name, values in found.items()}
