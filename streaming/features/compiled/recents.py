"""Recents, packed: each key, and the seconds since the one before, the newest last."""

from typing import Final

from streaming.features.compiled.leb128 import Bytes, Ints, read, write
from streaming.features.registry import RECENTS
from web.compiled import part

RECENTS_KEPT: Final = RECENTS.bound


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
