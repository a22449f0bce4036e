"""The words of all articles, for finding a phrase in milliseconds: an inverted index in arrays.

Kept in each process beside the facet index and row by row the same. Names and descriptions recur
from colour to colour, so every different text is kept once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from catalog.search.understanding.concepts import Phrase
from catalog.search.understanding.tokens import words
from catalog.search.understanding.vocabulary import stem

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
NAME: Final = "name"
DESCRIPTION: Final = "description"
# Of the fields those that say what an article is; the others say how it looks.
SAYING: Final = (NAME, DESCRIPTION, "types", "departments", "sections")
LANGUAGE: Final = "en"  # of H&M's texts
LEAST_BEGUN: Final = 2
# A word that fewer texts have may be a typing error of theirs.
LEAST_TEXTS: Final = 5
LONGEST_ENDING: Final = 2


@dataclass(frozen=True)
class TextIndex:
    """`number` is a word's; `stream` the words of all texts one after the other, and `text` whose
    each is. `texts` are by field the text of each row."""

    number: Mapping[str, int]
    stream: Ints
    text: Ints
    texts: Mapping[str, Ints]
    count: int

    @cached_property
    def _places(self) -> tuple[Ints, npt.NDArray[np.int64]]:
        """Places in the stream by word, and where each word's begin."""
        order = np.argsort(self.stream, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(self.stream, minlength=len(self.number)))
        return order, np.concatenate([[0], ends])

    @cached_property
    def _stems(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self.number:
            found.setdefault(stem(word, LANGUAGE), []).append(word)
        return found

    @cached_property
    def sorted_words(self) -> Sequence[str]:
        return sorted(self.number)

    @cached_property
    def _named(self) -> Bools:
        """By word, whether a name has it."""
        own = np.zeros(self.count, bool)
        own[self.texts[NAME]] = True
        return np.bincount(self.stream[own[self.text]], minlength=len(self.number)) > 0

    def known(self, word: str) -> bool:
        """Whether a name has the word, or so many texts have a form of it that it is no error."""
        number = self.number.get(word)
        if number is not None and self._named[number]:
            return True
        # A stem much shorter than the word is some other word's too ("earings": "ear").
        close = len(word) - len(stem(word, LANGUAGE)) <= LONGEST_ENDING
        forms = self.forms(word) if close else [word] if number is not None else []
        return sum(self._count(form) for form in forms) >= LEAST_TEXTS

    def _count(self, word: str) -> int:
        begins, number = self._places[1], self.number[word]
        return int(begins[number + 1] - begins[number])

    def forms(self, word: str, begun: bool = False) -> list[str]:
        """The words of the texts with the same stem, and, of an unfinished one, that begin so."""
        found = list(self._stems.get(stem(word, LANGUAGE), ()))
        if begun and len(word) >= LEAST_BEGUN:
            found += [w for w in self.number if w.startswith(word)]
        return found

    def saying(self, phrases: Iterable[Phrase], fields: Sequence[str] = SAYING) -> Bools:
        """The rows of which a field has one of the phrases."""
        having = self._having(phrases)
        found = np.zeros(len(next(iter(self.texts.values()))), bool)
        if having.any():
            for field in fields:
                found |= having[self.texts[field]]
        return found

    def _having(self, phrases: Iterable[Phrase]) -> Bools:
        having = np.zeros(self.count, bool)
        for phrase in phrases:
            having[self.text[self._starts(phrase)]] = True
        return having

    def _starts(self, phrase: Phrase) -> Ints:
        """Where in the stream the phrase begins."""
        numbers = [self.number.get(word) for word in phrase]
        if not numbers or None in numbers:
            return np.zeros(0, np.int32)
        order, begins = self._places
        first = numbers[0] or 0
        starts = order[begins[first] : begins[first + 1]]
        for step, number in enumerate(numbers[1:], 1):
            starts = starts[starts + step < len(self.stream)]
            same = self.text[starts + step] == self.text[starts]
            starts = starts[same & (self.stream[starts + step] == number)]
        return starts


def text_index(
    own: Mapping[str, Sequence[str]], terms: Mapping[str, tuple[Ints, Mapping[int, str]]]
) -> TextIndex:
    """Of each row's own texts, by field, and of its terms: their keys and names."""
    ids: dict[str, int] = {}
    texts = {
        name: np.array([ids.setdefault(t, len(ids)) for t in column], np.int32)
        for name, column in own.items()
    }
    for name, (keys, names) in terms.items():
        values, places = np.unique(keys, return_inverse=True)
        numbers = [ids.setdefault(names.get(v, ""), len(ids)) for v in values.tolist()]
        texts[name] = np.array(numbers, np.int32)[places]
    return _inverted(list(ids), texts)


def _inverted(every: Sequence[str], texts: Mapping[str, Ints]) -> TextIndex:
    number: dict[str, int] = {}
    stream: list[int] = []
    lengths = np.zeros(len(every), np.int64)
    for place, text in enumerate(every):
        own = [number.setdefault(word, len(number)) for word in words(text)]
        stream += own
        lengths[place] = len(own)
    whose = np.repeat(np.arange(len(every), dtype=np.int32), lengths)
    return TextIndex(number, np.array(stream, np.int32), whose, texts, len(every))
