"""What a shopper did, as packed bytes and numbers, and the compiled code that adds events to it for
many shoppers at once: recents, tastes, counts in time, sessions (see state.State).

Numbers take seven bits a byte, lowest first (LEB128). Recents: each key, and the seconds since the
one before. Tastes: for each dimension how many values it has, then each value, in order, as the
distance from the one before (zigzag), and its weight. Buckets: each key, in order, as the distance
from the one before, and its count. They take two thirds of what they take as maps of MessagePack,
and adding to them a tenth of the time.

Compiled functions and their parts share this file, since Numba's cache looks at one file only.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from streaming.events.actions import ACTIONS, Action
from streaming.events.spans import DAY_MS
from streaming.features.registry import (
    AFFINITIES,
    BUCKETS,
    COUNTS_IN_TIME,
    RECENTS,
    SESSION_GAP_MS,
)
from web.compiled import Array, compiled, part

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

RECENTS_KEPT: Final = RECENTS.bound
VALUES_KEPT: Final = AFFINITIES.bound
HALF_LIFE_MS: Final = AFFINITIES.half_life_ms or 1
# The landmark moves on when weights have grown by 2 to this: they then take three bytes packed.
MAX_EXPONENT: Final = 8
LONGEST: Final = 10  # bytes of a number of 64 bits
BUCKETS_KEPT: Final = COUNTS_IN_TIME.bound
WIDTHS: Final = tuple(bucket.width_ms for bucket in BUCKETS)
KEPT: Final = tuple(bucket.kept for bucket in BUCKETS)
RESOLUTIONS: Final = len(BUCKETS)
DAILY: Final = WIDTHS.index(DAY_MS)
PURCHASE: Final = Action.PURCHASE.code
# The numbers of a shopper: first the count of each action, by its code.
SESSIONS: Final = len(ACTIONS)
SESSION_S, SESSION_EVENTS, LAST_MS, LAST_PURCHASE_MS, PURCHASE_DAYS, LANDMARK_MS = range(
    SESSIONS + 1, SESSIONS + 7
)
NUMBERS: Final = SESSIONS + 7
# An addition: its moment (ms), its key among the recents, a weight as of the moment, the code of an
# action, and a value for each dimension. NOTHING: no key, action or value.
MOMENT, KEY, WEIGHT, ACTION, VALUES = range(5)
NOTHING: Final = -(2**63)
# As action: adds `WEIGHT` to the bucket `KEY`.
TO_BUCKET: Final = -1
BYTES, INTS = Array(np.uint8), Array(np.int64)


@part
def read(packed: Bytes, at: int) -> tuple[int, int]:
    """The number there, and where the next one begins."""
    number = shift = 0
    while at < len(packed) and shift < 64:
        number |= (packed[at] & 127) << shift
        if packed[at] < 128:
            return number, at + 1
        at, shift = at + 1, shift + 7
    raise ValueError("what is packed ends too early")


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
        if size == RECENTS_KEPT:
            raise ValueError("more recents than are kept")
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
def read_buckets(packed: Bytes, at: int, end: int, keys: Ints, counts: Ints) -> int:
    """How many there are."""
    size = key = 0
    while at < end:
        if size == BUCKETS_KEPT:
            raise ValueError("more buckets than are kept")
        step, at = read(packed, at)
        key += step
        keys[size] = key
        counts[size], at = read(packed, at)
        size += 1
    return size


@part
def write_buckets(packed: Bytes, at: int, size: int, keys: Ints, counts: Ints) -> int:
    key = 0
    for n in range(size):
        at = write(packed, at, keys[n] - key)
        at = write(packed, at, counts[n])
        key = keys[n]
    return at


@part
def count(size: int, keys: Ints, counts: Ints, key: int, number: int) -> int:
    """Add to a bucket. The new size."""
    place = np.searchsorted(keys[:size], key)
    if place < size and keys[place] == key:
        counts[place] += number
        return size
    if size == len(keys):
        raise ValueError("more buckets than are kept")
    for n in range(size, place, -1):
        keys[n], counts[n] = keys[n - 1], counts[n - 1]
    keys[place], counts[place] = key, number
    return size + 1


@part
def drop_old(size: int, keys: Ints, counts: Ints, newest: int) -> int:
    """Keep the buckets that still count at that moment. The new size."""
    kept = 0
    for n in range(size):
        bucket, resolution = divmod(keys[n] >> 3, RESOLUTIONS)
        if newest // WIDTHS[resolution] - bucket < KEPT[resolution]:
            keys[kept], counts[kept] = keys[n], counts[n]
            kept += 1
    return kept


@part
def count_in_time(
    size: int, keys: Ints, counts: Ints, action: int, moment: int, last_ms: int
) -> int:
    """Add to the bucket of each width that still counts, and drop those that no longer do."""
    newest = max(last_ms, moment)
    if newest // WIDTHS[0] > last_ms // WIDTHS[0]:
        size = drop_old(size, keys, counts, newest)
    for resolution in range(RESOLUTIONS):
        bucket = moment // WIDTHS[resolution]
        if newest // WIDTHS[resolution] - bucket < KEPT[resolution]:
            key = (bucket * RESOLUTIONS + resolution) * 8 + action  # state.bucket_key
            size = count(size, keys, counts, key, 1)
    return size


@part
def note_session(numbers: Ints, moment: int) -> None:
    """A late event belongs to an earlier session, unless it touches the current one."""
    if moment < numbers[LAST_MS] and numbers[SESSION_S] * 1000 - moment > SESSION_GAP_MS:
        return
    if numbers[SESSIONS] == 0 or moment - numbers[LAST_MS] > SESSION_GAP_MS:
        numbers[SESSIONS] += 1
        numbers[SESSION_S], numbers[SESSION_EVENTS] = moment // 1000, 0
    if moment < numbers[SESSION_S] * 1000:
        numbers[SESSION_S] = moment // 1000
    numbers[SESSION_EVENTS] += 1


@part
def note_purchase(numbers: Ints, size: int, keys: Ints, counts: Ints, moment: int) -> None:
    """A day's first purchase counts the day, late ones for 30 days."""
    day = moment // DAY_MS
    key = (day * RESOLUTIONS + DAILY) * 8 + PURCHASE
    place = np.searchsorted(keys[:size], key)
    is_first = place < size and keys[place] == key and counts[place] == 1
    if day > numbers[LAST_PURCHASE_MS] // DAY_MS or is_first:
        numbers[PURCHASE_DAYS] += 1
    numbers[LAST_PURCHASE_MS] = max(numbers[LAST_PURCHASE_MS], moment)


@part
def note(numbers: Ints, size: int, keys: Ints, counts: Ints, action: int, moment: int) -> int:
    """Count an event, in time and in its session. The new number of buckets."""
    numbers[action] += 1
    size = count_in_time(size, keys, counts, action, moment, numbers[LAST_MS])
    note_session(numbers, moment)
    numbers[LAST_MS] = max(numbers[LAST_MS], moment)
    if action == PURCHASE:
        note_purchase(numbers, size, keys, counts, moment)
    return size


MAP = (BYTES, INTS)


@compiled(*MAP, *MAP, *MAP, Array(np.int64, 2), INTS, Array(np.int64, 2))
def added(
    recents: Bytes,
    recent_ends: Ints,
    tastes: Bytes,
    taste_ends: Ints,
    buckets: Bytes,
    bucket_ends: Ints,
    before: Ints,
    last: Ints,
    additions: Ints,
) -> tuple[Bytes, Ints, Bytes, Ints, Bytes, Ints, Ints]:
    """Additions to several shoppers, whose packed recents, tastes and buckets lie one after
    another. `before` has a row of NUMBERS for each; the additions up to `last[n]` are the nth
    shopper's, in order. Returns all of it after them.
    """
    shoppers, dimensions = len(last), additions.shape[1] - VALUES
    numbers = before.copy()
    ends = np.empty((3, shoppers), np.int64)
    new_recents = np.empty(len(recents) + 2 * LONGEST * len(additions), np.uint8)
    new_tastes = np.empty(shoppers * dimensions * (1 + 2 * LONGEST * VALUES_KEPT), np.uint8)
    new_buckets = np.empty(len(buckets) + 2 * LONGEST * RESOLUTIONS * len(additions), np.uint8)
    keys, seconds = np.empty((2, RECENTS_KEPT + 1), np.int64)
    sizes = np.empty(dimensions, np.int64)
    values, weights = np.empty((2, dimensions, VALUES_KEPT + 1), np.int64)
    spans, counts = np.empty((2, BUCKETS_KEPT + RESOLUTIONS), np.int64)
    begin, at = np.zeros((2, 3), np.int64)
    row = 0
    for n in range(shoppers):
        size = read_recents(recents, begin[0], recent_ends[n], keys, seconds)
        read_tastes(tastes, begin[1], taste_ends[n], sizes, values, weights)
        span = read_buckets(buckets, begin[2], bucket_ends[n], spans, counts)
        begin[:] = recent_ends[n], taste_ends[n], bucket_ends[n]
        while row < last[n]:
            made = additions[row]
            if made[ACTION] == TO_BUCKET:
                span = count(span, spans, counts, made[KEY], made[WEIGHT])
                span = drop_old(span, spans, counts, numbers[n, LAST_MS])
            else:
                if made[ACTION] != NOTHING:
                    span = note(numbers[n], span, spans, counts, made[ACTION], made[MOMENT])
                if made[KEY] != NOTHING:
                    size = remember(size, keys, seconds, made[KEY], made[MOMENT] // 1000)
                if made[WEIGHT] > 0:
                    weigh_all(
                        numbers[n], made[MOMENT], made[WEIGHT], made[VALUES:],
                        sizes, values, weights,
                    )  # fmt: skip
            row += 1
        at[0] = write_recents(new_recents, at[0], size, keys, seconds)
        at[1] = write_tastes(new_tastes, at[1], sizes, values, weights)
        at[2] = write_buckets(new_buckets, at[2], span, spans, counts)
        ends[:, n] = at
    return (
        new_recents[: at[0]], ends[0], new_tastes[: at[1]], ends[1], new_buckets[: at[2]], ends[2],
        numbers,
    )  # fmt: skip


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


@compiled(BYTES)
def buckets_in(packed: Bytes) -> tuple[Ints, Ints]:
    """Keys and counts."""
    keys, counts = np.empty((2, BUCKETS_KEPT), np.int64)
    size = read_buckets(packed, 0, len(packed), keys, counts)
    return keys[:size], counts[:size]
