"""The shopper's profile: latest actions, live and from the bundle's history. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from recommendations.bundle.reader import ABSENT, Bundle, Customer, Ints
from streaming.events.actions import RECENT_ACTIONS
from streaming.features.state import Recent

DAY_MS: Final = 86_400_000
VIEW, CLICK, BAG_ADD, PURCHASE = (action.code for action in RECENT_ACTIONS)
LAST_ACTIONS: Final = 40
UNKNOWN_BAND: Final = -1
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


@dataclass(frozen=True)
class Profile:
    """Up to LAST_ACTIONS actions, newest first, each (article, kind) once.

    `rows` are articles of the bundle, `kinds` the codes of the Actions, `days` the age
    of each action in days (≥ 0). `band` is the lower bound of the age band, `online` the share
    bought online, None if unknown.
    """

    rows: Ints
    kinds: npt.NDArray[np.int8]
    days: npt.NDArray[np.float64]
    band: int = UNKNOWN_BAND
    online: float | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """The weight of each action: kind × age × position in the visit."""
        weights = KIND_WEIGHT[self.kinds] / (1.0 + self.days / HALF_AFTER_DAYS)
        looked = self.kinds != PURCHASE
        looks = np.where(looked, looked.cumsum() - 1, 0)
        return np.asarray(weights * STEPS[: len(self)] * LOOKS.take(looks))


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
    band, online = (known.band, known.online) if known else (UNKNOWN_BAND, None)
    return Profile(rows[chosen], kinds[chosen], days[chosen], band, online)


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
