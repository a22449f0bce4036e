"""The learned ranker: LightGBM reorders the head of the linear blend. Pure.

The blend ranks alone if a bundle has no ranker (too little data, or no gain on the held-out days),
and whenever the shopper is browsing: sales files contain no views to learn from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommendations.bundle.reader import Bundle
from recommendations.ranking.features import Feature, RankingContext, features, named
from recommendations.ranking.scoring import BUDGET, WEIGHTS, Ranking, rank
from recommendations.retrieval.candidates import Candidates, Scores, Source
from recommendations.retrieval.profile import PURCHASE, Profile
from web.cache import per_owner

# Features named in an explanation.
MAX_EXPLAINED: Final = 3
# The generators used for predictions by the ranker. Content serves browsing: it adds nothing to
# candidates from purchases, and recomputing it for each slice would slow training down.
RANKED: Final[Mapping[Source, float]] = {
    source: w for source, w in WEIGHTS.items() if source is not Source.CONTENT
}


def best_first(
    bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates], most: int = BUDGET
) -> Ranking:
    """The candidates, ordered by the bundle's ranker if it applies, else by the blend; at most this
    many of each shopper."""
    ranking = rank(found, most)
    if not applies(bundle, profile):
        return ranking
    seen = features(context_of(bundle, profile, ranking), features_of(bundle))
    score = bundle.booster.predict(seen, num_threads=1)
    return reordered(ranking, score, bundle.ranker_report.depth)


def applies(bundle: Bundle, profile: Profile) -> bool:
    """Whether there is a ranker, and its input is of the kind it was trained on."""
    if not len(bundle.ranker) or not len(profile):
        return False
    return bool((profile.kinds == PURCHASE).all()) and features_of(bundle) is not None


@per_owner(most=1)
def features_of(bundle: Bundle) -> tuple[Feature, ...] | None:
    """The features the bundle's ranker was trained with; None if one no longer exists."""
    return named(bundle.booster.feature_name())


def context_of(bundle: Bundle, profile: Profile, ranking: Ranking) -> RankingContext:
    """What the bundle's ranker reorders, with its horizon; the rest stays behind, in the blend's
    order."""
    report = bundle.ranker_report
    return RankingContext(bundle, profile, ranking.head(report.depth), report.horizon)


def reordered(ranking: Ranking, score: Scores, depth: int) -> Ranking:
    """The ranking by the scores of its head, followed by the rest of each shopper.

    Positions keep the blend's scores: positive and falling, unlike the ranker's.
    """
    of_all = np.full(len(ranking.rows), -np.inf)
    of_all[ranking.is_head(depth)] = score
    return ranking.take(np.lexsort((-of_all, ranking.owner)), ranking.scores)


@dataclass(frozen=True)
class Opinion:
    """`place` is the blend's rank (1 is the best); `moved` what changed the ranker's score most;
    `chance` the probability of a purchase within the ranker's horizon, None if uncalibrated."""

    place: int
    moved: dict[str, float]
    chance: float | None = None


def opinions(
    bundle: Bundle, profile: Profile, found: Mapping[Source, Candidates]
) -> dict[int, Opinion]:
    """Why the ranker puts each row where it does, for staff; empty if it doesn't apply.

    Contributions are SHAP values (Lundberg, Erion, Lee, arXiv:1802.03888), computed by LightGBM.
    """
    if not applies(bundle, profile):
        return {}
    ranking, chosen = rank(found), features_of(bundle) or ()
    seen = features(context_of(bundle, profile, ranking), chosen)
    # The last column is the base value.
    shares = bundle.booster.predict(seen, pred_contrib=True, num_threads=1)
    return {
        int(row): Opinion(
            place,
            {chosen[n].name: float(own[n]) for n in np.argsort(-abs(own[:-1]))[:MAX_EXPLAINED]},
            bundle.ranker_report.chance(float(own.sum())),
        )
        for place, (row, own) in enumerate(zip(ranking.rows, shares, strict=False), start=1)
    }
