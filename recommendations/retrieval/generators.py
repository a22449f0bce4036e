"""The candidate generators: which lists of the bundle are worth reading for a shopper. Pure.

A generator has a table of lists, such as the articles bought together with each, and tells from a
profile which of them to read and how strongly. One compiled function reads them for all generators.
Requests, training, evaluation and export share this code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from recommendations.bundle.reader import ABSENT, Bundle, Floats, Ints, Lists
from recommendations.retrieval.candidates import Candidates, Scores, Source
from recommendations.retrieval.profile import PURCHASE, UNKNOWN_BAND, Profile
from web.cache import per_owner
from web.compiled import Array, compiled

AGAIN_DAYS: Final = 30.0
POPULAR_DEPTH: Final = 100
DEPARTMENT_DEPTH: Final = 30
MOST_AUDIENCES: Final = 8
# An audience with less than this share of the shopper's attention is ignored.
SMALL_SHARE: Final = 0.2
# Stores and online.
CHANNELS: Final = np.array([1, 2], np.int32)

INTS, SCORES = Array(np.int32), Array(np.float64)


class Table(NamedTuple):
    """Lists of rows, each a line padded with ABSENT, and their scores."""

    rows: Ints
    scores: Floats


class Lookups(NamedTuple):
    """Lists to read: the line of each in the table, the factor of its scores (0 for an unknown
    one), the cause (see Candidates) and the owner; owners ascend."""

    line: Ints
    factor: Scores
    cause: Ints
    owner: Ints


NONE: Final = Lookups(
    np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.int32), np.zeros(0, np.int32)
)


class Generator(NamedTuple):
    table: Callable[[Bundle], Table]
    lookups: Callable[[Bundle, Profile], Lookups]


# --- by the shopper's own actions ----------------------------------------------------------------


def themselves(bundle: Bundle) -> Table:
    rows = np.arange(len(bundle.article), dtype=np.int32)[:, None]
    return Table(rows, np.ones(rows.shape, np.float32))


def again(_: Bundle, profile: Profile) -> Lookups:
    """What was bought in the last AGAIN_DAYS: 1 / days since."""
    own = ((profile.kinds == PURCHASE) & (profile.days <= AGAIN_DAYS)).nonzero()[0]
    rows = profile.rows.take(own)
    return Lookups(
        rows, 1.0 / np.maximum(profile.days.take(own), 1.0), rows, profile.owner.take(own)
    )


def of_actions(_: Bundle, profile: Profile) -> Lookups:
    """The list of everything the shopper acted on, times the action's weight."""
    return Lookups(profile.rows, profile.weights, profile.rows, profile.owner)


def colours(bundle: Bundle) -> Table:
    """Other colours, stronger the better they sell."""
    return Table(bundle.colours, bundle.standing.take(bundle.colours))


def content(bundle: Bundle) -> Table:
    """Similar in attributes and words; best sellers count more."""
    close = bundle.neighbour_scores**2
    return Table(bundle.neighbours, close * bundle.standing.take(bundle.neighbours))


# --- best sellers --------------------------------------------------------------------------------


class Shares(NamedTuple):
    """Of each shopper (`owner`) the share of the keys of some lists, such as departments."""

    owner: Ints
    key: Ints
    share: Scores


def heads(name: str, depth: int) -> Callable[[Bundle], Table]:
    """The heads of some of the bundle's lists."""

    def table(bundle: Bundle) -> Table:
        lists: Lists = getattr(bundle, name)
        return Table(lists.rows[:, :depth], lists.scores[:, :depth])

    return table


def listed(lists: Lists, shares: Shares) -> Lookups:
    """The lists of some keys, each scaled so that its first has the key's share."""
    line, factor = scaled(lists.keys, lists.scores, shares.key, shares.share)
    return Lookups(line, factor, np.full(len(line), ABSENT, np.int32), shares.owner)


@compiled(INTS, Array(np.float32, 2), INTS, SCORES)
def scaled(keys: Ints, scores: Floats, key: Ints, share: Scores) -> tuple[Ints, Scores]:
    """The line of each key's list, and its share over the first score; 0 for an unknown key."""
    line, factor = np.zeros(len(key), np.int32), np.zeros(len(key))
    for n, place in enumerate(np.searchsorted(keys, key)):
        if place < len(keys) and keys[place] == key[n]:
            line[n], factor[n] = place, share[n] / max(scores[place, 0], 1e-12)
    return line, factor


def popular(bundle: Bundle, profile: Profile) -> Lookups:
    return listed(bundle.popular, everyone(profile, int(bundle.popular.keys[0])))


def audience(bundle: Bundle, profile: Profile) -> Lookups:
    """The best sellers of the index groups the shopper prefers."""
    return listed(bundle.popular_by_index_group, audiences(bundle, profile))


def age(bundle: Bundle, profile: Profile) -> Lookups:
    known = (profile.bands != UNKNOWN_BAND).nonzero()[0].astype(np.int32)
    if not len(known):
        return NONE
    return listed(bundle.popular_by_age, Shares(known, profile.bands[known], np.ones(len(known))))


def channel(bundle: Bundle, profile: Profile) -> Lookups:
    """Best sellers in stores and online, by the shopper's own share of each."""
    known = np.isfinite(profile.online).nonzero()[0].astype(np.int32)
    if not len(known):
        return NONE
    online = profile.online[known]
    share = np.column_stack([1.0 - online, online]).ravel()
    owner, key = known.repeat(len(CHANNELS)), np.tile(CHANNELS, len(known))
    return listed(bundle.popular_by_channel, Shares(owner, key, share))


def department(bundle: Bundle, profile: Profile) -> Lookups:
    """The best sellers of the departments of what the shopper acted on."""
    return listed(bundle.popular_by_department, attention_to(bundle.department, profile))


def everyone(profile: Profile, key: int) -> Shares:
    count = profile.shoppers
    return Shares(np.arange(count, dtype=np.int32), np.full(count, key, np.int32), np.ones(count))


def attention_to(attribute: Ints, profile: Profile) -> Shares:
    """The share of each value of an attribute in the weighted actions of each shopper."""
    return Shares(*summed(attribute.take(profile.rows), profile.owner, profile.shares))


@compiled(INTS, INTS, SCORES)
def summed(values: Ints, owners: Ints, shares: Scores) -> tuple[Ints, Ints, Scores]:
    """Owner, value and total share of each value of an owner, in the order in which they come."""
    owner, key, total = np.empty_like(owners), np.empty_like(values), np.zeros(len(shares))
    first = count = 0
    for action, value in enumerate(values):
        if count > first and owner[first] != owners[action]:
            first = count
        place = first
        while place < count and key[place] != value:
            place += 1
        if place == count:
            owner[place], key[place] = owners[action], value
            count += 1
        total[place] += shares[action]
    return owner[:count], key[:count], total[:count]


@per_owner(most=MOST_AUDIENCES)
def audiences(bundle: Bundle, profile: Profile) -> Shares:
    """The index groups each shopper prefers, as shares of those above the threshold; kept for the
    next step of the same request."""
    found = attention_to(bundle.index_group, profile)
    large = (found.share >= SMALL_SHARE).nonzero()[0]
    owner, share = found.owner.take(large), found.share.take(large)
    return Shares(owner, found.key.take(large), share / np.bincount(owner, share).take(owner))


def audience_of(bundle: Bundle, profile: Profile) -> dict[int, float]:
    """The index groups that one shopper prefers, with their shares."""
    found = audiences(bundle, profile)
    return dict(zip(found.key.tolist(), found.share.tolist(), strict=True))


# --- all of them ---------------------------------------------------------------------------------

GENERATORS: Final[Mapping[Source, Generator]] = {
    Source.AGAIN: Generator(themselves, again),
    Source.COLOURS: Generator(colours, of_actions),
    Source.TOGETHER: Generator(lambda bundle: Table(*bundle.together), of_actions),
    Source.ALSO: Generator(lambda bundle: Table(*bundle.also), of_actions),
    Source.CONTENT: Generator(content, of_actions),
    Source.POPULAR: Generator(heads("popular", POPULAR_DEPTH), popular),
    Source.AUDIENCE: Generator(heads("popular_by_index_group", POPULAR_DEPTH), audience),
    Source.AGE: Generator(heads("popular_by_age", POPULAR_DEPTH), age),
    Source.CHANNEL: Generator(heads("popular_by_channel", POPULAR_DEPTH), channel),
    Source.DEPARTMENT: Generator(heads("popular_by_department", DEPARTMENT_DEPTH), department),
}


@dataclass(frozen=True)
class Found(Candidates):
    """The candidates of the generators (`source`, which ascend), of each by owner."""

    source: Ints


def generated(
    bundle: Bundle, profile: Profile, weights: Mapping[Source, float], index_group: int | None
) -> Found:
    """The candidates of the generators that have a weight, their strength times that.

    If one audience is requested (`index_group`), its best sellers take part with full strength.
    """
    lookups = [GENERATORS[source].lookups(bundle, profile) for source in weights]
    if index_group is not None and Source.AUDIENCE in weights:
        requested = listed(bundle.popular_by_index_group, everyone(profile, index_group))
        lookups[list(weights).index(Source.AUDIENCE)] = requested
    line, factor, cause, owner = map(np.concatenate, zip(*lookups, strict=True))
    sizes = [len(some.line) for some in lookups]
    source = np.fromiter(weights, np.int32).repeat(sizes)
    factor *= np.fromiter(weights.values(), np.float64).repeat(sizes)
    return Found(*read(*tables(bundle), source, line, factor, cause, owner))


@per_owner(most=1)
def tables(bundle: Bundle) -> tuple[tuple[Ints, ...], tuple[Floats, ...]]:
    """The rows and the scores of the generators' tables, in the order of Source."""
    found = [GENERATORS[source].table(bundle) for source in Source]
    return tuple(some.rows for some in found), tuple(some.scores for some in found)


@compiled(
    Array(np.int32, 2, len(Source)),
    Array(np.float32, 2, len(Source)),
    INTS, INTS, SCORES, INTS, INTS,
)  # fmt: skip
def read(
    rows: tuple[Ints, ...],
    scores: tuple[Floats, ...],
    sources: Ints,
    lines: Ints,
    factors: Scores,
    causes: Ints,
    owners: Ints,
) -> tuple[Ints, Scores, Ints, Ints, Ints]:
    """Row, strength (score times factor), cause, owner and source of everything in some lists."""
    size = 0
    for n, factor in enumerate(factors):
        if factor > 0:
            for one in rows[sources[n]][lines[n]]:
                size += one != ABSENT
    row, strength = np.empty(size, np.int32), np.empty(size)
    cause, owner = np.empty(size, np.int32), np.empty(size, np.int32)
    source = np.empty(size, np.int32)
    place = 0
    for n, factor in enumerate(factors):
        if factor > 0:
            own_rows, own_scores = rows[sources[n]][lines[n]], scores[sources[n]][lines[n]]
            for column, one in enumerate(own_rows):
                if one != ABSENT:
                    row[place], strength[place] = one, own_scores[column] * factor
                    cause[place], owner[place], source[place] = causes[n], owners[n], sources[n]
                    place += 1
    return row, strength, cause, owner, source
