"""Additions to what shoppers did, as lists and bytes; features.compiled has them as arrays."""

from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from streaming.features.compiled.leb128 import Bytes, Ints
from streaming.features.compiled.numbers import (
    LANDMARK,
    LAST_MS,
    NOTHING,
    NUMBERS,
    TO_BUCKET,
)
from streaming.features.compiled.reading import buckets_in, read_all, recents_in, tastes_in
from streaming.features.compiled.recents import recents_after
from streaming.features.compiled.tastes import HALF_LIFE_MS, tastes_after
from streaming.features.compiled.timing import counts_after

Addition = tuple[int, ...]


class Packed(NamedTuple):
    """What a shopper did: bytes and as in features.compiled."""

    recents: bytes = b""
    tastes: bytes = b""
    buckets: bytes = b""
    numbers: Sequence[int] = (0,) * NUMBERS


def add(
    before: Sequence[Packed], last: Sequence[int], additions: Sequence[Addition]
) -> list[Packed]:
    """Each shopper's after their additions, those up to `last`."""
    recents, tastes, buckets, rows = zip(*before, strict=True)
    ends, numbers = np.array(last), np.array(rows)
    made = np.fromiter(chain.from_iterable(additions), np.int64).reshape(len(additions), -1)
    landmarks = numbers[:, LANDMARK]
    new_recents = recents_after(*_joined(recents), ends, made)
    new_tastes = tastes_after(*_joined(tastes), landmarks, ends, made)
    new_buckets = counts_after(*_joined(buckets), numbers, ends, made)
    numbers = new_buckets[2]
    numbers[:, LANDMARK] = new_tastes[2]
    after = (_cut(*new_recents), _cut(*new_tastes[:2]), _cut(*new_buckets[:2]), numbers.tolist())
    return [Packed(*each) for each in zip(*after, strict=True)]


def _joined(parts: Sequence[bytes]) -> tuple[Bytes, Ints]:
    return np.frombuffer(b"".join(parts), np.uint8), np.cumsum([len(part) for part in parts])


def _cut(joined: Bytes, ends: Ints) -> list[bytes]:
    whole = joined.tobytes()
    return [whole[begin:end] for begin, end in pairwise([0, *ends.tolist()])]


def check(recents: bytes, tastes: bytes, buckets: bytes, dimensions: int) -> None:
    """Raise ValueError for what the functions below can't read, in a fraction of their time."""
    read_all(
        np.frombuffer(recents, np.uint8),
        np.frombuffer(tastes, np.uint8),
        np.frombuffer(buckets, np.uint8),
        dimensions,
    )


def recents_of(packed: bytes) -> dict[int, int]:
    """The second of each key, the newest last."""
    return _as_map(*recents_in(np.frombuffer(packed, np.uint8)))


def buckets_of(packed: bytes) -> dict[int, int]:
    """The count of each key."""
    return _as_map(*buckets_in(np.frombuffer(packed, np.uint8)))


def _as_map(keys: Ints, numbers: Ints) -> dict[int, int]:
    return dict(zip(keys.tolist(), numbers.tolist(), strict=True))


def tastes_of(packed: bytes, dimensions: int) -> list[dict[int, int]]:
    """The weight of each value, by dimension."""
    sizes, values, weights = tastes_in(np.frombuffer(packed, np.uint8), dimensions)
    return [_as_map(values[d, :size], weights[d, :size]) for d, size in enumerate(sizes)]


def as_additions(
    recents: Mapping[int, int],
    tastes: Sequence[Mapping[int, int]],
    weighed_ms: int,
    buckets: Mapping[int, int],
    dimensions: int,
) -> list[Addition]:
    """Recents, tastes, whose weights are as of `weighed_ms`, and buckets as additions that make
    them."""
    none = (NOTHING,) * dimensions
    made: list[Addition] = [(s * 1000, key, 0, NOTHING, *none) for key, s in recents.items()]
    made += [(0, key, number, TO_BUCKET, *none) for key, number in buckets.items()]
    for d, taste in enumerate(tastes):
        left, right = none[:d], none[d + 1 :]
        made += [
            (weighed_ms, NOTHING, weight, NOTHING, *left, value, *right)
            for value, weight in taste.items()
        ]
    return made


def pack(
    recents: Mapping[int, int],
    tastes: Sequence[Mapping[int, int]],
    weighed_ms: int,
    buckets: Mapping[int, int],
    last_ms: int,
    dimensions: int,
) -> Packed:
    """The inverse of `recents_of`, `tastes_of` and `buckets_of`: tastes as of the half-life that
    `weighed_ms` is in, of the buckets those that count at `last_ms`."""
    numbers = [0] * NUMBERS
    numbers[LANDMARK], numbers[LAST_MS] = weighed_ms // HALF_LIFE_MS, last_ms
    made = as_additions(recents, tastes, weighed_ms, buckets, dimensions)
    return add([Packed(numbers=numbers)], [len(made)], made)[0] if made else Packed()
