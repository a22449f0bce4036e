"""The shopper's profile: latest actions, live and from the bundle's history. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Customer, Ints
from streaming.events.actions import RECENT_ACTIONS
from streaming.features.state import Recent
from web.compiled import Array, compiled

Floats64 = npt.NDArray[np.float64]

DAY_MS: Final = 86_400_000
VIEW, CLICK, BAG_ADD, PURCHASE = (action.code for action in RECENT_ACTIONS)
LAST_ACTIONS: Final = 40
UNKNOWN_BAND: Final = -1
UNKNOWN: Final = np.nan
# How strongly an action shows interest, by its code.
KIND_WEIGHT: Final = np.zeros(len(RECENT_ACTIONS))
KIND_WEIGHT[[VIEW, CLICK, BAG_ADD, PURCHASE]] = 1.0, 1.0, 2.0, 1.0
# An action's weight halves after this many days; hyperbolic, as people re-buy.
HALF_AFTER_DAYS: Final = 14.0
# Within one visit all actions are equally old; each step back counts a little less, and for mere
# views less still: the last view best shows the current interest.
STEP_BACK: Final = 0.95
LOOK_BACK: Final = 0.85
STEPS: Final = STEP_BACK ** np.arange(LAST_ACTIONS)
LOOKS: Final = LOOK_BACK ** np.arange(LAST_ACTIONS)


@dataclass(frozen=True, eq=False)
class Profile:
    """The latest actions of a shopper, or of many: up to LAST_ACTIONS each, each (article, kind)
    once, one shopper's after the other's, newest first.

    `rows` are articles of the bundle, `kinds` the codes of the Actions, `days` the age of each
    action in days (≥ 0), `owner` the number of its shopper. Per shopper, `bands` is the
    lower bound of the age band, `online` the share bought online, NaN if unknown.
    """

    rows: Ints
    kinds: npt.NDArray[np.int8]
    days: Floats64
    owner: Ints
    bands: Ints
    online: Floats64

    @classmethod
    def of_one(
        cls,
        rows: Ints,
        kinds: npt.NDArray[np.int8],
        days: Floats64,
        band: int = UNKNOWN_BAND,
        online: float = UNKNOWN,
    ) -> Self:
        owner = np.zeros(len(rows), np.int32)
        return cls(rows, kinds, days, owner, np.array([band], np.int32), np.array([online]))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def shoppers(self) -> int:
        return len(self.bands)

    @cached_property
    def starts(self) -> npt.NDArray[np.intp]:
        """The place of each shopper's first action, and the end of all."""
        return self.owner.searchsorted(np.arange(self.shoppers + 1))

    @cached_property
    def weights(self) -> Floats64:
        """The weight of each action: kind × age × position in the visit."""
        return weighed(self.kinds, self.days, self.owner)

    @cached_property
    def shares(self) -> Floats64:
        """The weight of each action as a share of all of its shopper."""
        total = np.bincount(self.owner, self.weights, minlength=self.shoppers)
        return self.weights / np.maximum(total, 1e-12).take(self.owner)


@compiled(Array(np.int8), Array(np.float64), Array(np.int32))
def weighed(kinds: npt.NDArray[np.int8], days: Floats64, owner: Ints) -> Floats64:
    """The weight of each action of each shopper, newest first."""
    weights = np.empty(len(kinds))
    step = looks = 0
    for n, kind in enumerate(kinds):
        if n > 0 and owner[n] != owner[n - 1]:
            step = looks = 0
        weights[n] = KIND_WEIGHT[kind] / (1.0 + days[n] / HALF_AFTER_DAYS) * STEPS[step]
        step += 1
        if kind != PURCHASE:
            weights[n] *= LOOKS[looks]
            looks += 1
    return weights


def customer_key(shopper: str | None) -> int | None:
    """The customer key in a shopper id like c17; None for an anonymous one."""
    return int(shopper[1:]) if shopper is not None and shopper.startswith("c") else None


def after_history(bundle: Bundle) -> int:
    """The first moment (event time, ms) after the bundle's last day."""
    return (bundle.as_of_day + 1) * DAY_MS


def profile_of(
    bundle: Bundle, recents: Sequence[Recent], customer: int | None, now_ms: int
) -> Profile:
    """The live actions (`recents`) joined with the purchases in the bundle.

    A purchase later than `now_ms` by more than a day is ignored: a replay may run behind the model.
    """
    known = bundle.customers.of(customer) if customer is not None else None
    rows, kinds, days = live_actions(bundle, recents, now_ms)
    if known is not None:
        before = past_purchases(known, now_ms)
        rows = np.concatenate([rows, before[0]])
        kinds = np.concatenate([kinds, np.full(len(before[0]), PURCHASE, np.int8)])
        days = np.concatenate([days, before[1]])
    order = days.argsort(kind="stable")
    actions = zip(rows[order].tolist(), kinds[order].tolist(), order.tolist(), strict=True)
    newest: dict[tuple[int, int], int] = {}
    for row, kind, place in actions:
        newest.setdefault((row, kind), place)
    chosen = list(newest.values())[:LAST_ACTIONS]
    band, online = (known.band, known.online) if known else (UNKNOWN_BAND, UNKNOWN)
    return Profile.of_one(rows[chosen], kinds[chosen], days[chosen], band, online)


def profiles_of(bundle: Bundle, customers: Ints) -> Profile:
    """The profiles of many customers at the first moment after the bundle's as-of day: what
    `profile_of` gives for each."""
    found = bundle.customers.many(customers)
    return Profile(
        found.rows,
        np.full(len(found.rows), PURCHASE, np.int8),
        (bundle.as_of_day + 1 - found.days).astype(np.float64),
        found.owner,
        found.band,
        found.online,
    )


def live_actions(
    bundle: Bundle, recents: Sequence[Recent], now_ms: int
) -> tuple[Ints, npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    rows = bundle.rows_of([recent.article for recent in recents])
    kinds = np.array([recent.kind.code for recent in recents], np.int8)
    days = np.array([max(now_ms - recent.ts, 0) for recent in recents], np.float64) / DAY_MS
    known = rows != ABSENT
    return rows[known], kinds[known], days[known]


def past_purchases(known: Customer, now_ms: int) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Rows, and days since the beginning of the day of purchase."""
    days = now_ms / DAY_MS - known.days.astype(np.float64)
    past = days >= 0
    return known.rows[past], days[past]
