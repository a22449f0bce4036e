"""The personal list: candidates, rank, filters, and by policy what a shelf must respect. Pure.

`predicted` is for the export and the evaluation, `personal_shelf` for a page: it adds diversity and
a slot for something new to the same candidates in the same order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.ranking.dislike_penalty import damped
from recommendations.ranking.diversity import diverse
from recommendations.ranking.ranker import RANKED, applies, best_first
from recommendations.ranking.scoring import WEIGHTS, Ranking, generate
from recommendations.retrieval.candidates import Source
from recommendations.retrieval.profile import PURCHASE, Profile

# Of one design so many colours: who liked one may want others beside it.
PER_DESIGN: Final = 3
# What one owns already leaves so many places to others.
NOT_OWNED: Final = 1
# Of shelves of this length or more, one in EXPLORES keeps its last place for an article that is
# new in the shop.
EXPLORES_FROM: Final = 8
EXPLORES: Final = 4
EXPLORE_DEPTH: Final = 60
NEW: Final = -1
JUST_BOUGHT_DAYS: Final = 0.5
# Product types that one buys again at once: socks, tights, leggings and tights, underwear.
CONSUMABLES: Final = (302, 304, 273, 286)


class Pick(NamedTuple):
    """One place of the shelf; `source` is a candidates.Source or NEW, `cause` a row or ABSENT."""

    row: int
    score: float
    source: int
    cause: int


@dataclass(frozen=True)
class Constraints:
    """What the shelf has to respect: rows not to show, an audience, whom to explore for (any
    number that tells shopper and day apart; None: no slot for something new), and the rows of
    what the shopper wants to see less of."""

    hidden: Collection[int] = ()
    index_group: int | None = None
    seed: int | None = None
    less: Sequence[int] = ()


def personal_shelf(
    bundle: Bundle,
    profile: Profile,
    k: int,
    constraints: Constraints,
    weights: Mapping[Source, float] = WEIGHTS,
) -> list[Pick]:
    """Up to k picks, best first."""
    found = generate(bundle, profile, weights, constraints.index_group)
    ranking = damped(bundle, best_first(bundle, profile, found), constraints.less)
    left = allowed(bundle, ranking.rows, constraints).nonzero()[0]
    left = left.take(not_too_often(ranking.rows.take(left), profile, k - NOT_OWNED))
    places = left.take(diverse(bundle, ranking.rows.take(left), k, (k + 1) // 2, PER_DESIGN))
    picks = picked(ranking, places)
    explores = (
        k >= EXPLORES_FROM
        and constraints.seed is not None
        and chance(constraints.seed) % EXPLORES == 0
    )
    new = something_new(bundle, picks, constraints) if explores else None
    return picks if new is None else [*picks[: k - 1], new]


def predicted(
    bundle: Bundle,
    profile: Profile,
    k: int,
    constraints: Constraints,
    weights: Mapping[Source, float] | None = None,
) -> list[Pick]:
    """The list that predicts: up to k of what the shopper will most likely buy next.

    It may repeat what they own and show one thing in many colours; a shelf on a page may not.
    """
    chosen = weights or predicting(bundle, profile)
    found = generate(bundle, profile, chosen, constraints.index_group)
    ranking = damped(bundle, best_first(bundle, profile, found), constraints.less)
    return picked(ranking, allowed(bundle, ranking.rows, constraints).nonzero()[0][:k])


def predicting(bundle: Bundle, profile: Profile) -> Mapping[Source, float]:
    """The generators that a prediction starts from."""
    return RANKED if applies(bundle, profile) else WEIGHTS


def picked(ranking: Ranking, places: npt.NDArray[np.intp]) -> list[Pick]:
    columns = (ranking.rows, ranking.scores, ranking.source, ranking.cause)
    parts = [column[places].tolist() for column in columns]
    return [Pick(*values) for values in zip(*parts, strict=True)]


def allowed(bundle: Bundle, rows: Ints, constraints: Constraints) -> npt.NDArray[np.bool_]:
    """On sale, of the audience asked for, not hidden."""
    kept: npt.NDArray[np.bool_] = bundle.on_sale.take(rows)
    if constraints.index_group is not None:
        kept = kept & (bundle.index_group[rows] == constraints.index_group)
    if constraints.hidden:
        kept = kept & ~among(rows, constraints.hidden)
    return kept


def among(rows: Ints, few: Iterable[int] | Ints) -> npt.NDArray[np.bool_]:
    """Which rows are one of a few: three times as fast as numpy's isin, which sorts."""
    one_of = few if isinstance(few, np.ndarray) else np.fromiter(few, rows.dtype)
    found: npt.NDArray[np.bool_] = (rows[:, None] == one_of).any(axis=1)
    return found


def not_too_often(rows: Ints, profile: Profile, most: int) -> npt.NDArray[np.intp]:
    """Places of the rows, without those bought before that come after the first `most` such."""
    bought = profile.rows[profile.kinds == PURCHASE]
    if not len(bought):
        return np.arange(len(rows))
    owned = among(rows, bought)
    places: npt.NDArray[np.intp] = (~owned | (owned.cumsum() <= most)).nonzero()[0]
    return places


def something_new(bundle: Bundle, picks: list[Pick], constraints: Constraints) -> Pick | None:
    """One of the newest articles, another for each seed, so that what nobody knows gets seen."""
    lists = bundle.new if constraints.index_group is None else bundle.new_by_index_group
    key = int(lists.keys[0]) if constraints.index_group is None else constraints.index_group
    rows = lists.of(key)[0][:EXPLORE_DEPTH]
    shown = {int(bundle.design[pick.row]) for pick in picks}
    rows = rows[allowed(bundle, rows, constraints) & ~np.isin(bundle.design[rows], list(shown))]
    if len(rows) == 0:
        return None
    row = int(rows[chance(constraints.seed or 0) // EXPLORES % len(rows)])
    return Pick(row, 0.0, NEW, -1)


def chance(seed: int) -> int:
    """A number that looks like any, the same for the same seed."""
    return crc32(str(seed).encode())


def just_bought(bundle: Bundle, profile: Profile) -> set[int]:
    """Rows bought within JUST_BOUGHT_DAYS, without what one buys again at once.

    No longer: what was bought yesterday (another size, a second piece) is the best guess for today.
    """
    rows = profile.rows[(profile.kinds == PURCHASE) & (profile.days < JUST_BOUGHT_DAYS)]
    return set(rows[~among(bundle.product_type[rows], CONSUMABLES)].tolist())
