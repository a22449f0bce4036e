"""The list that predicts: candidates, rank, filters; it is for the export and the evaluation. Pure.

A page's shelf (`ranking.inspiring`) chooses otherwise from the same candidates in the same order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Ints
from recommendations.ranking.dislike_penalty import damped
from recommendations.ranking.ranker import best_first, ranker_for
from recommendations.ranking.scoring import WEIGHTS, Ranking, generate
from recommendations.retrieval.candidates import Source
from recommendations.retrieval.profile import PURCHASE, Profile, profiles_of

NEW: Final = -1
JUST_BOUGHT_DAYS: Final = 0.5
# Customers that are predicted at once: their candidates fit into the cache of a processor.
AT_A_TIME: Final = 64


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


def predicted_rows(
    bundle: Bundle, customers: Ints, k: int, weights: Mapping[Source, float] | None = None
) -> Ints:
    """The predictive list of each customer (key) at the first moment after the bundle's as-of day.

    customers × k rows of the bundle, best first, padded with ABSENT. A customer who is unknown to
    the bundle gets the list for newcomers.
    """
    lists = np.full((len(customers), k), ABSENT, np.int32)
    known = np.isin(customers, bundle.customers.key)
    for some in (np.flatnonzero(known), np.flatnonzero(~known)):
        for start in range(0, len(some), AT_A_TIME):
            part = some[start : start + AT_A_TIME]
            lists[part] = heads(bundle, profiles_of(bundle, customers[part]), k, weights)
    return lists


def heads(bundle: Bundle, profile: Profile, k: int, weights: Mapping[Source, float] | None) -> Ints:
    """shoppers × k rows on sale."""
    found = generate(bundle, profile, weights or predicting(bundle, profile))
    ranking = best_first(bundle, profile, found)
    kept = bundle.on_sale.take(ranking.rows)
    rows, owner = ranking.rows[kept], ranking.owner[kept]
    place = np.arange(len(rows)) - owner.searchsorted(owner)
    lists = np.full((profile.shoppers, k), ABSENT, np.int32)
    lists[owner[place < k], place[place < k]] = rows[place < k]
    return lists


def predicting(bundle: Bundle, profile: Profile) -> Mapping[Source, float]:
    """The generators used for predictions."""
    ranker = ranker_for(bundle, profile)
    return WEIGHTS if ranker is None else ranker.weights


def picked(ranking: Ranking, places: npt.NDArray[np.intp]) -> list[Pick]:
    columns = (ranking.rows, ranking.scores, ranking.source, ranking.cause)
    parts = [column[places].tolist() for column in columns]
    return [Pick(*values) for values in zip(*parts, strict=True)]


def allowed(bundle: Bundle, rows: Ints, constraints: Constraints) -> npt.NDArray[np.bool_]:
    """On sale, of the requested audience, not hidden."""
    kept: npt.NDArray[np.bool_] = bundle.on_sale.take(rows)
    if constraints.index_group is not None:
        kept &= bundle.index_group.take(rows) == constraints.index_group
    return kept & ~is_in(rows, constraints.hidden) if constraints.hidden else kept


def is_in(rows: Ints, few: Iterable[int] | Ints) -> npt.NDArray[np.bool_]:
    """Membership in a small set: three times as fast as numpy's isin, which sorts."""
    one_of = few if isinstance(few, np.ndarray) else np.fromiter(few, rows.dtype)
    found: npt.NDArray[np.bool_] = (rows[:, None] == one_of).any(axis=1)
    return found


def recently_bought(profile: Profile) -> set[int]:
    """Rows bought within JUST_BOUGHT_DAYS.

    Not longer: what was bought yesterday (another size, a second piece) is the best guess for
    today.
    """
    just = (profile.kinds == PURCHASE) & (profile.days < JUST_BOUGHT_DAYS)
    return set(profile.rows[just].tolist())
