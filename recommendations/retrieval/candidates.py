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
# Of two equally similar articles the best seller gets this much more, so that unpopular articles
# don't lead a shelf.
STANDING_WEIGHT = 0.1
# An audience with less than this share of the shopper's attention is ignored.
SMALL_SHARE = 0.2

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
    """Rows (possibly repeated), their strength, and the action behind each: the row of its article
    and its kind, ABSENT for none."""

    rows: Ints
    scores: Scores
    cause: Ints

    def __len__(self) -> int:
        return len(self.rows)


def again(bundle: Bundle, profile: Profile) -> Candidates:
    """What was bought in the last AGAIN_DAYS: 1 / days since."""
    own = (profile.kinds == PURCHASE) & (profile.days <= AGAIN_DAYS)
    rows = profile.rows[own]
    return Candidates(rows, 1.0 / np.maximum(profile.days[own], 1.0), rows)


def colours(bundle: Bundle, profile: Profile) -> Candidates:
    """Other colours of what the shopper acted on, stronger the better they sell."""
    rows = bundle.colours.take(profile.rows, axis=0)
    return near(rows, bundle.standing.take(rows), profile.weights, profile.rows)


def together(bundle: Bundle, profile: Profile) -> Candidates:
    return partners(bundle.together, profile)


def also(bundle: Bundle, profile: Profile) -> Candidates:
    return partners(bundle.also, profile)


def partners(table: tuple[Ints, Floats], profile: Profile) -> Candidates:
    rows, scores = table
    own = profile.rows
    return near(rows.take(own, axis=0), scores.take(own, axis=0), profile.weights, own)


def content(bundle: Bundle, profile: Profile) -> Candidates:
    """Similar in attributes and words; best sellers count more."""
    rows = bundle.neighbours.take(profile.rows, axis=0)
    close = bundle.neighbour_scores.take(profile.rows, axis=0) ** 2
    return near(rows, close * bundle.standing.take(rows), profile.weights, profile.rows)


def near(rows: Ints, scores: Floats | Scores, weight: Scores, own: Ints) -> Candidates:
    """Everything in the lists of a profile's actions, times the action's weight."""
    place = (rows != ABSENT).ravel().nonzero()[0]
    strength = (scores * weight[:, None]).take(place)
    return Candidates(rows.take(place), strength, own.repeat(rows.shape[1]).take(place))


def popular(bundle: Bundle, profile: Profile) -> Candidates:
    return listed(bundle.popular, {int(bundle.popular.keys[0]): 1.0})


def audience(bundle: Bundle, profile: Profile) -> Candidates:
    """The best sellers of the index groups the shopper prefers."""
    return listed(bundle.popular_by_index_group, audience_of(bundle, profile))


def age(bundle: Bundle, profile: Profile) -> Candidates:
    known = profile.band != UNKNOWN_BAND
    return listed(bundle.popular_by_age, {profile.band: 1.0} if known else {})


def channel(bundle: Bundle, profile: Profile) -> Candidates:
    """Best sellers in stores (1) and online (2), by the shopper's own share of each."""
    if profile.online is None:
        return NOTHING
    return listed(bundle.popular_by_channel, {1: 1.0 - profile.online, 2: profile.online})


def department(bundle: Bundle, profile: Profile) -> Candidates:
    """The best sellers of the departments of what the shopper acted on."""
    attention = attention_to(bundle.department, profile)
    everything = sum(attention.values())
    shares = {key: weight / everything for key, weight in attention.items() if weight > 0}
    return listed(bundle.popular_by_department, shares, DEPARTMENT_DEPTH)


def attention_to(attribute: Ints, profile: Profile) -> dict[int, float]:
    """Of each value of an attribute the total weight of the shopper's actions on it."""
    total = dict[int, float]()
    values = attribute[profile.rows].tolist()
    for value, weight in zip(values, profile.weights.tolist(), strict=True):
        total[value] = total.get(value, 0.0) + weight
    return total


def audience_of(bundle: Bundle, profile: Profile) -> dict[int, float]:
    """The index groups a shopper prefers, as shares of those above the threshold."""
    total = attention_to(bundle.index_group, profile)
    everything = sum(total.values())
    large = {k: v for k, v in total.items() if v > 0 and v >= SMALL_SHARE * everything}
    return {group: weight / sum(large.values()) for group, weight in large.items()}


def listed(lists: Lists, shares: Mapping[int, float], depth: int = POPULAR_DEPTH) -> Candidates:
    """The heads of the lists of some keys, each scaled so that its first has the key's share."""
    heads = [(*lists.shares(key), share) for key, share in shares.items() if share > 0]
    if not heads:
        return NOTHING
    rows = np.concatenate([rows[:depth] for rows, _, _ in heads])
    scores = np.concatenate([share * scores[:depth] for _, scores, share in heads])
    return Candidates(rows, scores, np.full(len(rows), ABSENT, np.int32))


NOTHING = Candidates(np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.int32))

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
    return Candidates(rows[order], scores[order], np.full(known, row, np.int32))


def of_look(bundle: Bundle, row: int) -> Candidates:
    """The nearest articles by picture, best first; none for an article without one."""
    rows, scores = (array[row] for array in bundle.look_neighbours)
    known = int(np.count_nonzero(rows != ABSENT))
    return Candidates(
        rows[:known], scores[:known].astype(np.float64), np.full(known, row, np.int32)
    )


def of_partners(bundle: Bundle, row: int) -> Candidates:
    """What is bought in the same baskets and by the same customers, best first."""
    parts = [(rows[row], scores[row]) for rows, scores in (bundle.together, bundle.also)]
    rows = np.concatenate([rows for rows, _ in parts])
    scores = np.concatenate([scores for _, scores in parts]).astype(np.float64)
    known, place = np.unique(rows[rows != ABSENT], return_inverse=True)
    total = np.zeros(len(known))
    np.add.at(total, place, scores[rows != ABSENT])
    order = np.argsort(-total, kind="stable")
    cause = np.full(len(known), row, np.int32)
    return Candidates(known[order], total[order], cause)
