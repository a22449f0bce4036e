"""Spelling correction to a word of the vocabulary, in any language, or of the catalogue. A word
that the vocabulary knows is never corrected, least of all into a name.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import takewhile
from math import log1p
from typing import Final

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.search.facet_index import FacetIndex
from catalog.search.text_index import NAME, TextIndex
from catalog.search.understanding.vocabulary import Vocabulary
from web.cache import per_owner

# A typing error divides a word's likelihood by e⁵, about 150.
ERROR: Final = 5.0
MIN_LETTERS: Final = 3
# Words for types and colours count as if they occurred in this many texts; English ones count
# somewhat more, as the texts are English.
NAMING: Final = 1000
ENGLISH: Final = 3000
NAMED: Final = 30
MIN_TEXTS: Final = 3
MIN_BEGUN: Final = 4
# Two errors are only allowed in long words: short ones have too many neighbours.
LONG: Final = 8
SHORT: Final = 4
MIN_SHARE: Final = 0.01


@dataclass(frozen=True, eq=False)
class Spelling:
    """`counts` gives each word's likelihood; `distant` are those that two errors may lead to."""

    counts: Mapping[str, int]
    words: Sequence[str]
    naming: Sequence[str]
    distant: frozenset[str]
    foreign: frozenset[str]
    english: Sequence[str] = ()

    def meant(self, word: str) -> str:
        """The most likely word; the word itself if nothing is near.

        As in https://norvig.com/spell-correct.html: common words are more likely than rare ones,
        and each wrong, missing, extra or transposed letter makes a word less likely.
        """
        if len(word) < MIN_LETTERS:
            return word
        likely = {
            near: log1p(self.counts[near]) - ERROR * errors
            for near, errors in near_words(word, self.words)
            if errors == 1 or near in self.distant or (len(word) >= LONG and near in self.foreign)
            if len(word) > SHORT or _slipped(word, near)
        }
        return max(likely, key=lambda near: (likely[near], near), default=self._finished(word))

    def is_slip(self, word: str) -> bool:
        """Whether a word of names alone is a slip of the keyboard in the data ("cardgian")."""
        if len(word) <= SHORT or self.counts.get(word, 0) > NAMED:
            return False
        near = near_words(word, self.english)
        return any(errors == 1 and _slipped(word, meant) for meant, errors in near)

    def completed(self, beginning: str, most: int) -> list[str]:
        """Words with this prefix, most likely first, without those that are rare by comparison."""
        words = self.words[bisect_left(self.words, beginning) :]
        begun = takewhile(lambda word: word.startswith(beginning), words)
        best = nlargest(most, begun, key=lambda word: (self.counts[word], word))
        return [w for w in best if self.counts[w] >= MIN_SHARE * self.counts[best[0]]]

    def _finished(self, word: str) -> str:
        """The most likely type or colour word with this prefix."""
        if len(word) < MIN_BEGUN:
            return word
        begun = takewhile(
            lambda w: w.startswith(word), self.naming[bisect_left(self.naming, word) :]
        )
        return max(begun, key=lambda w: (self.counts[w], w), default=word)


def near_words(word: str, words: Sequence[str]) -> list[tuple[str, int]]:
    """Words within one (for short words) or two errors, and the number of errors. A wrong first
    letter is rare and counts twice."""
    most = 1 if len(word) <= SHORT else 2
    alike = process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    counted = [(near, int(errors) + (near[0] != word[0])) for near, errors, _ in alike]
    return [(near, errors) for near, errors in counted if errors <= most]


def _slipped(word: str, near: str) -> bool:
    """Whether letters were left out, transposed or doubled, but none replaced by another."""
    return len(word) < len(near) or sorted(word) == sorted(near) or set(word) == set(near)


@per_owner(2)
def spelling(goods: FacetIndex, vocabulary: Vocabulary) -> Spelling:
    described, named = _counts(goods.texts)
    distant = {word for word, count in described.items() if count >= MIN_TEXTS}
    # Only one error for a name: names are often close to words of some language.
    counts = {**{word: NAMED for word in named if len(word) > MIN_BEGUN}, **described}
    english = [
        word
        for word in vocabulary.single
        if any(m.language == "en" for m in vocabulary.exact[(word,)])
    ]
    for word in vocabulary.single:
        counts[word] = counts.get(word, 0) + NAMING
    for word in english:
        counts[word] += ENGLISH - NAMING
    near = frozenset({*distant, *english})
    foreign = frozenset(vocabulary.single)
    return Spelling(counts, sorted(counts), vocabulary.single, near, foreign, english)


def _counts(texts: TextIndex) -> tuple[dict[str, int], list[str]]:
    """How many descriptive texts contain each word, and the words found only in names."""
    described = np.zeros(texts.count, bool)
    for column, own in texts.texts.items():
        if column != NAME:
            described[own] = True
    places = np.bincount(texts.stream[described[texts.text]], minlength=len(texts.number))
    counted = dict(zip(texts.number, places.tolist(), strict=True))
    return (
        {word: count for word, count in counted.items() if count},
        [word for word, count in counted.items() if not count],
    )
