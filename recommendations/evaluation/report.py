"""The evaluation report: a summary as plain data, and a page with plots made from it. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from django.template.loader import render_to_string

from recommendations.dataset.metrics import interval
from recommendations.evaluation.retrieval import DEPTHS
from recommendations.evaluation.run import ACTIVITY, FOR_YOU, Outcome, Plan
from web.arrays import Array, Flags, Ints
from web.json_types import Json

Values = npt.NDArray[np.float64]
EVERYBODY: Final = "everybody"


def summary(outcomes: Sequence[Outcome], plan: Plan, *, note: str) -> Json:
    """Means over all customers of all windows, with 95 % bootstrap intervals.

    `note` describes the data, such as that they are synthetic.
    """
    key = f"map@{plan.k}"
    return {
        "note": note,
        "plan": {**vars(plan), "windows after": [outcome.as_of for outcome in outcomes]},
        "customers": sum(len(outcome.age) for outcome in outcomes),
        "methods": {name: of_method(outcomes, name) for name in outcomes[0].values},
        "for-you minus": leads(outcomes, key),
        "windows": [window(outcome, key) for outcome in outcomes],
        "ranker": [outcome.ranker for outcome in outcomes],
        "candidate recall": candidate_recall(outcomes),
        "map without": ablated(outcomes, "ablation"),
        "map without features": ablated(outcomes, "features"),
        "next in session": session(outcomes),
        "segments": {
            "age": segments(outcomes, key, of_age(joined(outcomes, "age"))),
            "activity": segments(outcomes, key, of_activity(joined(outcomes, "activity"))),
        },
    }


def pooled(outcomes: Sequence[Outcome], method: str, metric: str) -> Values:
    return np.concatenate([outcome.values[method][metric] for outcome in outcomes])


def described(values: Values, customers: Ints | None = None) -> dict[str, object]:
    """`customers`: whose value each is, if some have several."""
    bounds = [round(bound, 5) for bound in interval(values, customers)]
    return {"mean": mean(values), "interval": bounds}


def joined(outcomes: Sequence[Outcome], name: str) -> Array:
    """A value of each customer (a field of Outcome)."""
    return np.concatenate([getattr(outcome, name) for outcome in outcomes])


def looked_into(outcomes: Sequence[Outcome], name: str) -> Array:
    """The same of the customers looked into."""
    return np.concatenate([getattr(outcome, name)[outcome.looked_into] for outcome in outcomes])


def mean(values: Values) -> float:
    return round(float(values.mean()), 5) if len(values) else 0.0


def of_method(outcomes: Sequence[Outcome], method: str) -> Json:
    customers = joined(outcomes, "customers")
    values = {
        metric: described(pooled(outcomes, method, metric), customers)
        for metric in outcomes[0].values[method]
    }
    shown = {
        name: mean(np.array([outcome.shown[method][name] for outcome in outcomes]))
        for name in outcomes[0].shown[method]
    }
    return values | shown


def leads(outcomes: Sequence[Outcome], key: str) -> dict[str, dict[str, object]]:
    """Paired differences to every other method, for everybody and for those with a purchase."""
    ours = pooled(outcomes, FOR_YOU, key)
    customers = joined(outcomes, "customers")
    known = joined(outcomes, "activity") > 0
    masks = {EVERYBODY: np.ones_like(known), "known": known}
    return {
        segment: {
            name: described((ours - pooled(outcomes, name, key))[mask], customers[mask])
            for name in outcomes[0].values
            if name != FOR_YOU
        }
        for segment, mask in masks.items()
        if mask.any()
    }


def window(outcome: Outcome, key: str) -> Json:
    """One window: each method's mean, and for-you's paired lead over it with its interval."""
    values = {name: own[key] for name, own in outcome.values.items()}
    return {
        "after": outcome.as_of,
        "customers": len(outcome.customers),
        "methods": {name: mean(own) for name, own in values.items()},
        "for-you minus": {
            name: described(values[FOR_YOU] - own)
            for name, own in values.items()
            if name != FOR_YOU
        },
    }


def ablated(outcomes: Sequence[Outcome], part: str) -> dict[str, Json]:
    """MAP without each part, and the interval of the paired difference to the whole."""
    whole = np.concatenate([outcome.ablation[FOR_YOU] for outcome in outcomes])
    parts: list[Mapping[str, Values]] = [getattr(outcome, part) for outcome in outcomes]
    names = [name for name in parts[0] if all(name in part for part in parts)]
    values = {name: np.concatenate([one[name] for one in parts]) for name in names}
    customers = looked_into(outcomes, "customers")
    return {
        name: described(own, customers)
        | {"difference": described(own - whole, customers)["interval"]}
        for name, own in values.items()
    }


def candidate_recall(outcomes: Sequence[Outcome]) -> dict[str, dict[str, dict[str, float]]]:
    """By segment, generator and depth: the share of purchases that are among the candidates."""
    size = looked_into(outcomes, "activity")
    masks = {EVERYBODY: np.ones(len(size), np.bool_)} | of_activity(size)
    return {
        segment: {
            name: {
                f"recall@{depth}": mean(
                    np.concatenate([outcome.candidates[name][depth] for outcome in outcomes])[mask]
                )
                for depth in of
            }
            for name, of in outcomes[0].candidates.items()
        }
        for segment, mask in masks.items()
        if mask.any()
    }


def session(outcomes: Sequence[Outcome]) -> Json:
    found = {
        name: np.concatenate([outcome.session[name] for outcome in outcomes])
        for name in outcomes[0].session
    }
    without = mean(found["without"])
    return {
        "baskets": len(found["without"]),
        "recall": {name: described(values) for name, values in found.items()},
        "ratio": round(mean(found["real-time"]) / without, 3) if without else None,
    }


def of_age(band: Ints) -> dict[str, Flags]:
    return {
        "unknown" if low < 0 else f"from {low}": band == low for low in np.unique(band).tolist()
    }


def of_activity(size: Array) -> dict[str, Flags]:
    return {
        "new" if low == 0 else f"from {low}": (size >= low) & (size < high)
        for low, high in pairwise([*ACTIVITY, np.inf])
    }


def segments(
    outcomes: Sequence[Outcome], key: str, masks: Mapping[str, Flags]
) -> dict[str, object]:
    values = {name: pooled(outcomes, name, key) for name in outcomes[0].values}
    return {
        segment: {
            "customers": int(mask.sum()),
            **{name: mean(own[mask]) for name, own in values.items()},
        }
        for segment, mask in masks.items()
        if mask.any()
    }


def bars_of(methods: Json, key: str) -> list[Json]:
    """A bar for each method, the longest interval's end at 400."""
    scale = 400 / (max(own[key]["interval"][1] for own in methods.values()) or 1.0)
    return [
        {
            "name": name,
            "metrics": own,
            "mean": own[key]["mean"],
            "width": scale * own[key]["mean"],
            "low": scale * own[key]["interval"][0],
            "high": scale * own[key]["interval"][1],
        }
        for name, own in methods.items()
    ]


def page(found: Json) -> str:
    """The report as one HTML page without scripts, with SVG bars."""
    key = next(iter(found["methods"][FOR_YOU]))
    without = found["map without"]
    session_found = found["next in session"]
    context = {
        "found": found,
        "bars": bars_of(found["methods"], key),
        "ahead": found["for-you minus"].items(),
        "metric": key,
        "whole": without[FOR_YOU]["mean"],
        "generators": [
            (name, recall.values(), without.get(name, {}))
            for name, recall in found["candidate recall"][EVERYBODY].items()
        ],
        "recall_by_segment": [
            (segment, [(name, recall.values()) for name, recall in of.items()])
            for segment, of in found["candidate recall"].items()
            if segment != EVERYBODY
        ],
        "depths": DEPTHS,
        "features": found["map without features"].items(),
        "session": session_found,
        "with_live": session_found["recall"]["real-time"],
        "without_live": session_found["recall"]["without"],
    }
    return render_to_string("recommendations/evaluation.html", context)
