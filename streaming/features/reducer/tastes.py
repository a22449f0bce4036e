"""Decayed affinities of one shopper, in whole numbers: see state.State for what they mean."""

from operator import neg
from typing import Final, NamedTuple

from streaming.events.actions import RECENT_ACTIONS
from streaming.features.registry import AFFINITIES, AFFINITY_WEIGHTS
from streaming.features.state import DIMENSIONS, UNIT, State

HALF_LIFE_MS: Final = AFFINITIES.half_life_ms or 1
# The landmark moves on when weights have grown by 2 to this: they then take three bytes packed.
MAX_EXPONENT: Final = 8
# By the code of an action.
WEIGHT_OF: Final = [AFFINITY_WEIGHTS[action] for action in RECENT_ACTIONS]


class Attributes(NamedTuple):
    """What of an article becomes a taste; the order is that of state.DIMENSIONS."""

    garment_group: int
    product_type: int
    colour_master: int
    index_group: int
    price_level: int
    pattern: int
    department: int


assert Attributes._fields == DIMENSIONS  # noqa: S101


def add_taste(state: State, ts: int, weight: int, about: Attributes) -> None:
    if not state.tastes:
        state.landmark_ms = ts
    if len(state.tastes) < len(DIMENSIONS):
        _complete(state.tastes)
    exponent = (ts - state.landmark_ms) / HALF_LIFE_MS
    if exponent > MAX_EXPONENT:
        _move_landmark(state, int(exponent))
        exponent -= int(exponent)
    amount = round(weight * UNIT * 2.0**exponent)
    if amount:
        for taste, value in zip(state.tastes, about, strict=True):
            if value in taste:  # mostly, and worth no call
                taste[value] += amount
            else:
                _add(taste, value, amount)


def _complete(tastes: list[dict[int, int]]) -> None:
    """A state of before a dimension was added lacks it."""
    tastes.extend({} for _ in range(len(DIMENSIONS) - len(tastes)))


def _add(taste: dict[int, int], value: int, amount: int) -> None:
    if value in taste:
        taste[value] += amount
        return
    taste[value] = amount
    if len(taste) > AFFINITIES.bound:
        _, least = min(zip(taste.values(), map(neg, taste), strict=True))
        del taste[-least]


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
    exponent = (other.landmark_ms - state.landmark_ms) / HALF_LIFE_MS
    if exponent > MAX_EXPONENT:
        _move_landmark(state, int(exponent))
        exponent -= int(exponent)
    _complete(state.tastes)
    for mine, theirs in zip(state.tastes, other.tastes, strict=False):
        for value, weight in theirs.items():
            if amount := round(weight * 2.0**exponent):
                _add(mine, value, amount)
