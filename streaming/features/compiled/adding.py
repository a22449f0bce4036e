"""Adds events to what many shoppers did."""

import numpy as np

from streaming.features.compiled.leb128 import Bytes, Ints
from streaming.features.compiled.maps import count
from streaming.features.compiled.numbers import (
    ACTION,
    KEY,
    LAST_MS,
    MOMENT,
    NOTHING,
    TO_BUCKET,
    VALUES,
    WEIGHT,
)
from streaming.features.compiled.recents import (
    RECENTS_KEPT,
    read_recents,
    remember,
    write_recents,
)
from streaming.features.compiled.tastes import VALUES_KEPT, read_tastes, weigh_all, write_tastes
from streaming.features.compiled.timing import (
    BUCKETS_KEPT,
    RESOLUTIONS,
    drop_old,
    note,
    read_buckets,
    write_buckets,
)
from web.compiled import Array, compiled, part

BYTES, INTS = Array(np.uint8), Array(np.int64)
MAP = (BYTES, INTS)
LONGEST = 10  # bytes of a number of 64 bits


@part
def counted(made: Ints, numbers: Ints, span: int, spans: Ints, counts: Ints) -> int:
    """Count one addition. The new number of buckets."""
    if made[ACTION] == TO_BUCKET:
        span = count(span, spans, counts, made[KEY], made[WEIGHT])
        return drop_old(span, spans, counts, numbers[LAST_MS])
    if made[ACTION] == NOTHING:
        return span
    return note(numbers, span, spans, counts, made[ACTION], made[MOMENT])


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
            span = counted(made, numbers[n], span, spans, counts)
            if made[ACTION] != TO_BUCKET:
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
