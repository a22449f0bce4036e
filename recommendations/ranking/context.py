"""What the ranker's features are computed from: each candidate beside the actions of its shopper.
Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.ranking.scoring import Places, Ranking
from recommendations.retrieval.candidates import Scores
from recommendations.retrieval.profile import (
    BAG_ADD,
    CLICK,
    DAY_MS,
    PURCHASE,
    UNKNOWN,
    VIEW,
    Profile,
)
from streaming.features.registry import SESSION_GAP_MS
from web.arrays import Array
from web.cache import per_owner

SHARED: Final = ("product_type", "section", "colour_master")
SINCE: Final = ("product", "product_type", "department")
DATED: Final = ("article", *SINCE)
# What candidates and the articles looked at or put into the bag are compared by.
LOOKED: Final = ("product_type", "department", "colour_master")
# What candidates and the shopper's actions are compared by.
COMPARED: Final = tuple(dict.fromkeys(("article", *SINCE, *SHARED)))
# A look lasts until the next action, at most as long as a visit may pause.
LONGEST_LOOK_DAYS: Final = SESSION_GAP_MS / DAY_MS

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RankingContext:
    """Input of the features: the ranked candidates of some shoppers, and for how many days ahead
    (`horizon`) they are ranked."""

    bundle: Bundle
    profile: Profile
    ranking: Ranking
    horizon: float = 1.0

    @property
    def rows(self) -> Ints:
        return self.ranking.rows

    @cached_property
    def _pairs(self) -> tuple[Places, Places]:
        """Each candidate joined with each action of its shopper: places of both."""
        starts = self.profile.starts
        first = starts.take(self.ranking.owner)
        sizes = starts.take(self.ranking.owner + 1) - first
        candidate = np.arange(len(self.rows)).repeat(sizes)
        before = sizes.cumsum() - sizes
        return candidate, np.arange(len(candidate)) + (first - before).repeat(sizes)

    @cached_property
    def _first(self) -> npt.NDArray[np.intp]:
        """The first pair of each candidate that has any."""
        return np.flatnonzero(np.diff(self._pairs[0], prepend=-1))

    @cached_property
    def _same(self) -> Bools:
        """Pairs × COMPARED: whether both articles have the same value of each attribute."""
        candidate, action = self._pairs
        values = compared(self.bundle)
        own = values.take(self.profile.rows, axis=0).take(action, axis=0)
        same: Bools = values.take(self.rows, axis=0).take(candidate, axis=0) == own
        return same

    def _by_candidate(self, reduce: np.ufunc, of_pairs: Array, nothing: float) -> Scores:
        """Candidates × columns: values of the pairs reduced by candidate."""
        candidate, _ = self._pairs
        reduced = np.full((len(self.rows), of_pairs.shape[1]), nothing)
        if len(first := self._first):
            reduced[candidate.take(first)] = reduce.reduceat(of_pairs, first, axis=0)
        return reduced

    @cached_property
    def shares(self) -> Scores:
        """Candidates × COMPARED: the share of the shopper's weighted actions on the same value."""
        share = self.profile.shares.take(self._pairs[1])
        return self._by_candidate(np.add, self._same * share[:, None], 0.0)

    def _newest(self, days: Scores, names: Sequence[str]) -> Scores:
        """Candidates × names: the least of the actions' `days` (infinite for those that don't
        count) among those on the same value."""
        same = self._same[:, [COMPARED.index(name) for name in names]]
        of_pairs = np.where(same, days.take(self._pairs[1])[:, None], np.inf)
        newest = self._by_candidate(np.minimum, of_pairs, np.inf)
        return np.where(np.isinf(newest), UNKNOWN, newest)

    def _shares(self, weight: Scores) -> Scores:
        """Candidates × LOOKED: the share of the shopper's `weight` of actions on the same value."""
        owner = self.profile.owner
        total = np.bincount(owner, weight, minlength=self.profile.shoppers).take(owner)
        share = np.divide(weight, total, out=np.zeros(len(weight)), where=total > 0)
        same = self._same[:, [COMPARED.index(name) for name in LOOKED]]
        return self._by_candidate(np.add, same * share.take(self._pairs[1])[:, None], 0.0)

    @cached_property
    def days_since(self) -> Scores:
        """Candidates × DATED: days since the shopper bought the same value."""
        return self._newest(np.where(self.is_purchase, self.profile.days, np.inf), DATED)

    @cached_property
    def days_since_look(self) -> Scores:
        """Candidates × LOOKED: days since the shopper viewed the same value."""
        return self._newest(np.where(self.is_look, self.profile.days, np.inf), LOOKED)

    @cached_property
    def looks_since(self) -> Scores:
        """Candidates × LOOKED: how many looks ago the shopper viewed the same value."""
        newer = self.is_look.cumsum() - self.is_look
        order = newer - newer.take(self.profile.starts.take(self.profile.owner))
        return self._newest(np.where(self.is_look, order, np.inf), LOOKED)

    @cached_property
    def time_on(self) -> Scores:
        """Candidates × LOOKED: the share of the time of all looks spent on the same value."""
        days = self.profile.days
        until = np.append(0.0, days[:-1])
        until[self.profile.starts[:-1][self.actions > 0]] = 0.0
        lasted = np.minimum(days - until, LONGEST_LOOK_DAYS)
        return self._shares(np.where(self.is_look, lasted, 0.0))

    @cached_property
    def of_bag(self) -> Scores:
        """Candidates × LOOKED: the share of what went into the bag that has the same value."""
        return self._shares(self.is_bag_add.astype(np.float64))

    @cached_property
    def is_purchase(self) -> Bools:
        bought: Bools = self.profile.kinds == PURCHASE
        return bought

    @cached_property
    def is_look(self) -> Bools:
        return np.isin(self.profile.kinds, (VIEW, CLICK))

    @cached_property
    def is_bag_add(self) -> Bools:
        added: Bools = self.profile.kinds == BAG_ADD
        return added

    @cached_property
    def price(self) -> Scores:
        return np.maximum(self.bundle.price.take(self.rows).astype(np.float64), 1e-9)

    @cached_property
    def own_prices(self) -> Scores:
        return np.maximum(self.bundle.price.take(self.profile.rows).astype(np.float64), 1e-9)

    @cached_property
    def actions(self) -> Ints:
        """The number of each shopper's actions."""
        return np.diff(self.profile.starts)

    def of_shopper(self, values: Array) -> Scores:
        """A value per shopper as one per row."""
        return values.take(self.ranking.owner).astype(np.float64)

    def counted(self, actions: Bools) -> Scores:
        """How many of some actions each row's shopper has."""
        count = np.bincount(self.profile.owner[actions], minlength=self.profile.shoppers)
        return self.of_shopper(count)

    def reduced(self, reduce: np.ufunc, values: Scores) -> Scores:
        """Values of the actions reduced to one per shopper, UNKNOWN for one without any."""
        result = np.full(self.profile.shoppers, UNKNOWN)
        active = np.flatnonzero(self.actions)
        if len(active):
            result[active] = reduce.reduceat(values, self.profile.starts[active])
        return result

    def whole(self, value: float) -> Scores:
        """The same value for every row."""
        return np.full(len(self.rows), value)


@per_owner(most=1)
def compared(bundle: Bundle) -> Ints:
    """Articles × COMPARED."""
    return np.column_stack([getattr(bundle, name) for name in COMPARED])
