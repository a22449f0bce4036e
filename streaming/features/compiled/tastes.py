"""Tastes, packed: for each dimension how many values it has, then each value, in order, as the
distance from the one before (zigzag), and its weight. `state.State` explains the weights."""

from typing import Final

from streaming.features.compiled.leb128 import Bytes, Ints, read, write
from streaming.features.compiled.maps import count
from streaming.features.compiled.numbers import LANDMARK_MS, NOTHING
from streaming.features.registry import AFFINITIES
from web.compiled import part

VALUES_KEPT: Final = AFFINITIES.bound
HALF_LIFE_MS: Final = AFFINITIES.half_life_ms or 1
# The landmark moves on when weights have grown by 2 to this: packed, they still take two bytes.
MAX_EXPONENT: Final = 4


@part
def read_tastes(packed: Bytes, at: int, end: int, sizes: Ints, values: Ints, weights: Ints) -> None:
    """Dimensions that are newer than what was packed come last, and are empty."""
    sizes[:] = 0
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
def weigh_all(
    numbers: Ints, moment: int, weight: int, row: Ints, sizes: Ints, values: Ints, weights: Ints
) -> None:
    """Add a weight of that moment to a row's values; the landmark may move."""
    if numbers[LANDMARK_MS] == 0:
        numbers[LANDMARK_MS] = moment
    passed = moment - numbers[LANDMARK_MS]
    if passed > MAX_EXPONENT * HALF_LIFE_MS:
        half_lives = passed // HALF_LIFE_MS
        numbers[LANDMARK_MS] += half_lives * HALF_LIFE_MS
        age(sizes, values, weights, half_lives)
    amount = round(weight * 2.0 ** ((moment - numbers[LANDMARK_MS]) / HALF_LIFE_MS))
    for d in range(len(row)):
        if amount > 0 and row[d] != NOTHING:
            sizes[d] = weigh(sizes[d], values[d], weights[d], row[d], amount)


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
