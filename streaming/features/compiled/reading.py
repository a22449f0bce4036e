"""Checks and unpacks one shopper's recents, tastes and buckets for readers."""

import numpy as np

from streaming.features.compiled.leb128 import BYTES, Bytes, Ints
from streaming.features.compiled.recents import RECENTS_KEPT, read_recents
from streaming.features.compiled.tastes import VALUES_KEPT, read_tastes
from streaming.features.compiled.timing import BUCKETS_KEPT, read_buckets
from web.compiled import compiled


@compiled(BYTES, BYTES, BYTES, int)
def read_all(recents: Bytes, tastes: Bytes, buckets: Bytes, dimensions: int) -> None:
    """Raise ValueError for bytes that the functions below can't read."""
    keys, numbers = np.empty((2, max(RECENTS_KEPT, BUCKETS_KEPT)), np.int64)
    read_recents(recents, 0, len(recents), keys, numbers)
    read_buckets(buckets, 0, len(buckets), keys, numbers)
    sizes = np.empty(dimensions, np.int64)
    values, weights = np.empty((2, dimensions, VALUES_KEPT), np.int64)
    read_tastes(tastes, 0, len(tastes), sizes, values, weights)


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
