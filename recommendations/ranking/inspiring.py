"""The inspiring shelf: what suits the shopper but isn't what they have just seen. Pure.

It takes the candidates and the order of the list that predicts (`pipeline.predicted`: the export),
and chooses differently. A prediction may repeat what somebody bought; a shelf on a page may not:
own purchases and the colours of what was looked at have shelves of their own.
"""

from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Ints
from recommendations.ranking.dislike_penalty import damped
from recommendations.ranking.pipeline import (
    NEW,
    Constraints,
    Pick,
    is_in,
    on_offer,
    picked,
)
from recommendations.ranking.ranker import best_first
from recommendations.ranking.scoring import WEIGHTS, Places, Ranking, generate
from recommendations.ranking.variety import varied
from recommendations.retrieval.candidates import Scores
from recommendations.retrieval.generators import audience_of
from recommendations.retrieval.profile import PURCHASE, Profile
from web.cache import per_owner

# Of shelves of this length or more, one in EXPLORES keeps its last place for an article that is
# new in the shop.
EXPLORES_FROM: Final = 8
EXPLORES: Final = 4
EXPLORE_DEPTH: Final = 60
# Score factors of articles without a picture, and of best sellers from sections new to the shopper.
NO_PICTURE: Final = 0.5
OTHER_SECTION: Final = 0.3
# Rankings that a process keeps, of some 8 kB each: for the other shelves of a page. Hundreds would
# push everything else out of a processor's cache.
MOST_RANKED: Final = 32

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Goods:
    """Catalogue data about each row that the bundle doesn't hold."""

    pictured: Bools
    section: Ints


def inspiring_shelf(
    bundle: Bundle,
    profile: Profile,
    k: int,
    constraints: Constraints,
    goods: Goods | None = None,
) -> list[Pick]:
    """Up to k picks, best first, each of another design and of the shopper's audience.

    Of `constraints.hidden` and `constraints.less` no colour is shown.
    """
    ranking = damped(bundle, ranked(bundle, profile, constraints.index_group), constraints.less)
    left = suitable(bundle, profile, ranking.rows, constraints).nonzero()[0]
    left = left.take(weighed(ranking, left, profile, goods).argsort(kind="stable"))
    picks = picked(ranking, left.take(places(bundle, profile, ranking, left, k)))
    new = (
        something_new(bundle, profile, picks, constraints, goods)
        if explores(constraints, k)
        else None
    )
    return picks if new is None else [*picks[: k - 1], new]


@per_owner(most=MOST_RANKED)
def ranked(bundle: Bundle, profile: Profile, index_group: int | None) -> Ranking:
    """The candidates, best first: all of a shelf that only model and profile decide, for the next
    shelf of the same profile."""
    found = generate(bundle, profile, WEIGHTS, index_group)
    return best_first(bundle, profile, found).settled()


def suitable(bundle: Bundle, profile: Profile, rows: Ints, constraints: Constraints) -> Bools:
    """What may be shown, of the shopper's audience."""
    kept = showable(bundle, rows, constraints)
    groups = audience_of(bundle, profile) if constraints.index_group is None else {}
    if groups:
        kept &= is_in(bundle.index_group.take(rows), groups)
    return kept


def showable(bundle: Bundle, rows: Ints, constraints: Constraints) -> Bools:
    """On sale, of the requested audience, of no hidden or disliked design."""
    kept = on_offer(bundle, rows, constraints.index_group)
    out = {*constraints.hidden, *constraints.less} - {ABSENT}
    if not out:
        return kept
    designs = bundle.design.take(np.fromiter(out, np.int32))
    return kept & ~is_in(bundle.design.take(rows), designs)


def weighed(
    ranking: Ranking, left: npt.NDArray[np.intp], profile: Profile, goods: Goods | None
) -> Scores:
    """Sort keys, lowest first: the negated scores, times the factors above."""
    scores = -ranking.scores.take(left)
    if goods is None:
        return scores
    rows = ranking.rows.take(left)
    scores[~goods.pictured.take(rows)] *= NO_PICTURE
    if len(profile):
        strange = ~is_in(goods.section.take(rows), goods.section.take(profile.rows))
        scores[strange & (ranking.cause.take(left) == ABSENT)] *= OTHER_SECTION
    return scores


def places(
    bundle: Bundle, profile: Profile, ranking: Ranking, left: npt.NDArray[np.intp], k: int
) -> Places:
    """Positions in `left` of up to k varied rows, in order."""
    rows, bought = ranking.rows.take(left), profile.kinds == PURCHASE
    return varied(
        bundle.design.take(rows),
        bundle.product_type.take(rows),
        ranking.cause.take(left),
        bundle.design.take(profile.rows[~bought]),
        bundle.design.take(profile.rows[bought]),
        k,
    )


def explores(constraints: Constraints, k: int) -> bool:
    """One shelf in EXPLORES reserves its last place for a new arrival."""
    return (
        k >= EXPLORES_FROM
        and constraints.seed is not None
        and chance(constraints.seed) % EXPLORES == 0
    )


def chance(seed: int) -> int:
    """A number that looks like any, the same for the same seed."""
    return crc32(str(seed).encode())


def something_new(
    bundle: Bundle,
    profile: Profile,
    picks: list[Pick],
    constraints: Constraints,
    goods: Goods | None,
) -> Pick | None:
    """One of the newest articles of the shopper's audience, varying by seed, so that unknown
    articles get impressions; None if no audience is known."""
    group = (
        constraints.index_group
        if constraints.index_group is not None
        else favourite(bundle, profile)
    )
    if group is None:
        return None
    rows = bundle.new_by_index_group.of(group)[0][:EXPLORE_DEPTH]
    shown = bundle.design.take(np.array([p.row for p in picks] + profile.rows.tolist(), np.int32))
    fresh = suitable(bundle, profile, rows, constraints) & ~is_in(bundle.design.take(rows), shown)
    if goods is not None:
        fresh &= goods.pictured.take(rows)
    rows = rows[fresh]
    if len(rows) == 0:
        return None
    return Pick(int(rows[chance(constraints.seed or 0) // EXPLORES % len(rows)]), 0.0, NEW, ABSENT)


def favourite(bundle: Bundle, profile: Profile) -> int | None:
    """The shopper's most frequent index group."""
    groups = audience_of(bundle, profile)
    return max(groups, key=groups.__getitem__) if groups else None
