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
    picked,
)
from recommendations.ranking.ranker import best_first
from recommendations.ranking.scoring import WEIGHTS, Places, Ranking, generate
from recommendations.ranking.variety import times, varied
from recommendations.retrieval.candidates import Scores
from recommendations.retrieval.generators import INTS, SCORES, audience_of, audiences
from recommendations.retrieval.profile import PURCHASE, Profile
from web.cache import per_owner
from web.compiled import Array, compiled

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
BOOLS: Final = Array(np.bool_)


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
    if constraints.index_group is None:
        return shown(bundle, rows, constraints, audiences(bundle, profile).key)
    return showable(bundle, rows, constraints)


def showable(bundle: Bundle, rows: Ints, constraints: Constraints) -> Bools:
    """On sale, of the requested audience, of no hidden or disliked design."""
    requested = [] if constraints.index_group is None else [constraints.index_group]
    return shown(bundle, rows, constraints, np.array(requested, np.int32))


def shown(bundle: Bundle, rows: Ints, constraints: Constraints, groups: Ints) -> Bools:
    """The same, of one of the audiences if there are any."""
    out = {*constraints.hidden, *constraints.less} - {ABSENT}
    designs = bundle.design.take(np.fromiter(out, np.int32))
    return on_offer(rows, bundle.on_sale, bundle.index_group, groups, bundle.design, designs)


@compiled(INTS, BOOLS, INTS, INTS, INTS, INTS)
def on_offer(
    rows: Ints, on_sale: Bools, group: Ints, groups: Ints, design: Ints, hidden: Ints
) -> Bools:
    kept = np.empty(len(rows), np.bool_)
    for place, row in enumerate(rows):
        wanted = len(groups) == 0 or times(groups, group[row]) > 0
        kept[place] = on_sale[row] and wanted and times(hidden, design[row]) == 0
    return kept


def weighed(
    ranking: Ranking, left: npt.NDArray[np.intp], profile: Profile, goods: Goods | None
) -> Scores:
    """Sort keys, lowest first: the negated scores, times the factors above."""
    scores = ranking.scores.take(left)
    if goods is None:
        return -scores
    rows, causes = ranking.rows.take(left), ranking.cause.take(left)
    own = goods.section.take(profile.rows)
    return factored(rows, causes, scores, goods.pictured, goods.section, own)


@compiled(INTS, INTS, SCORES, BOOLS, INTS, INTS)
def factored(
    rows: Ints, causes: Ints, scores: Scores, pictured: Bools, section: Ints, own: Ints
) -> Scores:
    keys = -scores
    for place, row in enumerate(rows):
        if not pictured[row]:
            keys[place] *= NO_PICTURE
        if len(own) and causes[place] == ABSENT and times(own, section[row]) == 0:
            keys[place] *= OTHER_SECTION
    return keys


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
