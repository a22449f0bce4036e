"""Candidate recall of the generators: each alone, and their union. Pure."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle
from recommendations.dataset.splits import Truth
from recommendations.ranking.scoring import WEIGHTS, generate, rank
from recommendations.retrieval.candidates import Candidates, Source
from recommendations.retrieval.profile import after_history, profile_of

DEPTHS = (50, 100, 200, 500)
UNION = "all"

Values = npt.NDArray[np.float64]


def recall_at_depths(bundle: Bundle, truth: Truth) -> dict[str, dict[int, Values]]:
    """Per generator and for the union, the share of each customer's purchases among the best
    candidates at each depth."""
    found: dict[str, dict[int, list[float]]] = {
        name: {depth: [] for depth in DEPTHS}
        for name in (*(source.name.lower() for source in Source), UNION)
    }
    for customer, own in zip(truth.customers.tolist(), truth.bought, strict=True):
        for name, rows in strongest(bundle, customer).items():
            for depth, values in found[name].items():
                values.append(len(own.intersection(rows[:depth])) / len(own))
    return {
        name: {depth: np.array(values) for depth, values in of.items()}
        for name, of in found.items()
    }


def strongest(bundle: Bundle, customer: int) -> dict[str, list[int]]:
    """The candidates of one customer by generator, strongest first."""
    profile = profile_of(bundle, (), customer, after_history(bundle))
    found = generate(bundle, profile, WEIGHTS)
    deepest = max(DEPTHS)
    parts = {s.name.lower(): ordered({s: part}, deepest) for s, part in found.items()}
    return parts | {UNION: ordered(found, deepest)}


def ordered(found: Mapping[Source, Candidates], most: int) -> list[int]:
    rows: list[int] = rank(found, most).rows.tolist()
    return rows
