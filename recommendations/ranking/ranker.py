"""The learned ranker: LightGBM orders the head of what the linear blend found. Pure.

The blend ranks alone where a bundle holds no ranker (too little data, or it was no better on the
held-out week), and whenever the shopper is looking around now: sales files hold no views to learn
from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommendations.bundle.reader import Bundle
from recommendations.ranking.features import NAMES, features
from recommendations.ranking.scoring import Ranking, rank
from recommendations.retrieval.candidates import Candidates, Source
from recommendations.retrieval.profile import PURCHASE, Profile

# An explanation names so many features.
TOLD: Final = 3
# The ranker orders so many; what the blend put behind them stays behind them.
DEPTH: Final = 100


def best_first(bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates]) -> Ranking:
    """The candidates, ordered by the bundle's ranker where it applies, else by the blend."""
    ranking = rank(found)
    return reordered(bundle, profile, found, ranking) if applies(bundle, profile) else ranking


def applies(bundle: Bundle, profile: Profile) -> bool:
    """There is a ranker, and all it would see is of the kind it has learned from."""
    return len(bundle.ranker) > 0 and len(profile) > 0 and bool((profile.kinds == PURCHASE).all())


def reordered(
    bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates], ranking: Ranking
) -> Ranking:
    rows, blend = ranking.rows[:DEPTH], ranking.scores[:DEPTH]
    score = bundle.booster.predict(features(bundle, profile, found, rows, blend), num_threads=1)
    order = np.concatenate(
        [np.argsort(-score, kind="stable"), np.arange(len(rows), len(ranking.rows))]
    )
    # A place keeps the blend's score: positive and falling, which the ranker's own are not.
    return Ranking(ranking.rows[order], ranking.scores, ranking.source[order], ranking.cause[order])


@dataclass(frozen=True)
class Opinion:
    """`place` is the blend's (1 is the best); `moved` what changed the ranker's score most."""

    place: int
    moved: dict[str, float]


def opinions(
    bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates]
) -> dict[int, Opinion]:
    """Why the ranker puts each row where it does, for staff; empty where it doesn't apply.

    Shares of the score are SHAP values (Lundberg, Erion, Lee, arXiv:1802.03888), by LightGBM.
    """
    if not applies(bundle, profile):
        return {}
    ranking = rank(found)
    rows = ranking.rows[:DEPTH]
    seen = features(bundle, profile, found, rows, ranking.scores[:DEPTH])
    shares = bundle.booster.predict(seen, pred_contrib=True, num_threads=1)[:, : len(NAMES)]
    return {
        int(row): Opinion(place, {NAMES[n]: float(own[n]) for n in np.argsort(-abs(own))[:TOLD]})
        for place, (row, own) in enumerate(zip(rows, shares, strict=True), start=1)
    }
