"""The learned rankers: LightGBM reorders the head of the linear blend. Pure.

One is trained on sales, for shoppers of whom purchases are known alone; the other on shelves that
shoppers saw, for those who look around. The blend ranks alone where a bundle lacks the one that a
shopper needs: too little data, or no gain in its trial.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from recommendations.bundle.format import RankerReport
from recommendations.bundle.reader import Bundle
from recommendations.ranking.context import RankingContext
from recommendations.ranking.features import Feature, features, named
from recommendations.ranking.forest import Forest, forest_of
from recommendations.ranking.scoring import BUDGET, WEIGHTS, Ranking, rank
from recommendations.retrieval.candidates import Scores, Source
from recommendations.retrieval.generators import Found
from recommendations.retrieval.profile import PURCHASE, Profile
from web.cache import per_owner

# Features named in an explanation.
MAX_EXPLAINED: Final = 3
# The generators used for predictions by the ranker. Content serves browsing: it adds nothing to
# candidates from purchases, and recomputing it for each slice would slow training down.
RANKED: Final[Mapping[Source, float]] = {
    source: w for source, w in WEIGHTS.items() if source is not Source.CONTENT
}


@dataclass(frozen=True, eq=False)
class Ranker:
    """Trained models (`boosters` explain what `forest` computes), the features and the weights of
    generators they were trained with; it reorders the first `report.depth` of the blend."""

    boosters: Sequence[Any]
    forest: Forest
    features: tuple[Feature, ...]
    weights: Mapping[Source, float]
    report: RankerReport

    def context(self, bundle: Bundle, profile: Profile, ranking: Ranking) -> RankingContext:
        """What it reorders; the rest stays behind, in the blend's order."""
        head = ranking.head(self.report.depth)
        return RankingContext(bundle, profile, head, self.report.horizon)


def ranker_for(bundle: Bundle, profile: Profile) -> Ranker | None:
    """The one that was trained on profiles of this kind."""
    if not len(profile):
        return None
    return sales_ranker(bundle) if (profile.kinds == PURCHASE).all() else live_ranker(bundle)


@per_owner(most=1)
def sales_ranker(bundle: Bundle) -> Ranker | None:
    """None if the bundle has none, or one with features or trees that we don't have."""
    return loaded(bundle.boosters, RANKED, bundle.ranker_report) if len(bundle.ranker) else None


@per_owner(most=1)
def live_ranker(bundle: Bundle) -> Ranker | None:
    if not len(bundle.live_ranker):
        return None
    return loaded(bundle.live_boosters, WEIGHTS, bundle.live_ranker_report)


def loaded(
    boosters: Sequence[Any], weights: Mapping[Source, float], report: RankerReport
) -> Ranker | None:
    known, forest = named(boosters[0].feature_name()), forest_of(boosters)
    return Ranker(boosters, forest, known, weights, report) if known and forest else None


def best_first(bundle: Bundle, profile: Profile, found: Found, most: int = BUDGET) -> Ranking:
    """The candidates, ordered by the bundle's ranker for such a profile, else by the blend; at most
    this many of each shopper."""
    ranking = rank(found, most)
    ranker = ranker_for(bundle, profile)
    if ranker is None:
        return ranking
    seen = features(ranker.context(bundle, profile, ranking), ranker.features)
    score = ranker.forest.scores(seen)
    return reordered(ranking, score, ranker.report.depth)


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


def opinions(bundle: Bundle, profile: Profile, found: Found) -> dict[int, Opinion]:
    """Why the ranker puts each row where it does, for staff; empty if none applies.

    Contributions are SHAP values (Lundberg, Erion, Lee, arXiv:1802.03888), computed by LightGBM.
    """
    ranker = ranker_for(bundle, profile)
    if ranker is None:
        return {}
    ranking, chosen = rank(found), ranker.features
    seen = features(ranker.context(bundle, profile, ranking), chosen)
    # The last column is the base value.
    shares = np.mean([own.predict(seen, pred_contrib=True) for own in ranker.boosters], axis=0)
    return {
        int(row): Opinion(
            place,
            {chosen[n].name: float(own[n]) for n in np.argsort(-abs(own[:-1]))[:MAX_EXPLAINED]},
            ranker.report.chance(float(own.sum())),
        )
        for place, (row, own) in enumerate(zip(ranking.rows, shares, strict=False), start=1)
    }
