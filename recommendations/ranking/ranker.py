"""The learned ranker: LightGBM orders the head of what the linear blend found. Pure.

The blend ranks alone where a bundle holds no ranker (too little data, or it was no better on the
held-out days), and whenever the shopper is looking around now: sales files hold no views to learn
from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommendations.bundle.reader import Bundle
from recommendations.ranking.features import Feature, RankingContext, features, named
from recommendations.ranking.scoring import WEIGHTS, Ranking, rank
from recommendations.retrieval.candidates import Candidates, Source
from recommendations.retrieval.profile import PURCHASE, Profile
from web.cache import per_owner

# An explanation names so many features.
TOLD: Final = 3
# The ranker orders so many; what the blend put behind them stays behind them.
DEPTH: Final = 100
# The generators that a prediction by the ranker starts from. Content is for who looks around: of
# what purchases lead to it adds nothing, and to know it as of each slice would take training long.
RANKED: Final[Mapping[Source, float]] = {
    source: w for source, w in WEIGHTS.items() if source is not Source.CONTENT
}


def best_first(bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates]) -> Ranking:
    """The candidates, ordered by the bundle's ranker where it applies, else by the blend."""
    ranking = rank(found)
    return reordered(bundle, profile, found, ranking) if applies(bundle, profile) else ranking


def applies(bundle: Bundle, profile: Profile) -> bool:
    """There is a ranker, and all it would see is of the kind it has learned from."""
    if not len(bundle.ranker) or not len(profile):
        return False
    return bool((profile.kinds == PURCHASE).all()) and features_of(bundle) is not None


@per_owner(most=1)
def features_of(bundle: Bundle) -> tuple[Feature, ...] | None:
    """What the bundle's ranker was trained with; None where we know one of them no more."""
    return named(bundle.booster.feature_name())


def context_of(
    bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates], ranking: Ranking
) -> RankingContext:
    """The head of the ranking, for as many days ahead as the bundle's ranker looks."""
    rows, blend = ranking.rows[:DEPTH], ranking.scores[:DEPTH]
    return RankingContext(bundle, profile, found, rows, blend, bundle.ranker_report.horizon)


def reordered(
    bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates], ranking: Ranking
) -> Ranking:
    seen = features(context_of(bundle, profile, found, ranking), features_of(bundle))
    score = bundle.booster.predict(seen, num_threads=1)
    order = np.concatenate(
        [np.argsort(-score, kind="stable"), np.arange(len(seen), len(ranking.rows))]
    )
    # A place keeps the blend's score: positive and falling, which the ranker's own are not.
    return Ranking(ranking.rows[order], ranking.scores, ranking.source[order], ranking.cause[order])


@dataclass(frozen=True)
class Opinion:
    """`place` is the blend's (1 is the best); `moved` what changed the ranker's score most;
    `chance` that it is bought within the ranker's horizon, None where it isn't calibrated."""

    place: int
    moved: dict[str, float]
    chance: float | None = None


def opinions(
    bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates]
) -> dict[int, Opinion]:
    """Why the ranker puts each row where it does, for staff; empty where it doesn't apply.

    Shares of the score are SHAP values (Lundberg, Erion, Lee, arXiv:1802.03888), by LightGBM.
    """
    if not applies(bundle, profile):
        return {}
    ranking, chosen = rank(found), features_of(bundle) or ()
    seen = features(context_of(bundle, profile, found, ranking), chosen)
    # The last column is what the score starts from.
    shares = bundle.booster.predict(seen, pred_contrib=True, num_threads=1)
    return {
        int(row): Opinion(
            place,
            {chosen[n].name: float(own[n]) for n in np.argsort(-abs(own[:-1]))[:TOLD]},
            bundle.ranker_report.chance(float(own.sum())),
        )
        for place, (row, own) in enumerate(zip(ranking.rows, shares, strict=False), start=1)
    }
