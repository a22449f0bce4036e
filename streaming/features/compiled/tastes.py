"""Tastes, packed: for each dimension how many values it has, then each value, in order, as the
distance from the one before (zigzag), and its weight. `state.State` explains the weights."""

from typing import Final

import numpy as np

from streaming.features.compiled.leb128 import BYTES, INTS, LONGEST, Bytes, Ints, read, write
from streaming.features.compiled.maps import count
from streaming.features.compiled.numbers import (
    ACTION,
    ADDITIONS,
    MOMENT,
    NOTHING,
    TO_BUCKET,
    VALUES,
    WEIGHT,
)
from streaming.features.registry import AFFINITIES
from web.compiled import compiled, part

VALUES_KEPT: Final = AFFINITIES.bound
HALF_LIFE_MS: Final = AFFINITIES.half_life_ms or 1
# The landmark moves on when weights would grow by 2 to this: packed, they still take two bytes.
MAX_EXPONENT: Final = 4


@compiled(BYTES, INTS, INTS, INTS, ADDITIONS)
def tastes_after(
    packed: Bytes, ends: Ints, before: Ints, last: Ints, additions: Ints
) -> tuple[Bytes, Ints, Ints]:
    """Several shoppers' tastes, one's after another's, where each one's end, and their landmarks,
    which are `before` at first."""
    landmarks, dimensions = before.copy(), additions.shape[1] - VALUES
    made = np.empty(len(last) * dimensions * (1 + 2 * LONGEST * VALUES_KEPT), np.uint8)
    made_ends = np.empty(len(last), np.int64)
    sizes = np.empty(dimensions, np.int64)
    values, weights = np.empty((2, dimensions, VALUES_KEPT + 1), np.int64)
    begin = first = at = 0
    for n in range(len(last)):
        read_tastes(packed, begin, ends[n], sizes, values, weights)
        for addition in additions[first : last[n]]:
            if addition[ACTION] != TO_BUCKET and addition[WEIGHT] > 0:
                landmarks[n] = weigh_all(landmarks[n], addition, sizes, values, weights)
        at = write_tastes(made, at, sizes, values, weights)
        made_ends[n], begin, first = at, ends[n], last[n]
    return made[:at], made_ends, landmarks


@part
def read_tastes(packed: Bytes, at: int, end: int, sizes: Ints, values: Ints, weights: Ints) -> None:
    """Dimensions that are newer than what was packed come last, and are empty."""
    sizes.fill(0)
    for d in range(len(sizes)):
        if at == end:
            return
        size, at = read(packed, at)
        if not 0 <= size <= VALUES_KEPT:
            raise ValueError("more values than are kept")
        sizes[d] = size
        value = 0
        for n in range(sizes[d]):
            step, at = read(packed, at)
            value += (step >> 1) ^ -(step & 1)
            values[d, n] = value
            weights[d, n], at = read(packed, at)


@part
def write_tastes(packed: Bytes, at: int, sizes: Ints, values: Ints, weights: Ints) -> int:
    if sizes.sum() == 0:
        return at
    for d in range(len(sizes)):
        at = write(packed, at, sizes[d])
        value = 0
        for n in range(sizes[d]):
            step = values[d, n] - value
            at = write(packed, at, (step << 1) ^ (step >> 63))
            at = write(packed, at, weights[d, n])
            value = values[d, n]
    return at


@part
def weigh_all(landmark: int, addition: Ints, sizes: Ints, values: Ints, weights: Ints) -> int:
    """Add an addition's weight to each of its values. The landmark, which may move."""
    moment, row = addition[MOMENT], addition[VALUES:]
    if landmark == 0:
        landmark = moment // HALF_LIFE_MS
    half_lives = moment // HALF_LIFE_MS - landmark
    if half_lives >= MAX_EXPONENT:
        landmark += half_lives
        age(sizes, values, weights, half_lives)
    amount = round(addition[WEIGHT] * 2.0 ** (moment / HALF_LIFE_MS - landmark))
    for d in range(len(row)):
        if amount > 0 and row[d] != NOTHING:
            sizes[d] = weigh(sizes[d], values[d], weights[d], row[d], amount)
    return landmark


@part
def weigh(size: int, values: Ints, weights: Ints, value: int, amount: int) -> int:
    """Add to a value's weight; of more than VALUES_KEPT the lightest goes. The new size."""
    size = count(size, values, weights, value, amount)
    if size <= VALUES_KEPT:
        return size
    drop_least(values, weights)
    return VALUES_KEPT


@part
def drop_least(values: Ints, weights: Ints) -> None:
    """Of VALUES_KEPT + 1 drop the one with the least weight, of several the highest value."""
    least = 0
    for n in range(1, VALUES_KEPT + 1):
        if weights[n] <= weights[least]:
            least = n
    for n in range(least, VALUES_KEPT):
        values[n], weights[n] = values[n + 1], weights[n + 1]


@part
def age(sizes: Ints, values: Ints, weights: Ints, half_lives: int) -> None:
    """Halve all weights so many times; what has none left goes."""
    shift = min(half_lives, 63)
    for d in range(len(sizes)):
        kept = 0
        for n in range(sizes[d]):
            weight = weights[d, n] >> shift
            if weight > 0:
                values[d, kept], weights[d, kept] = values[d, n], weight
                kept += 1
        sizes[d] = kept
