"""Counts in time, sessions and days of purchase. Buckets, packed: each key (state.bucket_key), in
order, as the distance from the one before, and its count."""

from typing import Final

import numpy as np

from streaming.events.actions import Action
from streaming.events.spans import DAY_MS
from streaming.features.compiled.leb128 import BYTES, INTS, LONGEST, Bytes, Ints, read, write
from streaming.features.compiled.maps import count
from streaming.features.compiled.numbers import (
    ACTION,
    ADDITIONS,
    KEY,
    LAST_MS,
    LAST_PURCHASE_MS,
    MOMENT,
    NOTHING,
    PURCHASE_DAYS,
    SESSION_EVENTS,
    SESSION_S,
    SESSIONS,
    TO_BUCKET,
    WEIGHT,
)
from streaming.features.registry import BUCKETS, COUNTS_IN_TIME, SESSION_GAP_MS
from web.compiled import Array, compiled, part

BUCKETS_KEPT: Final = COUNTS_IN_TIME.bound
WIDTHS: Final = tuple(bucket.width_ms for bucket in BUCKETS)
KEPT: Final = tuple(bucket.kept for bucket in BUCKETS)
RESOLUTIONS: Final = len(BUCKETS)
DAILY: Final = WIDTHS.index(DAY_MS)
PURCHASE: Final = Action.PURCHASE.code


@compiled(BYTES, INTS, Array(np.int64, 2), INTS, ADDITIONS)
def counts_after(
    packed: Bytes, ends: Ints, before: Ints, last: Ints, additions: Ints
) -> tuple[Bytes, Ints, Ints]:
    """Several shoppers' buckets, one's after another's, where each one's end, and a row of NUMBERS
    for each, which are `before` at first."""
    numbers = before.copy()
    made = np.empty(len(packed) + 2 * LONGEST * RESOLUTIONS * len(additions), np.uint8)
    made_ends = np.empty(len(last), np.int64)
    keys, counts = np.empty((2, BUCKETS_KEPT + RESOLUTIONS), np.int64)
    begin = first = at = 0
    for n in range(len(last)):
        size = read_buckets(packed, begin, ends[n], keys, counts)
        for addition in additions[first : last[n]]:
            size = counted(numbers[n], size, keys, counts, addition)
        at = write_buckets(made, at, size, keys, counts)
        made_ends[n], begin, first = at, ends[n], last[n]
    return made[:at], made_ends, numbers


@part
def counted(numbers: Ints, size: int, keys: Ints, counts: Ints, addition: Ints) -> int:
    """Count one addition. The new number of buckets."""
    if addition[ACTION] == TO_BUCKET:
        size = count(size, keys, counts, addition[KEY], addition[WEIGHT])
        return drop_old(size, keys, counts, numbers[LAST_MS])
    if addition[ACTION] == NOTHING:
        return size
    return note(numbers, size, keys, counts, addition[ACTION], addition[MOMENT])


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
def note(numbers: Ints, size: int, keys: Ints, counts: Ints, action: int, moment: int) -> int:
    """Count an event, in time and in its session. The new number of buckets."""
    numbers[action] += 1
    size = count_in_time(size, keys, counts, action, moment, numbers[LAST_MS])
    note_session(numbers, moment)
    numbers[LAST_MS] = max(numbers[LAST_MS], moment)
    if action == PURCHASE:
        note_purchase(numbers, size, keys, counts, moment)
    return size


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
