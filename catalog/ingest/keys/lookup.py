"""Maps customer ids to integer keys, a column at a time.

H&M's ids are 64 hex digits, stored as four 64-bit words. If a data set has ids in another format,
all of its ids are stored as bytes, in eight words.
"""

import binascii
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.reading.identifiers import HEX, are_hex, canonical, spelled

Words = npt.NDArray[np.uint64]  # (n, HEX_WORDS or TEXT_WORDS)
Keys = npt.NDArray[np.int32]

LONGEST = 64  # bytes
HEX_WORDS, TEXT_WORDS = 4, 8
UNKNOWN = -1


def pack(ids: pa.Array) -> Words:
    """Ids of exactly 64 hex digits as four words each; raises ValueError for any other."""
    return np.frombuffer(spelled(ids), ">u8").astype(np.uint64).reshape(-1, HEX_WORDS)


def to_words(ids: pa.Array) -> Words:
    """Ids of up to 64 bytes as eight words each."""
    padded = np.array([text.encode() for text in ids.to_pylist()], dtype=f"S{LONGEST}")
    return padded.view(np.uint64).reshape(-1, TEXT_WORDS)


def hex_to_text_words(words: Words) -> Words:
    """The words of hex ids in the eight-word form."""
    text = binascii.hexlify(words.astype(">u8").tobytes())
    return np.frombuffer(text, np.uint64).reshape(-1, TEXT_WORDS)


def words_of(ids: pa.Array) -> Words:
    return pack(ids) if are_hex(ids) else to_words(ids)


def first_occurrences(ids: pa.Array) -> npt.NDArray[np.intp]:
    """Indices, in order, of the first of each group of equal ids."""
    if pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        # Each once, in order, as in H&M's file: no need to remember them all.
        return np.arange(len(ids))
    # A dictionary numbers its values in the order in which they first occur.
    highest = np.maximum.accumulate(ids.dictionary_encode().indices.to_numpy())
    return np.flatnonzero(np.diff(highest, prepend=-1))


class CustomerKeys:
    """A perfect-hash look-up: ids sorted by a 64-bit hash of their words, compared word by word.
    A hash's first bits give its place but for a step or two.

    About 56 bytes per customer. Ids need not be random: if two of them have the same hash, new
    multipliers are drawn until none do.
    """

    def __init__(self, words: Words, keys: Keys) -> None:
        """`words` must be distinct; `keys` belong to them."""
        random = np.random.default_rng(seed=0)
        while True:
            drawn = random.integers(0, 2**64, size=words.shape[1], dtype=np.uint64)
            self.multipliers = drawn | np.uint64(1)
            hashes = self.mix(words)
            order = np.argsort(hashes)
            self.hashes = hashes[order]
            if not (self.hashes[1:] == self.hashes[:-1]).any():
                break
        self.words, self.keys = words[order], keys[order]
        self.shift = np.uint64(64 - max(1, len(keys).bit_length()))
        prefixes = np.arange(1 << (64 - int(self.shift)), dtype=np.uint64)
        self.starts = np.searchsorted(self.hashes, prefixes << self.shift).astype(np.int32)

    @property
    def are_hex(self) -> bool:
        return int(self.words.shape[1]) == HEX_WORDS

    def joined(self, ids: pa.Array, keys: Keys) -> "CustomerKeys":
        """With more ids, which must be new."""
        mine, words = self.words, words_of(ids)
        if mine.shape[1] < words.shape[1]:
            mine = hex_to_text_words(mine)
        elif mine.shape[1] > words.shape[1]:
            words = hex_to_text_words(words)
        return CustomerKeys(np.concatenate([mine, words]), np.concatenate([self.keys, keys]))

    def mix(self, words: Words) -> Words:
        return np.asarray((words * self.multipliers).sum(axis=1, dtype=np.uint64))

    def find_ids(self, ids: pa.Array) -> Keys:
        """The key of each id, ignoring case; UNKNOWN if there is none."""
        if not len(self.keys):
            return np.full(len(ids), UNKNOWN, dtype=np.int32)
        try:
            words = pack(ids)
        except ValueError:
            return self.find_texts(canonical(ids))
        return self.find(words if self.are_hex else hex_to_text_words(words))

    def find_texts(self, ids: pa.Array) -> Keys:
        if not self.are_hex:
            return self.find(to_words(ids))
        hexes = pc.match_substring_regex(ids, HEX).to_numpy(zero_copy_only=False)
        keys = np.full(len(ids), UNKNOWN, dtype=np.int32)
        keys[hexes] = self.find(pack(ids.filter(pa.array(hexes))))
        return keys

    def places_of(self, hashes: Words) -> npt.NDArray[np.int32]:
        """Where each hash stands, or would."""
        last = len(self.keys) - 1
        places: npt.NDArray[np.int32] = np.minimum(self.starts[hashes >> self.shift], last)
        early = np.flatnonzero(self.hashes[places] < hashes)
        while len(early := early[places[early] < last]):
            places[early] += 1
            early = early[self.hashes[places[early]] < hashes[early]]
        return places

    def find(self, words: Words) -> Keys:
        """The key of each id; UNKNOWN if there is none."""
        if not len(self.keys):
            return np.full(len(words), UNKNOWN, dtype=np.int32)
        place = self.places_of(self.mix(words))
        same = (self.words[place] == words).all(axis=1)
        return np.where(same, self.keys[place], UNKNOWN).astype(np.int32)


@dataclass(frozen=True)
class KnownKeys:
    """The customers and articles (sorted) that sales may refer to.

    `prices` are the articles', for sales without a price; NaN if unknown.
    """

    customers: CustomerKeys
    articles: npt.NDArray[np.int32]
    prices: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
