"""What a shopper did with articles, as packed bytes, and the compiled code that adds to it for many
shoppers at once: recents and tastes (see state.State).

Numbers take seven bits a byte, lowest first (LEB128). Recents: each key, and the seconds since the
one before. Tastes: for each dimension how many values it has, then each value, in order, as the
distance from the one before (zigzag), and its weight. They take two thirds of what they take as
maps of MessagePack, and adding to them a tenth of the time.

Compiled functions and their parts share this file, since Numba's cache looks at one file only.
"""

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from streaming.features.registry import AFFINITIES, RECENTS
from web.compiled import Array, compiled, part

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

RECENTS_KEPT: Final = RECENTS.bound
VALUES_KEPT: Final = AFFINITIES.bound
HALF_LIFE_MS: Final = AFFINITIES.half_life_ms or 1
# The landmark moves on when weights have grown by 2 to this: they then take three bytes packed.
MAX_EXPONENT: Final = 8
LONGEST: Final = 10  # bytes of a number of 64 bits
# An addition's key if it isn't among the recents, and its value in a dimension it leaves alone.
NOTHING: Final = -(2**63)
BYTES, INTS = Array(np.uint8), Array(np.int64)


@part
def read(packed: Bytes, at: int) -> tuple[int, int]:
    """The number there, and where the next one begins."""
    number, shift = packed[at] & 127, 0
    while packed[at] > 127:
        at, shift = at + 1, shift + 7
        number |= (packed[at] & 127) << shift
    return number, at + 1


@part
def write(packed: Bytes, at: int, number: int) -> int:
    """Where the next number goes."""
    while number > 127:
        packed[at] = number & 127 | 128
        at, number = at + 1, number >> 7
    packed[at] = number
    return at + 1


@part
def read_recents(packed: Bytes, at: int, end: int, keys: Ints, seconds: Ints) -> int:
    """How many there are."""
    size = second = 0
    while at < end:
        keys[size], at = read(packed, at)
        step, at = read(packed, at)
        second += step
        seconds[size] = second
        size += 1
    return size


@part
def write_recents(packed: Bytes, at: int, size: int, keys: Ints, seconds: Ints) -> int:
    second = 0
    for n in range(size):
        at = write(packed, at, keys[n])
        at = write(packed, at, seconds[n] - second)
        second = seconds[n]
    return at


@part
def remember(size: int, keys: Ints, seconds: Ints, key: int, second: int) -> int:
    """Newest last, each key once; an older time never replaces a newer one. The new size."""
    for n in range(size):
        if keys[n] == key:
            if seconds[n] > second:
                return size
            size -= 1
            for later in range(n, size):
                keys[later], seconds[later] = keys[later + 1], seconds[later + 1]
            break
    place = size
    while place > 0 and seconds[place - 1] > second:
        keys[place], seconds[place] = keys[place - 1], seconds[place - 1]
        place -= 1
    keys[place], seconds[place] = key, second
    if size < RECENTS_KEPT:
        return size + 1
    keys[:size], seconds[:size] = keys[1 : size + 1].copy(), seconds[1 : size + 1].copy()
    return size


@part
def read_tastes(packed: Bytes, at: int, end: int, sizes: Ints, values: Ints, weights: Ints) -> None:
    """Dimensions that are newer than what was packed come last, and are empty."""
    sizes[:] = 0
    for d in range(len(sizes)):
        if at == end:
            return
        sizes[d], at = read(packed, at)
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
def weigh(size: int, values: Ints, weights: Ints, value: int, amount: int) -> int:
    """Add to a value's weight; of more than VALUES_KEPT the lightest goes. The new size."""
    place = np.searchsorted(values[:size], value)
    if place < size and values[place] == value:
        weights[place] += amount
        return size
    for n in range(size, place, -1):
        values[n], weights[n] = values[n - 1], weights[n - 1]
    values[place], weights[place] = value, amount
    if size < VALUES_KEPT:
        return size + 1
    drop_least(values, weights)
    return size


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


@part
def weigh_all(
    mark: int, moment: int, weight: int, row: Ints, sizes: Ints, values: Ints, weights: Ints
) -> int:
    """Add a weight of that moment to a row's values. The landmark, which may have moved."""
    if mark == 0:
        mark = moment
    half_lives = (moment - mark) // HALF_LIFE_MS
    if moment - mark > MAX_EXPONENT * HALF_LIFE_MS:
        mark += half_lives * HALF_LIFE_MS
        age(sizes, values, weights, half_lives)
    amount = round(weight * 2.0 ** ((moment - mark) / HALF_LIFE_MS))
    for d in range(len(row)):
        if amount > 0 and row[d] != NOTHING:
            sizes[d] = weigh(sizes[d], values[d], weights[d], row[d], amount)
    return mark


@compiled(BYTES, INTS, BYTES, INTS, INTS, INTS, Array(np.int64, 2))
def added(
    recents: Bytes,
    recent_ends: Ints,
    tastes: Bytes,
    taste_ends: Ints,
    landmarks: Ints,
    last: Ints,
    additions: Ints,
) -> tuple[Bytes, Ints, Bytes, Ints, Ints]:
    """Additions to several shoppers, whose packed recents and tastes lie one after another.

    Those up to `last[n]` are the nth shopper's, in order: moment (ms), key, weight as of then, and
    a value for each dimension. Returns the new recents, tastes and landmarks.
    """
    shoppers, dimensions = len(last), additions.shape[1] - 3
    out = np.empty(len(recents) + 2 * LONGEST * len(additions), np.uint8)
    out_ends, marks = np.empty((2, shoppers), np.int64)
    out_tastes = np.empty(shoppers * dimensions * (1 + 2 * LONGEST * VALUES_KEPT), np.uint8)
    out_taste_ends = np.empty(shoppers, np.int64)
    keys, seconds = np.empty((2, RECENTS_KEPT + 1), np.int64)
    sizes = np.empty(dimensions, np.int64)
    values, weights = np.empty((2, dimensions, VALUES_KEPT + 1), np.int64)
    begin = taste_begin = at = taste_at = row = 0
    for n in range(shoppers):
        size = read_recents(recents, begin, recent_ends[n], keys, seconds)
        read_tastes(tastes, taste_begin, taste_ends[n], sizes, values, weights)
        begin, taste_begin, mark = recent_ends[n], taste_ends[n], landmarks[n]
        while row < last[n]:
            moment, key, weight = additions[row, 0], additions[row, 1], additions[row, 2]
            if key != NOTHING:
                size = remember(size, keys, seconds, key, moment // 1000)
            if weight > 0:
                mark = weigh_all(mark, moment, weight, additions[row, 3:], sizes, values, weights)
            row += 1
        at = out_ends[n] = write_recents(out, at, size, keys, seconds)
        taste_at = write_tastes(out_tastes, taste_at, sizes, values, weights)
        out_taste_ends[n], marks[n] = taste_at, mark
    return out[:at], out_ends, out_tastes[:taste_at], out_taste_ends, marks


@compiled(BYTES)
def recents_in(packed: Bytes) -> tuple[Ints, Ints]:
    """Keys and seconds, the newest last."""
    keys, seconds = np.empty((2, RECENTS_KEPT), np.int64)
    size = read_recents(packed, 0, len(packed), keys, seconds)
    return keys[:size], seconds[:size]


@compiled(BYTES, int)
def tastes_in(packed: Bytes, dimensions: int) -> tuple[Ints, Ints, Ints]:
    """The number of values of each dimension, the values, and their weights."""
    sizes = np.empty(dimensions, np.int64)
    values, weights = np.empty((2, dimensions, VALUES_KEPT), np.int64)
    read_tastes(packed, 0, len(packed), sizes, values, weights)
    return sizes, values, weights


class Packed(NamedTuple):
    """A shopper's recents and tastes, and the moment as of which these are weighed (0: none)."""

    recents: bytes = b""
    tastes: bytes = b""
    landmark_ms: int = 0


Addition = tuple[int, ...]  # a row of `additions`


def add(
    before: Sequence[Packed], last: Sequence[int], additions: Sequence[Addition]
) -> list[Packed]:
    """Each shopper's after their additions, those up to `last`."""
    recents, tastes, landmarks = zip(*before, strict=True)
    made, ends, made_tastes, taste_ends, marks = added(
        *_joined(recents), *_joined(tastes), np.array(landmarks), np.array(last),
        np.fromiter(chain.from_iterable(additions), np.int64).reshape(len(additions), -1),
    )  # fmt: skip
    return [
        Packed(*each)
        for each in zip(
            _cut(made, ends), _cut(made_tastes, taste_ends), marks.tolist(), strict=True
        )
    ]


def _joined(parts: Sequence[bytes]) -> tuple[Bytes, Ints]:
    return np.frombuffer(b"".join(parts), np.uint8), np.cumsum([len(part) for part in parts])


def _cut(joined: Bytes, ends: Ints) -> list[bytes]:
    whole = joined.tobytes()
    return [whole[begin:end] for begin, end in pairwise([0, *ends.tolist()])]


def recents_of(packed: bytes) -> dict[int, int]:
    """The second of each key, the newest last."""
    keys, seconds = recents_in(np.frombuffer(packed, np.uint8))
    return dict(zip(keys.tolist(), seconds.tolist(), strict=True))


def tastes_of(packed: bytes, dimensions: int) -> list[dict[int, int]]:
    """The weight of each value, by dimension."""
    found = tastes_in(np.frombuffer(packed, np.uint8), dimensions)
    sizes, values, weights = (column.tolist() for column in found)
    return [
        dict(zip(values[d][:size], weights[d][:size], strict=True)) for d, size in enumerate(sizes)
    ]


def pack(
    recents: Mapping[int, int],
    tastes: Sequence[Mapping[int, int]],
    landmark_ms: int,
    dimensions: int,
) -> Packed:
    """The inverse of `recents_of` and `tastes_of`."""
    made = as_additions(recents, tastes, landmark_ms, dimensions)
    return add([Packed()], [len(made)], made)[0] if made else Packed()


def as_additions(
    recents: Mapping[int, int],
    tastes: Sequence[Mapping[int, int]],
    landmark_ms: int,
    dimensions: int,
) -> list[Addition]:
    """Recents and tastes as additions that make them."""
    none = (NOTHING,) * dimensions
    made: list[Addition] = [(s * 1000, key, 0, *none) for key, s in recents.items()]
    for d, taste in enumerate(tastes):
        before, after = none[:d], none[d + 1 :]
        made += [(landmark_ms, NOTHING, w, *before, value, *after) for value, w in taste.items()]
    return made
