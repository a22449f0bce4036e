"""Decayed affinities of many shoppers at once, exactly as the reducer adds them up.

What a full table forgets, and what rounding and a moving landmark leave, depends on the order of a
shopper's events. So the shoppers go side by side instead: in round k everybody's k-th event.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from streaming.features.reducer.tastes import HALF_LIFE_MS, MAX_EXPONENT, WEIGHT_OF
from streaming.features.registry import AFFINITIES
from streaming.features.state import KINDS, UNIT

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
EMPTY: Final = np.iinfo(np.int32).min
# Shoppers side by side: their tables take 1 KB each.
TOGETHER: Final = 50_000
MAX_SHIFT: Final = 62
PURCHASE_WEIGHT: Final = WEIGHT_OF[KINDS.index("purchase")]


@dataclass(frozen=True)
class Tastes:
    """One dimension: row i has the entries ends[i-1]..ends[i], sorted by value.

    `weight` is in events of weight 1 that would happen now.
    """

    ends: Longs
    value: Ints
    weight: npt.NDArray[np.float64]

    def of(self, row: int) -> dict[int, float]:
        part = slice(int(self.ends[row - 1]) if row else 0, int(self.ends[row]))
        return dict(zip(self.value[part].tolist(), self.weight[part].tolist(), strict=True))

    def weight_of(self, rows: Longs, values: Ints) -> npt.NDArray[np.float64]:
        """The weight of each (row, value), 0 where there is none."""
        if not len(self.value):
            return np.zeros(len(rows))
        owner = np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))
        there, wanted = _key(owner, self.value), _key(rows, values)
        place = np.searchsorted(there, wanted).clip(max=len(there) - 1)
        return np.where(there[place] == wanted, self.weight[place], 0.0)


def _key(rows: Longs, values: Ints) -> Longs:
    key: Longs = (rows.astype(np.int64) << 32) + values.astype(np.int64) - EMPTY
    return key


class Tables:
    """So many shoppers' tables of each dimension, [dimension, slot, shopper]."""

    def __init__(self, dimensions: int, shoppers: int) -> None:
        self.landmark = np.zeros(shoppers, np.int64)
        self.value = np.full((dimensions, AFFINITIES.bound, shoppers), EMPTY, np.int32)
        self.weight = np.zeros((dimensions, AFFINITIES.bound, shoppers), np.int64)

    def take(self, ts: Longs, values: Ints) -> None:
        """One purchase of each of the first len(ts) shoppers; reducer.tastes.add_taste."""
        active = len(ts)
        exponent = (ts - self.landmark[:active]) / HALF_LIFE_MS
        far = np.flatnonzero(exponent > MAX_EXPONENT)
        if len(far):
            moved = exponent[far].astype(np.int64)
            self._move_landmarks(far, moved)
            exponent[far] -= moved
        amount = np.rint(PURCHASE_WEIGHT * UNIT * 2.0**exponent).astype(np.int64)
        for dimension, wanted in enumerate(values):
            self._add(dimension, wanted, amount)

    def _move_landmarks(self, shoppers: Longs, half_lives: Longs) -> None:
        self.landmark[shoppers] += half_lives * HALF_LIFE_MS
        left = self.weight[:, :, shoppers] >> np.minimum(half_lives, MAX_SHIFT)
        self.weight[:, :, shoppers] = left
        self.value[:, :, shoppers] = np.where(left > 0, self.value[:, :, shoppers], EMPTY)

    def _add(self, dimension: int, wanted: Ints, amount: Longs) -> None:
        active = len(wanted)
        value = self.value[dimension, :, :active]
        weight = self.weight[dimension, :, :active]
        there = value == wanted
        np.add(weight, amount, out=weight, where=there)
        new = np.flatnonzero(~there.any(axis=0))
        if not len(new):
            return
        # A free slot weighs 0 and so is the least; a newcomer less than all others is left out.
        rank = (weight[:, new] << 32) - value[:, new]
        slot = rank.argmin(axis=0)
        free = value[slot, new] == EMPTY
        greater = (amount[new] << 32) - wanted[new] > rank[slot, np.arange(len(new))]
        slot, new = slot[free | greater], new[free | greater]
        value[slot, new], weight[slot, new] = wanted[new], amount[new]


def tastes(ends: Longs, ts: Longs, article: Longs, values: Ints, as_of_ms: int) -> list[Tastes]:
    """A table for each dimension.

    Row i's purchases, in time, lie at ends[i-1]..ends[i] of `ts` and `article`, which is a column
    of `values` [dimension, article].
    """
    found: list[list[npt.NDArray[np.void]]] = [[] for _ in values]
    for rows, tables in _swept(ends, ts, article, values):
        scale = _scale(tables.landmark, as_of_ms)
        for dimension, parts in enumerate(found):
            parts.append(_entries(tables, dimension, rows, scale))
    return [_joined(parts, len(ends)) for parts in found]


def _swept(ends: Longs, ts: Longs, article: Longs, values: Ints) -> Iterator[tuple[Longs, Tables]]:
    """Shoppers with as many purchases go together: then all are at work in every round."""
    counts = np.diff(ends, prepend=0)
    by_count = np.argsort(-counts, kind="stable")[: int((counts > 0).sum())]
    for begin in range(0, len(by_count), TOGETHER):
        rows = by_count[begin : begin + TOGETHER]
        tables = Tables(len(values), len(rows))
        first = (ends - counts)[rows]
        tables.landmark[:] = ts[first]
        actives = np.searchsorted(-counts[rows], -np.arange(counts[rows[0]]))
        for k, active in enumerate(actives):
            at = first[:active] + k
            tables.take(ts[at], values[:, article[at]])
        yield rows, tables


def _scale(landmark: Longs, as_of_ms: int) -> npt.NDArray[np.float64]:
    """state._affinities's, by Python's own power: numpy's differs in the last bit at times."""
    exponents = np.minimum((landmark - as_of_ms) / HALF_LIFE_MS, 60.0)
    return np.array([2.0**exponent for exponent in exponents.tolist()]) / UNIT


ENTRY: Final = np.dtype([("row", np.int64), ("value", np.int32), ("weight", np.float64)])


def _entries(
    tables: Tables, dimension: int, rows: Longs, scale: npt.NDArray[np.float64]
) -> npt.NDArray[np.void]:
    slot, shopper = np.nonzero(tables.value[dimension] != EMPTY)
    made = np.empty(len(slot), ENTRY)
    made["row"], made["value"] = rows[shopper], tables.value[dimension, slot, shopper]
    made["weight"] = tables.weight[dimension, slot, shopper] * scale[shopper]
    return made


def _joined(parts: list[npt.NDArray[np.void]], number: int) -> Tastes:
    made = np.concatenate([np.empty(0, ENTRY), *parts])
    made = made[np.argsort(_key(made["row"], made["value"]))]
    ends = np.cumsum(np.bincount(made["row"], minlength=number))
    return Tastes(ends, made["value"].copy(), made["weight"].copy())
