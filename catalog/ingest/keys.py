"""From a customer's 64 hex digits to the integer key, a whole column at a time."""

import binascii

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Words = npt.NDArray[np.uint64]  # (n, 4): the 256 bits of each id
Keys = npt.NDArray[np.int32]

HEX_DIGITS = 64
UNKNOWN = -1


def pack(ids: pa.Array) -> Words:
    """Ids of exactly 64 hex digits (not checked here) as four 64-bit words each."""
    size = len(ids) * HEX_DIGITS
    if not size:
        return np.empty((0, 4), dtype=np.uint64)
    offsets = np.frombuffer(ids.buffers()[1], dtype=np.int32)
    start = int(offsets[ids.offset])
    text = memoryview(ids.buffers()[2])[start : start + size]
    return np.frombuffer(binascii.unhexlify(text), dtype=">u8").astype(np.uint64).reshape(-1, 4)


def first_occurrences(words: Words) -> npt.NDArray[np.intp]:
    """Indices, in order, of the first of each group of equal ids."""
    _, first = np.unique(np.ascontiguousarray(words).view("S32").ravel(), return_index=True)
    return np.sort(first)


class CustomerKeys:
    """A perfect-hash look-up: ids sorted by a 64-bit mix of their words, verified word by word.

    About 48 bytes a customer. Ids need not be random: when two of them mix to the same hash,
    other multipliers are drawn until none do.
    """

    def __init__(self, words: Words, keys: Keys) -> None:
        """`words` must be distinct; `keys` are theirs."""
        random = np.random.default_rng(seed=0)
        while True:
            self.multipliers = random.integers(0, 2**64, size=4, dtype=np.uint64) | np.uint64(1)
            hashes = self.mix(words)
            order = np.argsort(hashes)
            self.hashes = hashes[order]
            if not (self.hashes[1:] == self.hashes[:-1]).any():
                break
        self.words, self.keys = words[order], keys[order]

    def mix(self, words: Words) -> Words:
        return np.asarray((words * self.multipliers).sum(axis=1, dtype=np.uint64))

    def find(self, words: Words) -> Keys:
        """The key of each id, UNKNOWN where there is none."""
        if not len(self.keys):
            return np.full(len(words), UNKNOWN, dtype=np.int32)
        place = np.minimum(np.searchsorted(self.hashes, self.mix(words)), len(self.keys) - 1)
        same = (self.words[place] == words).all(axis=1)
        return np.where(same, self.keys[place], UNKNOWN).astype(np.int32)
