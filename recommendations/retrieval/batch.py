"""Profiles and candidates of many customers at once, for lists made offline. Pure.

The same generators as in retrieval.candidates, over flat arrays instead of one shopper's: several
times as fast, because NumPy is called once per generator and not once per customer. A test holds
the two equal.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Floats, Ints, Lists
from recommendations.retrieval.candidates import (
    AGAIN_DAYS,
    DEPARTMENT_DEPTH,
    POPULAR_DEPTH,
    SMALL_SHARE,
    Scores,
    Source,
)
from recommendations.retrieval.profile import (
    DAY_MS,
    HALF_AFTER_DAYS,
    KIND_WEIGHT,
    LAST_ACTIONS,
    PURCHASE,
    STEPS,
    UNKNOWN_BAND,
)

Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Profiles:
    """The last purchases of customers who have equally many: `rows` and `days` are customers ×
    actions, newest first, as in Profile; `place` are the customers' positions among those asked
    for."""

    place: Places
    rows: Ints
    days: Scores
    band: Ints
    online: Scores

    def __len__(self) -> int:
        return len(self.place)

    @property
    def weights(self) -> Scores:
        aged = KIND_WEIGHT[PURCHASE] / (1.0 + self.days / HALF_AFTER_DAYS)
        return np.asarray(aged * STEPS[: self.rows.shape[1]])


class Found(NamedTuple):
    """Candidates of several customers: whose, which row, how strong."""

    owner: Places
    rows: Ints
    scores: Scores


def profiles_of(bundle: Bundle, customers: Ints, now_ms: int, most: int) -> Iterator[Profiles]:
    """The customers whom the bundle knows, at most this many at a time."""
    known = bundle.customers
    place = np.minimum(known.key.searchsorted(customers), max(len(known.key) - 1, 0))
    asked = np.flatnonzero(known.key[place] == customers) if len(known.key) else place[:0]
    place = place[asked]
    start = np.where(place > 0, known.ends[place - 1], 0)
    length = known.ends[place] - start
    owner = np.repeat(np.arange(len(place)), length)
    at = np.arange(len(owner)) + np.repeat(start - (np.cumsum(length) - length), length)
    days = now_ms / DAY_MS - known.days[at].astype(np.float64)
    order = np.lexsort((days, owner))
    order = order[days[order] >= 0]
    owner, rows, days = owner[order], known.rows[at][order], days[order]
    newest = np.sort(np.unique(owner * len(bundle.article) + rows, return_index=True)[1])
    owner, rows, days = owner[newest], rows[newest], days[newest]
    step = np.arange(len(owner)) - np.searchsorted(owner, owner)
    last = step < LAST_ACTIONS
    owner, rows, days = owner[last], rows[last], days[last]
    count = np.bincount(owner, minlength=len(place))
    for actions in np.unique(count[count > 0]).tolist():
        everyone = np.flatnonzero(count == actions)
        chosen = count[owner] == actions
        shape = (len(everyone), actions)
        same_rows, same_days = rows[chosen].reshape(shape), days[chosen].reshape(shape)
        for begin in range(0, len(everyone), most):
            some = slice(begin, begin + most)
            who = everyone[some]
            yield Profiles(
                asked[who], same_rows[some], same_days[some],
                known.band[place[who]], known.online[place[who]].astype(np.float64),
            )  # fmt: skip


def again(bundle: Bundle, about: Profiles) -> Found:
    owner, action = np.nonzero(about.days <= AGAIN_DAYS)
    days = about.days[owner, action]
    return Found(owner, about.rows[owner, action], 1.0 / np.maximum(days, 1.0))


def colours(bundle: Bundle, about: Profiles) -> Found:
    rows = bundle.colours.take(about.rows.ravel(), axis=0)
    return near(rows, bundle.standing.take(rows), about)


def partners(table: str) -> "Generator":
    def of(bundle: Bundle, about: Profiles) -> Found:
        rows, scores = getattr(bundle, table)
        own = about.rows.ravel()
        return near(rows.take(own, axis=0), scores.take(own, axis=0), about)

    return of


def content(bundle: Bundle, about: Profiles) -> Found:
    own = about.rows.ravel()
    rows = bundle.neighbours.take(own, axis=0)
    close = bundle.neighbour_scores.take(own, axis=0) ** 2
    return near(rows, close * bundle.standing.take(rows), about)


def near(rows: Ints, scores: Floats | Scores, about: Profiles) -> Found:
    place = np.flatnonzero(rows != ABSENT)
    strength = (scores * about.weights.reshape(-1, 1)).take(place)
    return Found(place // (rows.shape[1] * about.rows.shape[1]), rows.take(place), strength)


def popular(bundle: Bundle, about: Profiles) -> Found:
    return listed(bundle.popular, np.ones((len(about), 1)), bundle.popular.keys[:1])


def audience(bundle: Bundle, about: Profiles) -> Found:
    keys, total = attention_to(bundle.index_group, about)
    large = np.where(total >= SMALL_SHARE * total.sum(axis=1, keepdims=True), total, 0.0)
    shares = large / np.maximum(large.sum(axis=1, keepdims=True), 1e-300)
    return listed(bundle.popular_by_index_group, shares, keys)


def age(bundle: Bundle, about: Profiles) -> Found:
    keys, code = np.unique(about.band, return_inverse=True)
    shares = np.zeros((len(about), len(keys)))
    shares[np.arange(len(about)), code] = about.band != UNKNOWN_BAND
    return listed(bundle.popular_by_age, shares, keys)


def channel(bundle: Bundle, about: Profiles) -> Found:
    shares = np.stack([1.0 - about.online, about.online], axis=1)
    return listed(bundle.popular_by_channel, shares, np.array([1, 2]))


def department(bundle: Bundle, about: Profiles) -> Found:
    keys, total = attention_to(bundle.department, about)
    shares = total / total.sum(axis=1, keepdims=True)
    return listed(bundle.popular_by_department, shares, keys, DEPARTMENT_DEPTH)


def attention_to(attribute: Ints, about: Profiles) -> tuple[Ints, Scores]:
    """The values of an attribute, and customers × values the weight of the actions on each."""
    keys, code = np.unique(attribute.take(about.rows.ravel()), return_inverse=True)
    owner = np.repeat(np.arange(len(about)), about.rows.shape[1])
    cells = owner * len(keys) + code.ravel()
    total = np.asarray(
        np.bincount(cells, about.weights.ravel(), minlength=len(about) * len(keys)), np.float64
    )
    return keys, total.reshape(len(about), len(keys))


def listed(
    lists: Lists, shares: Scores, keys: npt.NDArray[Any], depth: int = POPULAR_DEPTH
) -> Found:
    """The heads of the keys' lists, each scaled so that its first has the customer's share."""
    by_key = np.argsort(lists.keys)
    place = np.minimum(lists.keys.searchsorted(keys, sorter=by_key), len(by_key) - 1)
    line = by_key[place]
    owner, column = np.nonzero((shares > 0) & (lists.keys[line] == keys))
    best = np.maximum(lists.scores.max(axis=1, keepdims=True, initial=0).astype(np.float64), 1e-12)
    heads, scaled = lists.rows[:, :depth], lists.scores[:, :depth] / best
    rows = heads.take(line[column], axis=0)
    given = shares[owner, column][:, None] * scaled.take(line[column], axis=0)
    is_row = rows != ABSENT
    return Found(owner.repeat(is_row.sum(axis=1)), rows[is_row], given[is_row])


def joined(parts: list[Found]) -> Found:
    if not parts:
        return Found(np.zeros(0, np.intp), np.zeros(0, np.int32), np.zeros(0))
    return Found(*map(np.concatenate, zip(*parts, strict=True)))


Generator = Callable[[Bundle, Profiles], Found]
GENERATORS: Final[Mapping[Source, Generator]] = {
    Source.AGAIN: again,
    Source.COLOURS: colours,
    Source.TOGETHER: partners("together"),
    Source.ALSO: partners("also"),
    Source.CONTENT: content,
    Source.POPULAR: popular,
    Source.AUDIENCE: audience,
    Source.AGE: age,
    Source.CHANNEL: channel,
    Source.DEPARTMENT: department,
}


def generate(
    bundle: Bundle, about: Profiles, weights: Mapping[Source, float]
) -> dict[Source, Found]:
    """The candidates of each generator, with weighted strength."""
    found = {source: GENERATORS[source](bundle, about) for source in weights}
    return {
        source: part._replace(scores=weights[source] * part.scores)
        for source, part in found.items()
    }
