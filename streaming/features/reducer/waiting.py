"""What a batch adds to its shoppers' states, in one compiled step."""

from typing import Final

from streaming.events.actions import ACTIONS
from streaming.features.additions import Addition, Packed, add, as_additions
from streaming.features.compiled.numbers import NOTHING
from streaming.features.compiled.tastes import HALF_LIFE_MS
from streaming.features.state import (
    DIMENSIONS,
    Attributes,
    State,
    buckets_of,
    recents_of,
    tastes_of,
)

# No value in any dimension.
UNKNOWN: Final = (NOTHING,) * len(DIMENSIONS)
NO_COUNTS: Final = (0,) * len(ACTIONS)


class Additions:
    """Additions that wait, one shopper's after another's, until `settle`: it must come before
    anything else reads or changes what they add to. Only `last_ms` is always up to date."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.states: list[State] = []
        self.before: list[Packed] = []
        self.last: list[int] = []  # where each state's additions end
        self.made: list[Addition] = []

    def add(self, state: State, made: list[Addition]) -> None:
        self.made += made
        if self.states and self.states[-1] is state:
            self.last[-1] = len(self.made)
        else:
            self.states.append(state)
            self.before.append(_packed(state))
            self.last.append(len(self.made))

    def settle(self) -> None:
        if self.made:
            for state, after in zip(
                self.states, add(self.before, self.last, self.made), strict=True
            ):
                _put_back(state, after)
            self.clear()


def _packed(state: State) -> Packed:
    numbers = (
        *state.counts, *NO_COUNTS[len(state.counts) :], state.sessions, state.session_s,
        state.session_events, state.last_ms, state.last_purchase_ms, state.purchase_days,
        state.landmark,
    )  # fmt: skip
    return Packed(state.recents, state.tastes, state.buckets, numbers)


def _put_back(state: State, after: Packed) -> None:
    state.recents, state.tastes, state.buckets, numbers = after
    counts = list(numbers[: len(ACTIONS)])
    while counts and not counts[-1]:
        counts.pop()
    state.counts = counts
    (
        state.sessions, session_s, state.session_events, state.last_ms,
        last_purchase_ms, state.purchase_days, state.landmark,
    ) = numbers[len(ACTIONS) :]  # fmt: skip
    state.note_times(session_s, last_purchase_ms)


def of_event(
    ts: int, action: int, key: int = NOTHING, weight: int = 0, about: Attributes | None = None
) -> Addition:
    """An action's code, and of an article its state.recent_key and a weight in units."""
    return (ts, key, 0 if about is None else weight, action, *(about or UNKNOWN))


def merge_packed(state: State, other: State) -> None:
    """Add what is packed of another state."""
    additions = Additions()
    made = as_additions(
        recents_of(other),
        tastes_of(other),
        other.landmark * HALF_LIFE_MS,
        buckets_of(other),
        len(DIMENSIONS),
    )
    additions.add(state, made)
    additions.settle()
