"""Recents, packed, the newest last: each key, doubled, and the seconds since the one before; where
these are 0, as within a basket, they are left out and the doubled key is one more."""

from typing import Final

import numpy as np

from streaming.features.compiled.leb128 import BYTES, INTS, LONGEST, Bytes, Ints, read, write
from streaming.features.compiled.numbers import ACTION, ADDITIONS, KEY, MOMENT, NOTHING, TO_BUCKET
from streaming.features.registry import RECENTS
from web.compiled import compiled, part

RECENTS_KEPT: Final = RECENTS.bound


@compiled(BYTES, INTS, INTS, ADDITIONS)
def recents_after(packed: Bytes, ends: Ints, last: Ints, additions: Ints) -> tuple[Bytes, Ints]:
    """Several shoppers' recents, one's after another's, and where each one's end."""
    made = np.empty(len(packed) + 2 * LONGEST * len(additions), np.uint8)
    made_ends = np.empty(len(last), np.int64)
    keys, seconds = np.empty((2, RECENTS_KEPT + 1), np.int64)
    begin = first = at = 0
    for n in range(len(last)):
        size = read_recents(packed, begin, ends[n], keys, seconds)
        for addition in additions[first : last[n]]:
            if addition[ACTION] != TO_BUCKET and addition[KEY] != NOTHING:
                size = remember(size, keys, seconds, addition[KEY], addition[MOMENT] // 1000)
        at = write_recents(made, at, size, keys, seconds)
        made_ends[n], begin, first = at, ends[n], last[n]
    return made[:at], made_ends


@part
def read_recents(packed: Bytes, at: int, end: int, keys: Ints, seconds: Ints) -> int:
    """How many there are."""
    size = second = 0
    while at < end:
        if size == RECENTS_KEPT:
            raise ValueError("more recents than are kept")
        key, at = read(packed, at)
        if key & 1 == 0:
            step, at = read(packed, at)
            second += step
        keys[size], seconds[size] = key >> 1, second
        size += 1
    return size


@part
def write_recents(packed: Bytes, at: int, size: int, keys: Ints, seconds: Ints) -> int:
    second = 0
    for n in range(size):
        step = seconds[n] - second
        at = write(packed, at, keys[n] << 1 | (step == 0))
        if step:
            at = write(packed, at, step)
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
    for n in range(size):
        keys[n], seconds[n] = keys[n + 1], seconds[n + 1]
    return size
