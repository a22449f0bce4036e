"""Candidate generation: articles worth ranking, with their source and strength. Pure.

Every generator takes a bundle and a profile and returns rows of the bundle. Requests, evaluation
and export share this code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Floats, Ints, Lists
from recommendations.retrieval.profile import PURCHASE, UNKNOWN_BAND, Profile

AGAIN_DAYS = 30.0
POPULAR_DEPTH = 100
DEPARTMENT_DEPTH = 30
# So few lists are joined one by one.
FEW = 16
# Of two equally similar articles the best seller gets this much more, so that unpopular articles
# don't lead a shelf.
STANDING_WEIGHT = 0.1
# An audience with less than this share of the shopper's attention is ignored.
SMALL_SHARE = 0.2

# H&M's number for an unknown value, and the bits that any other needs.
UNKNOWN_VALUE = -1
VALUE_BITS = 32

Scores = npt.NDArray[np.float64]


class Source(IntEnum):
    """The generators."""

    AGAIN = 0
    COLOURS = 1
    TOGETHER = 2
    ALSO = 3
    CONTENT = 4
    POPULAR = 5
    AUDIENCE = 6
    AGE = 7
    CHANNEL = 8
    DEPARTMENT = 9


@dataclass(frozen=True)
class Candidates:
    """Rows (possibly repeated), their strength, the action behind each (the row of its article,
    ABSENT for none), and the shopper (a position in the profile)."""

    rows: Ints
    scores: Scores
    cause: Ints
    owner: Ints

    def __len__(self) -> int:
        return len(self.rows)


def again(bundle: Bundle, profile: Profile) -> Candidates:
    """What was bought in the last AGAIN_DAYS: 1 / days since."""
    own = (profile.kinds == PURCHASE) & (profile.days <= AGAIN_DAYS)
    rows = profile.rows[own]
    return Candidates(rows, 1.0 / np.maximum(profile.days[own], 1.0), rows, profile.owner[own])


def colours(bundle: Bundle, profile: Profile) -> Candidates:
    """Other colours of what the shopper acted on, stronger the better they sell."""
    rows = bundle.colours.take(profile.rows, axis=0)
    return near(rows, bundle.standing.take(rows), profile)


def together(bundle: Bundle, profile: Profile) -> Candidates:
    return partners(bundle.together, profile)


def also(bundle: Bundle, profile: Profile) -> Candidates:
    return partners(bundle.also, profile)


def partners(table: tuple[Ints, Floats], profile: Profile) -> Candidates:
    rows, scores = table
    return near(rows.take(profile.rows, axis=0), scores.take(profile.rows, axis=0), profile)


def content(bundle: Bundle, profile: Profile) -> Candidates:
    """Similar in attributes and words; best sellers count more."""
    rows = bundle.neighbours.take(profile.rows, axis=0)
    close = bundle.neighbour_scores.take(profile.rows, axis=0) ** 2
    return near(rows, close * bundle.standing.take(rows), profile)


def near(rows: Ints, scores: Floats | Scores, profile: Profile) -> Candidates:
    """Everything in the lists of a profile's actions, times the action's weight."""
    place = (rows != ABSENT).ravel().nonzero()[0]
    strength = (scores * profile.weights[:, None]).take(place)
    action = place // max(rows.shape[1], 1)
    return Candidates(
        rows.take(place), strength, profile.rows.take(action), profile.owner.take(action)
    )


def popular(bundle: Bundle, profile: Profile) -> Candidates:
    return listed(bundle.popular, everyone(profile, int(bundle.popular.keys[0])))


def audience(bundle: Bundle, profile: Profile) -> Candidates:
    """The best sellers of the index groups the shopper prefers."""
    return listed(bundle.popular_by_index_group, audiences(bundle, profile))


def age(bundle: Bundle, profile: Profile) -> Candidates:
    known = (profile.bands != UNKNOWN_BAND).nonzero()[0].astype(np.int32)
    return listed(bundle.popular_by_age, Shares(known, profile.bands[known], np.ones(len(known))))


def channel(bundle: Bundle, profile: Profile) -> Candidates:
    """Best sellers in stores (1) and online (2), by the shopper's own share of each."""
    known = np.isfinite(profile.online).nonzero()[0].astype(np.int32)
    online = profile.online[known]
    keys = np.array([1, 2], np.int32).repeat(len(known))
    share = np.concatenate([1.0 - online, online])
    return listed(bundle.popular_by_channel, Shares(np.tile(known, 2), keys, share))


def department(bundle: Bundle, profile: Profile) -> Candidates:
    """The best sellers of the departments of what the shopper acted on."""
    return listed(
        bundle.popular_by_department, attention_to(bundle.department, profile), DEPARTMENT_DEPTH
    )


@dataclass(frozen=True)
class Shares:
    """Of each shopper (`owner`) the share of the keys of some lists, such as departments."""

    owner: Ints
    key: Ints
    share: Scores


def everyone(profile: Profile, key: int) -> Shares:
    count = profile.shoppers
    return Shares(np.arange(count, dtype=np.int32), np.full(count, key, np.int32), np.ones(count))


def attention_to(attribute: Ints, profile: Profile) -> Shares:
    """The share of each value of an attribute in the weighted actions of each shopper."""
    if profile.shoppers == 1:
        return attention_of_one(attribute, profile)
    value = attribute.take(profile.rows).astype(np.int64) - UNKNOWN_VALUE
    pair = profile.owner.astype(np.int64) << VALUE_BITS | value
    order = pair.argsort(kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])[: len(pair)])
    share = np.add.reduceat(profile.shares[order], first) if len(first) else profile.shares
    owner, key = np.divmod(pair[first], 1 << VALUE_BITS)
    return Shares(owner.astype(np.int32), (key + UNKNOWN_VALUE).astype(np.int32), share)


def attention_of_one(attribute: Ints, profile: Profile) -> Shares:
    """The same for one shopper: a third of the time for their few actions."""
    total: dict[int, float] = {}
    values = attribute.take(profile.rows).tolist()
    for value, share in zip(values, profile.shares.tolist(), strict=True):
        total[value] = total.get(value, 0.0) + share
    keys = np.fromiter(total, np.int32, len(total))
    return Shares(0 * keys, keys, np.fromiter(total.values(), np.float64, len(total)))


def audiences(bundle: Bundle, profile: Profile) -> Shares:
    """The index groups each shopper prefers, as shares of those above the threshold."""
    found = attention_to(bundle.index_group, profile)
    large = found.share >= SMALL_SHARE
    owner, share = found.owner[large], found.share[large]
    return Shares(owner, found.key[large], share / np.bincount(owner, share).take(owner))


def audience_of(bundle: Bundle, profile: Profile) -> dict[int, float]:
    """The index groups that one shopper prefers, with their shares."""
    found = audiences(bundle, profile)
    return dict(zip(found.key.tolist(), found.share.tolist(), strict=True))


def listed(lists: Lists, shares: Shares, depth: int = POPULAR_DEPTH) -> Candidates:
    """The heads of the lists of some keys, each scaled so that its first has the key's share."""
    if len(shares.key) <= FEW:
        return listed_singly(lists, shares, depth)
    rows, scores = lists.heads(shares.key, depth)
    place = ((rows != ABSENT) & (shares.share > 0)[:, None]).ravel().nonzero()[0]
    return Candidates(
        rows.take(place),
        (scores * shares.share[:, None]).take(place),
        np.full(len(place), ABSENT, np.int32),
        shares.owner.take(place // max(rows.shape[1], 1)),
    )


def listed_singly(lists: Lists, shares: Shares, depth: int) -> Candidates:
    """The same, list by list: twice as fast for the few keys of one shopper."""
    parts = [
        (rows[:depth], share * scores[:depth], owner)
        for owner, key, share in zip(
            shares.owner.tolist(), shares.key.tolist(), shares.share.tolist(), strict=True
        )
        for rows, scores in [lists.relative(key)]
        if share > 0
    ]
    if not parts:
        return NOTHING
    rows, scores, owners = zip(*parts, strict=True)
    return Candidates(
        np.concatenate(rows),
        np.concatenate(scores),
        np.full(sum(map(len, rows)), ABSENT, np.int32),
        np.array(owners, np.int32).repeat([len(some) for some in rows]),
    )


NOTHING = Candidates(
    np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.int32), np.zeros(0, np.int32)
)

GENERATORS: Mapping[Source, Callable[[Bundle, Profile], Candidates]] = {
    Source.AGAIN: again,
    Source.COLOURS: colours,
    Source.TOGETHER: together,
    Source.ALSO: also,
    Source.CONTENT: content,
    Source.POPULAR: popular,
    Source.AUDIENCE: audience,
    Source.AGE: age,
    Source.CHANNEL: channel,
    Source.DEPARTMENT: department,
}


def of_article(bundle: Bundle, row: int) -> Candidates:
    """The nearest articles by content, best first; the score is the similarity."""
    known = int(np.count_nonzero(bundle.neighbours[row] != ABSENT))
    rows = bundle.neighbours[row, :known]
    lift = 1.0 + STANDING_WEIGHT * bundle.standing[rows]
    scores = bundle.neighbour_scores[row, :known].astype(np.float64) * lift
    order = np.argsort(-scores, kind="stable")
    return Candidates(rows[order], scores[order], *caused_by(row, known))


def of_look(bundle: Bundle, row: int) -> Candidates:
    """The nearest articles by picture, best first; none for an article without one."""
    rows, scores = (array[row] for array in bundle.look_neighbours)
    known = int(np.count_nonzero(rows != ABSENT))
    return Candidates(rows[:known], scores[:known].astype(np.float64), *caused_by(row, known))


def of_partners(bundle: Bundle, row: int) -> Candidates:
    """What is bought in the same baskets and by the same customers, best first."""
    parts = [(rows[row], scores[row]) for rows, scores in (bundle.together, bundle.also)]
    rows = np.concatenate([rows for rows, _ in parts])
    scores = np.concatenate([scores for _, scores in parts]).astype(np.float64)
    known, place = np.unique(rows[rows != ABSENT], return_inverse=True)
    total = np.zeros(len(known))
    np.add.at(total, place, scores[rows != ABSENT])
    order = np.argsort(-total, kind="stable")
    return Candidates(known[order], total[order], *caused_by(row, len(known)))


def caused_by(row: int, count: int) -> tuple[Ints, Ints]:
    """Cause and owner of candidates that one article leads to."""
    return np.full(count, row, np.int32), np.zeros(count, np.int32)
