"""What the ranker's features are computed from: each candidate beside the actions of its shopper.
Pure."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import Bundle, Ints
from recommendations.ranking.scoring import Places, Ranking
from recommendations.retrieval.candidates import Scores
from recommendations.retrieval.generators import INTS, SCORES
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
from web.cache import per_owner
from web.compiled import Array, compiled

SHARED: Final = ("product_type", "section", "colour_master")
SINCE: Final = ("product", "product_type", "department")
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
    def _joined(self) -> tuple[Ints, Places, Ints, Ints]:
        """Each candidate's shopper, the start of each shopper's actions, and both by COMPARED."""
        values, starts = compared(self.bundle), self.profile.starts.astype(np.int64, copy=False)
        own = values.take(self.profile.rows, axis=0)
        return self.ranking.owner, starts, values.take(self.rows, axis=0), own

    def _added(self, weight: Scores) -> Scores:
        """Candidates × COMPARED: the total `weight` of the shopper's actions on the same value."""
        return added(*self._joined, weight)

    def _least(self, values: Scores) -> Scores:
        """Candidates × COMPARED: the least of the `values` of the shopper's actions on the same
        value (infinite for those that don't count), UNKNOWN without any."""
        return least(*self._joined, values)

    @cached_property
    def shares(self) -> Scores:
        """Candidates × COMPARED: the share of the shopper's weighted actions on the same value."""
        return self._added(self.profile.shares)

    def _shares(self, weight: Scores) -> Scores:
        """The same of the `weight` of actions, 0 for a shopper without any."""
        owner = self.profile.owner
        total = np.bincount(owner, weight, minlength=self.profile.shoppers)
        return self._added(weight / np.maximum(total, 1e-12).take(owner))

    @cached_property
    def days_since(self) -> Scores:
        """Candidates × COMPARED: days since the shopper bought the same value."""
        return self._least(np.where(self.is_purchase, self.profile.days, np.inf))

    @cached_property
    def days_since_look(self) -> Scores:
        """The same since they viewed it."""
        return self._least(np.where(self.is_look, self.profile.days, np.inf))

    @cached_property
    def looks_since(self) -> Scores:
        """The same in views."""
        newer = self.is_look.cumsum() - self.is_look
        order = newer - newer.take(self.profile.starts.take(self.profile.owner))
        return self._least(np.where(self.is_look, order, np.inf))

    @cached_property
    def time_on(self) -> Scores:
        """Candidates × COMPARED: the share of the time of all looks spent on the same value."""
        days = self.profile.days
        until = np.append(0.0, days[:-1])
        until[self.profile.starts[:-1][self.actions > 0]] = 0.0
        lasted = np.minimum(days - until, LONGEST_LOOK_DAYS)
        return self._shares(np.where(self.is_look, lasted, 0.0))

    @cached_property
    def of_bag(self) -> Scores:
        """Candidates × COMPARED: the share of what went into the bag that has the same value."""
        return self._shares(self.is_bag_add.astype(np.float64))

    @cached_property
    def is_purchase(self) -> Bools:
        bought: Bools = self.profile.kinds == PURCHASE
        return bought

    @cached_property
    def is_look(self) -> Bools:
        looked: Bools = (self.profile.kinds == VIEW) | (self.profile.kinds == CLICK)
        return looked

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

    def of_shopper(self, values: npt.NDArray[np.generic]) -> Scores:
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


@compiled(INTS, Array(np.int64), Array(np.int32, 2), Array(np.int32, 2), SCORES)
def added(owner: Ints, starts: Places, candidates: Ints, actions: Ints, weight: Scores) -> Scores:
    """Candidates × columns: see `RankingContext`."""
    found = np.zeros(candidates.shape)
    for n, shopper in enumerate(owner):
        for action in range(starts[shopper], starts[shopper + 1]):
            for column in range(candidates.shape[1]):
                if candidates[n, column] == actions[action, column]:
                    found[n, column] += weight[action]
    return found


@compiled(INTS, Array(np.int64), Array(np.int32, 2), Array(np.int32, 2), SCORES)
def least(owner: Ints, starts: Places, candidates: Ints, actions: Ints, days: Scores) -> Scores:
    found = np.full(candidates.shape, UNKNOWN)
    for n, shopper in enumerate(owner):
        for action in range(starts[shopper], starts[shopper + 1]):
            for column in range(candidates.shape[1]):
                is_same = candidates[n, column] == actions[action, column]
                # Nothing is below the unknown, which isn't a number.
                if is_same and days[action] < np.inf and not found[n, column] <= days[action]:
                    found[n, column] = days[action]
    return found
