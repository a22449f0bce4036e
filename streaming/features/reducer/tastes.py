"""One shopper's decayed affinities in whole numbers; state.State explains them."""

from collections.abc import Sequence
from typing import Final

from streaming.events.actions import RECENT_ACTIONS
from streaming.features.registry import AFFINITIES, AFFINITY_WEIGHTS
from streaming.features.state import DIMENSIONS, UNIT, Attributes, State

HALF_LIFE_MS: Final = AFFINITIES.half_life_ms or 1
# The landmark moves on when weights have grown by 2 to this: they then take three bytes packed.
MAX_EXPONENT: Final = 8
# By the code of an action.
WEIGHT_OF: Final = [AFFINITY_WEIGHTS[action] for action in RECENT_ACTIONS]


def add_tastes(state: State, ts: int, weight: int, abouts: Sequence[Attributes]) -> None:
    """Add the articles of an event of this weight, at one moment."""
    if not state.tastes:
        state.landmark_ms = ts
    if len(state.tastes) < len(DIMENSIONS):
        _complete(state.tastes)
    amount = round(weight * UNIT * 2.0 ** _exponent(state, ts))
    if not amount:
        return
    for taste, values in zip(state.tastes, zip(*abouts, strict=True), strict=True):
        for value in values:
            taste[value] = taste.get(value, 0) + amount
            if len(taste) > AFFINITIES.bound:
                _drop_least(taste)


def _exponent(state: State, ts: int) -> float:
    """Half-lives since the landmark, which is moved forward when they are too many."""
    exponent = (ts - state.landmark_ms) / HALF_LIFE_MS
    if exponent <= MAX_EXPONENT:
        return exponent
    _move_landmark(state, int(exponent))
    return (ts - state.landmark_ms) / HALF_LIFE_MS


def _complete(tastes: list[dict[int, int]]) -> None:
    """Add the dimensions that a state from before they existed lacks."""
    tastes.extend({} for _ in range(len(DIMENSIONS) - len(tastes)))


def _drop_least(taste: dict[int, int]) -> None:
    least = min(taste.values())
    del taste[max([value for value, weight in taste.items() if weight == least])]


def _move_landmark(state: State, half_lives: int) -> None:
    state.landmark_ms += half_lives * HALF_LIFE_MS
    state.tastes = [
        {value: weight >> half_lives for value, weight in taste.items() if weight >> half_lives}
        for taste in state.tastes
    ]


def merge_tastes(state: State, other: State) -> None:
    if not state.tastes:
        state.tastes, state.landmark_ms = [dict(t) for t in other.tastes], other.landmark_ms
        return
    exponent = _exponent(state, other.landmark_ms)
    _complete(state.tastes)
    for mine, theirs in zip(state.tastes, other.tastes, strict=False):
        for value, weight in theirs.items():
            if amount := round(weight * 2.0**exponent):
                mine[value] = mine.get(value, 0) + amount
            if len(mine) > AFFINITIES.bound:
                _drop_least(mine)
