"""The predictive lists of many customers at once: see retrieval.batch. Pure.

Equal to ranking.pipeline.predicted of each customer, except that sums may be rounded differently in
the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Ints
from recommendations.ranking.features import (
    MIDDLE_OF_BAND,
    UNKNOWN,
    RankingContext,
    Shopper,
    features,
)
from recommendations.ranking.ranker import DEPTH, features_of
from recommendations.ranking.scoring import BUDGET, PLACE_BITS
from recommendations.retrieval.batch import Found, Places, Profiles, generate, joined
from recommendations.retrieval.candidates import Scores, Source
from recommendations.retrieval.profile import Profile

CHUNK: Final = 256
# A strength as an integer of 63 - PLACE_BITS bits, as in ranking.scoring.
STRENGTHS: Final = 1 << 63 - PLACE_BITS - 1
LAST: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Blend:
    """Customers × at most BUDGET rows, best first, padded with ABSENT; their blended scores; and
    for each candidate of the generators its place in `rows`, flat, or ABSENT."""

    rows: Ints
    scores: Scores
    place: Places


def blended(about: Profiles, found: Found, articles: int) -> Blend:
    """Each customer's rows once, with the sum of their strengths, strongest first."""
    owner, rows, total, group = summed(found, articles)
    start = np.searchsorted(owner, np.arange(len(about) + 1))
    count, column = np.diff(start), np.arange(len(owner)) - start[owner]
    width = int(count.max(initial=1))
    strength = np.zeros((len(about), width))
    strength[owner, column] = total
    best = strength.max(axis=1, initial=1e-12, keepdims=True)
    order = (((1.0 - strength / best) * STRENGTHS).astype(np.int64) << PLACE_BITS) + np.arange(
        width
    )
    order[np.arange(width) >= count[:, None]] = LAST
    order.sort(axis=1)
    is_row = order[:, :BUDGET] != LAST
    chosen = start[:-1, None] + (order[:, :BUDGET] & (1 << PLACE_BITS) - 1)
    chosen = np.where(is_row, chosen, 0)
    place = np.full(len(owner), ABSENT, np.intp)
    place[chosen[is_row]] = np.flatnonzero(is_row)
    some = (rows, total) if len(rows) else (np.zeros(1, np.int32), np.zeros(1))
    return Blend(
        np.where(is_row, some[0].take(chosen), ABSENT).astype(np.int32),
        np.where(is_row, some[1].take(chosen), 0.0),
        place.take(group),
    )


def summed(found: Found, articles: int) -> tuple[Places, Ints, Scores, Places]:
    """Owner, row and total strength of each pair, by owner and row; and each candidate's pair."""
    bits = len(found.rows).bit_length()
    order = (found.owner * articles + found.rows << bits) + np.arange(len(found.rows))
    order.sort()
    pair, order = order >> bits, order & (1 << bits) - 1
    is_first = np.append(True, pair[1:] != pair[:-1])[: len(pair)]
    first = np.flatnonzero(is_first)
    given = found.scores[order]
    total = np.add.reduceat(given, first) if len(first) else given
    group = np.empty(len(order), np.intp)
    group[order] = np.cumsum(is_first) - 1
    return pair[first] // articles, (pair[first] % articles).astype(np.int32), total, group


@dataclass(frozen=True)
class BatchContext(RankingContext):
    """The heads of several customers' blends, all of the same width: one flat array of rows."""

    about: Profiles = field(kw_only=True)
    given: Mapping[Source, tuple[Places, Scores]] = field(kw_only=True)

    @property
    def width(self) -> int:
        return len(self.rows) // len(self.about)

    @cached_property
    def owned(self) -> npt.NDArray[np.bool_]:
        return self.compared(self.rows, self.about.rows)

    def compared(self, values: Ints, own: Ints) -> npt.NDArray[np.bool_]:
        """Flat rows × actions: whether the values are the same."""
        same = values.reshape(len(self.about), -1, 1) == own[:, None, :]
        return np.asarray(same.reshape(len(values), -1))

    def same(self, name: str) -> npt.NDArray[np.bool_]:
        if name not in self._same:
            value = getattr(self.bundle, name)
            self._same[name] = self.compared(value.take(self.rows), value.take(self.about.rows))
        return self._same[name]

    def shares(self, same: npt.NDArray[np.bool_]) -> Scores:
        weights = self.about.weights
        share = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
        by_customer = same.reshape(len(self.about), self.width, -1).astype(np.float64)
        return np.asarray((by_customer @ share[:, :, None]).ravel())

    def days_of(self, same: npt.NDArray[np.bool_]) -> Scores:
        newest = same.argmax(axis=1)  # actions are sorted newest first
        days = self.about.days.repeat(self.width, axis=0)[np.arange(len(same)), newest]
        return np.where(same.any(axis=1), days, UNKNOWN)

    @cached_property
    def shopper(self) -> Shopper:
        about, prices = self.about, self.bundle.price[self.about.rows]
        newest = about.days.min(axis=1)
        age = np.where(about.band > 0, about.band + MIDDLE_OF_BAND, UNKNOWN)
        own = (
            np.full(len(about), float(about.rows.shape[1])),
            newest,
            about.online,
            age,
            (about.days < newest[:, None] + 1.0).sum(axis=1).astype(np.float64),
            np.maximum(prices.mean(axis=1).astype(np.float64), 1e-9),
            np.maximum(prices.max(axis=1).astype(np.float64), 1e-9),
        )
        return Shopper(*(values.repeat(self.width) for values in own))

    @property
    def place(self) -> Scores:
        return np.tile(np.arange(float(self.width)), len(self.about))

    def given_by(self, source: Source) -> tuple[Places, Scores]:
        return self.given.get(source, (np.zeros(0, np.intp), np.zeros(0)))


def predicted_lists(
    bundle: Bundle, about: Profiles, k: int, weights: Mapping[Source, float], *, ranked: bool
) -> Ints:
    """Customers × k rows on sale, best first, padded with ABSENT."""
    found = generate(bundle, about, weights)
    blend = blended(about, joined(list(found.values())), len(bundle.article))
    rows = reordered(bundle, about, found, blend) if ranked else blend.rows
    kept = (rows != ABSENT) & bundle.on_sale.take(rows)
    nth = kept.cumsum(axis=1)
    kept &= nth <= k
    lists = np.full((len(about), k), ABSENT, np.int32)
    lists[np.nonzero(kept)[0], nth[kept] - 1] = rows[kept]
    return lists


def reordered(bundle: Bundle, about: Profiles, found: Mapping[Source, Found], blend: Blend) -> Ints:
    """The blend's rows with the head in the ranker's order."""
    head = blend.rows[:, :DEPTH]
    context = BatchContext(
        bundle, NOBODY, {}, head.ravel(), blend.scores[:, :DEPTH].ravel(),
        bundle.ranker_report.horizon, about=about, given=given_in(found, blend),
    )  # fmt: skip
    seen = features(context, features_of(bundle))
    score = bundle.booster.predict(seen, num_threads=1).reshape(head.shape)
    order = np.argsort(np.where(head == ABSENT, np.inf, -score), axis=1, kind="stable")
    sorted_head = np.take_along_axis(head, order, axis=1)
    return np.concatenate([sorted_head, blend.rows[:, DEPTH:]], axis=1)


def given_in(found: Mapping[Source, Found], blend: Blend) -> dict[Source, tuple[Places, Scores]]:
    """Each generator's candidates in the heads: flat places and strengths."""
    given, start = {}, 0
    whole, width = blend.rows.shape[1], min(DEPTH, blend.rows.shape[1])
    for source, part in found.items():
        customer, column = np.divmod(blend.place[start : start + len(part.rows)], whole)
        start += len(part.rows)
        inside = (customer >= 0) & (column < width)
        given[source] = (customer[inside] * width + column[inside], part.scores[inside])
    return given


NOBODY: Final = Profile(np.zeros(0, np.int32), np.zeros(0, np.int8), np.zeros(0))
