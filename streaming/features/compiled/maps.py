"""Maps of numbers, as two arrays in the order of the keys."""

import numpy as np

from streaming.features.compiled.leb128 import Ints
from web.compiled import part


@part
def count(size: int, keys: Ints, counts: Ints, key: int, number: int) -> int:
    """Add to the number of a key. The new size."""
    place = np.searchsorted(keys[:size], key)
    if place < size and keys[place] == key:
        counts[place] += number
        return size
    if size == len(keys):
        raise ValueError("more keys than are kept")
    for n in range(size, place, -1):
        keys[n], counts[n] = keys[n - 1], counts[n - 1]
    keys[place], counts[place] = key, number
    return size + 1
