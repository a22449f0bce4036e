"""The personal list: candidates, ranking, filters, and per policy the constraints of a shelf. Pure.

`predicted` serves the export and the evaluation, `personal_shelf` a page: it adds diversity and a
slot for exploration to the same candidates in the same order.
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

# Colours per design: a shopper who likes one may want others beside it.
PER_DESIGN: Final = 3
# Places reserved for articles the shopper doesn't own.
NOT_OWNED: Final = 1
# Of shelves at least this long, one in EXPLORES reserves its last place for a new arrival.
EXPLORES_FROM: Final = 8
EXPLORES: Final = 4
EXPLORE_DEPTH: Final = 60
NEW: Final = -1
JUST_BOUGHT_DAYS: Final = 0.5


class Pick(NamedTuple):
    """One place of the shelf; `source` is a candidates.Source or NEW, `cause` a row or ABSENT."""

    row: int
    score: float
    source: int
    cause: int


@dataclass(frozen=True)
class Constraints:
    """Constraints of the shelf: rows to hide, an audience, a seed for exploration (any number that
    differs by shopper and day; None: no exploration), and the rows of articles the shopper
    dislikes."""

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
    """The predictive list: up to k of what the shopper will most likely buy next.

    It may repeat purchases and show one design in many colours; a page's shelf may not.
    """
    chosen = weights or predicting(bundle, profile)
    found = generate(bundle, profile, chosen, constraints.index_group)
    ranking = damped(bundle, best_first(bundle, profile, found), constraints.less)
    return picked(ranking, allowed(bundle, ranking.rows, constraints).nonzero()[0][:k])


def predicting(bundle: Bundle, profile: Profile) -> Mapping[Source, float]:
    """The generators used for predictions."""
    return RANKED if applies(bundle, profile) else WEIGHTS


def picked(ranking: Ranking, places: npt.NDArray[np.intp]) -> list[Pick]:
    columns = (ranking.rows, ranking.scores, ranking.source, ranking.cause)
    parts = [column[places].tolist() for column in columns]
    return [Pick(*values) for values in zip(*parts, strict=True)]


def allowed(bundle: Bundle, rows: Ints, constraints: Constraints) -> npt.NDArray[np.bool_]:
    """On sale, of the requested audience, not hidden."""
    kept: npt.NDArray[np.bool_] = bundle.on_sale.take(rows)
    if constraints.index_group is not None:
        kept = kept & (bundle.index_group[rows] == constraints.index_group)
    if constraints.hidden:
        kept = kept & ~among(rows, constraints.hidden)
    return kept


def among(rows: Ints, few: Iterable[int] | Ints) -> npt.NDArray[np.bool_]:
    """Membership in a small set: three times as fast as numpy's isin, which sorts."""
    one_of = few if isinstance(few, np.ndarray) else np.fromiter(few, rows.dtype)
    found: npt.NDArray[np.bool_] = (rows[:, None] == one_of).any(axis=1)
    return found


def not_too_often(rows: Ints, profile: Profile, most: int) -> npt.NDArray[np.intp]:
    """Positions of the rows, dropping previously bought ones after the first `most`."""
    bought = profile.rows[profile.kinds == PURCHASE]
    if not len(bought):
        return np.arange(len(rows))
    owned = among(rows, bought)
    places: npt.NDArray[np.intp] = (~owned | (owned.cumsum() <= most)).nonzero()[0]
    return places


def something_new(bundle: Bundle, picks: list[Pick], constraints: Constraints) -> Pick | None:
    """One of the newest articles, varying by seed, so that unknown articles get impressions."""
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
    """A pseudo-random number, the same for the same seed."""
    return crc32(str(seed).encode())


def just_bought(profile: Profile) -> set[int]:
    """Rows bought within JUST_BOUGHT_DAYS.

    Not longer: what was bought yesterday (another size, a second piece) is the best guess for
    today.
    """
    just = (profile.kinds == PURCHASE) & (profile.days < JUST_BOUGHT_DAYS)
    return set(profile.rows[just].tolist())
