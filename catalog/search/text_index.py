"""An inverted index of all articles' words, in arrays; finds a phrase in milliseconds.

Each process holds one beside the facet index, with the same rows. Names and descriptions repeat
across colours, so each distinct text is stored once.
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
# The fields that say what an article is; the others say how it looks.
SAYING: Final = (NAME, DESCRIPTION, "types", "departments", "sections")
LANGUAGE: Final = "en"  # of H&M's texts
MIN_BEGUN: Final = 2
# A word in fewer texts may be a typing error in the data.
MIN_TEXTS: Final = 5
LONGEST_ENDING: Final = 2


@dataclass(frozen=True)
class TextIndex:
    """`number` maps words to numbers; `stream` holds the words of all texts one after the other,
    `text` the text each belongs to. `texts` gives the text of each row, by field."""

    number: Mapping[str, int]
    stream: Ints
    text: Ints
    texts: Mapping[str, Ints]
    count: int

    @cached_property
    def _places(self) -> tuple[Ints, npt.NDArray[np.int64]]:
        """Positions in the stream, grouped by word, and where each word's group starts."""
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
    def _named(self) -> Bools:
        """By word, whether it occurs in a name."""
        own = np.zeros(self.count, bool)
        own[self.texts[NAME]] = True
        return np.bincount(self.stream[own[self.text]], minlength=len(self.number)) > 0

    def known(self, word: str) -> bool:
        """Whether the word occurs in a name, or a form of it in enough texts to be no error."""
        number = self.number.get(word)
        if number is not None and self._named[number]:
            return True
        # A much shorter stem also belongs to other words ("earings": "ear").
        close = len(word) - len(stem(word, LANGUAGE)) <= LONGEST_ENDING
        forms = self.forms(word) if close else [word] if number is not None else []
        return sum(self._count(form) for form in forms) >= MIN_TEXTS

    def _count(self, word: str) -> int:
        begins, number = self._places[1], self.number[word]
        return int(begins[number + 1] - begins[number])

    def forms(self, word: str, begun: bool = False) -> list[str]:
        """Indexed words with the same stem; for an unfinished word also those with that prefix."""
        found = list(self._stems.get(stem(word, LANGUAGE), ()))
        if begun and len(word) >= MIN_BEGUN:
            found += [w for w in self.number if w.startswith(word)]
        return found

    def saying(self, phrases: Iterable[Phrase], fields: Sequence[str] = SAYING) -> Bools:
        """The rows where any of the fields contains any of the phrases."""
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
        """Positions in the stream where the phrase starts."""
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
    """Index each row's own texts, by field, and its terms, given as keys and names."""
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
