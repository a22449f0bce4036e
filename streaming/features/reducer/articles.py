"""What a batch adds to its shoppers' recents and tastes, in one compiled step."""

from typing import Final

from streaming.features import packed
from streaming.features.packed import NOTHING, Addition, Packed
from streaming.features.state import DIMENSIONS, Attributes, State, recents_of, tastes_of

UNKNOWN: Final = (0, *[NOTHING] * len(DIMENSIONS))  # an article without attributes


class Additions:
    """Additions that wait, one shopper's after another's, until `settle`: it must come before
    anything else reads or changes their recents and tastes."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.states: list[State] = []
        self.last: list[int] = []  # where each state's additions end
        self.made: list[Addition] = []

    def add(self, state: State, made: list[Addition]) -> None:
        self.made += made
        if self.states and self.states[-1] is state:
            self.last[-1] = len(self.made)
        else:
            self.states.append(state)
            self.last.append(len(self.made))

    def settle(self) -> None:
        if not self.made:
            return
        before = [Packed(s.recents, s.tastes, s.landmark_ms) for s in self.states]
        for state, after in zip(self.states, packed.add(before, self.last, self.made), strict=True):
            state.recents, state.tastes, state.landmark_ms = after
        self.clear()


def of_article(ts: int, key: int, weight: int, about: Attributes | None) -> Addition:
    """An action on an article: its state.recent_key, and a weight in units."""
    return (ts, key, *UNKNOWN) if about is None else (ts, key, weight, *about)


def merge_articles(state: State, other: State) -> None:
    additions = Additions()
    made = packed.as_additions(
        recents_of(other), tastes_of(other), other.landmark_ms, len(DIMENSIONS)
    )
    additions.add(state, made)
    additions.settle()
