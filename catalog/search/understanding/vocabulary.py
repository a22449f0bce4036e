"""Looks up concepts by words: exactly, by stem, or as part of a compound."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from threading import Lock
from typing import Final

import snowballstemmer

from catalog.search.understanding.concepts import (
    LANGUAGES,
    Concept,
    Phrase,
    concepts,
    controls,
)
from catalog.search.understanding.tokens import spellings
from web.cache import bounded

STEMMERS: Final = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "sv": "swedish"
}  # fmt: skip
MAX_WORDS: Final = 5
# Shorter words aren't stemmed: too many would share a stem.
MIN_STEMMED: Final = 4
MIN_PART: Final = 3
MIN_FILLER: Final = 4
# Languages that write compounds as one word, and their linking letters.
COMPOUNDING: Final = ("de", "sv", "en")
# Of these, the ones whose compounds with an unknown first part are understood by the last.
TAILED: Final = ("de", "sv")
LINKS: Final = ("", "s", "n", "en", "e", "er", "es", "a", "o")
NO_LINK: Final = ("",)
_stemming = Lock()


@dataclass(frozen=True, slots=True)
class Meaning:
    """A phrase's meaning in a language: a concept, or the role of a control word."""

    language: str
    concept: Concept | None = None
    role: str = ""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Concepts and control words, with look-ups by word."""

    concepts: Sequence[Concept]
    controls: Mapping[str, Mapping[str, Sequence[str]]]

    @cached_property
    def exact(self) -> Mapping[Phrase, list[Meaning]]:
        found: dict[Phrase, list[Meaning]] = defaultdict(list)
        for meaning, phrase in self._entries():
            for spelled in spellings(phrase):
                if meaning not in found[spelled]:
                    found[spelled].append(meaning)
        found.pop((), None)
        return dict(found)

    @cached_property
    def stems(self) -> Mapping[str, Mapping[Phrase, list[Meaning]]]:
        """By language; control words aren't stemmed."""
        found: dict[str, dict[Phrase, list[Meaning]]] = {lang: {} for lang in LANGUAGES}
        for phrase, meanings in self.exact.items():
            for meaning in meanings:
                if meaning.concept is not None and meaning.language in found:
                    key = stemmed(phrase, meaning.language)
                    found[meaning.language].setdefault(key, []).append(meaning)
        return found

    @cached_property
    def roles(self) -> Mapping[str, frozenset[Phrase]]:
        """The phrases of each control role, in all languages."""
        found: dict[str, set[Phrase]] = defaultdict(set)
        for phrase, meanings in self.exact.items():
            for meaning in meanings:
                if meaning.role:
                    found[meaning.role].add(phrase)
        return {role: frozenset(phrases) for role, phrases in found.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of every phrase, in all languages."""
        return frozenset(word for phrase in self.exact for word in phrase)

    @cached_property
    def single(self) -> Sequence[str]:
        """Single words that name a concept."""
        return sorted(
            phrase[0]
            for phrase, meanings in self.exact.items()
            if len(phrase) == 1 and any(m.concept for m in meanings)
        )

    def begun(self, beginning: str, language: str) -> list[tuple[str, Concept]]:
        """Words with this prefix, in the language or English: types before other concepts, the
        given language first, the shortest word for each concept."""
        words = self.single[bisect_left(self.single, beginning) :]
        found: dict[str, tuple[tuple[bool, bool, int], str, Concept]] = {}
        for word in takewhile(lambda w: w.startswith(beginning), words):
            for meaning in self.exact[(word,)]:
                concept = meaning.concept
                if concept is None or meaning.language not in (language, "en"):
                    continue
                rank = (concept.kind != "type", meaning.language != language, len(word))
                if concept.key not in found or rank < found[concept.key][0]:
                    found[concept.key] = (rank, word, concept)
        return [(word, concept) for _rank, word, concept in sorted(found.values(), key=_first)]

    def meanings(self, phrase: Phrase) -> Sequence[Meaning]:
        """Exact match, else the words joined as one, else by stems."""
        found = self.exact.get(phrase)
        if not found and len(phrase) == 2:
            found = self.exact.get(("".join(phrase),))
        if found:
            return found
        if any(len(word) >= MIN_STEMMED for word in phrase):
            return [m for lang in LANGUAGES for m in self._by_stem(phrase, lang)]
        return ()

    def _by_stem(self, phrase: Phrase, language: str) -> Sequence[Meaning]:
        return self.stems[language].get(stemmed(phrase, language), ())

    def parts(self, word: str) -> list[str]:
        """The known parts of a compound: Damenwinterjacke is damen, winter, jacke."""
        for language in COMPOUNDING:
            if found := next(self._splits(word, language), None):
                return found
        return []

    def plays(self, role: str, word: str) -> bool:
        return (word,) in self.roles.get(role, ())

    def tail(self, word: str) -> str:
        """The type that a compound with an unknown first part ends in: Stoffhose is a Hose."""
        for at in range(MIN_PART, len(word) - MIN_STEMMED + 1):
            meanings = self.exact.get((word[at:],), ())
            if any(
                m.concept and m.concept.kind == "type" and m.language in TAILED for m in meanings
            ):
                return word[at:]
        return ""

    def _splits(self, word: str, language: str) -> Iterator[list[str]]:
        """Words that end as they are listed come before stems: Woll-socken, not Wolls-ocken."""
        for means in (self._lists, self._means):
            yield from self._split(word, language, means)

    def _split(
        self, word: str, language: str, means: Callable[[str, str], bool]
    ) -> Iterator[list[str]]:
        for at in range(len(word) - MIN_PART, MIN_PART - 1, -1):
            head, rest = word[:at], word[at:]
            if not (first := self._linked(head, language)):
                continue
            if means(rest, language):
                yield [first, rest]
            elif rest in self._fillers[language]:  # "Babykleidung", "herrkläder"
                yield [first]
            elif more := next(self._split(rest, language, means), None):
                yield [first, *more]

    @cached_property
    def _fillers(self) -> Mapping[str, frozenset[str]]:
        """By language, longer filler words, such as those for clothes."""
        noise = self.controls.get("noise", {})
        return {
            lang: frozenset(
                word
                for filler in noise.get(lang, ())
                for phrase in spellings(filler)
                for word in phrase
                if len(phrase) == 1 and len(word) >= MIN_FILLER
            )
            for lang in COMPOUNDING
        }

    def _linked(self, head: str, language: str) -> str:
        for link in NO_LINK if language == "en" else LINKS:
            bare = head.removesuffix(link) if link else head
            if len(bare) >= MIN_PART and head.endswith(link) and self._means(bare, language):
                return bare
        return ""

    def _lists(self, word: str, language: str) -> bool:
        return _names(self.exact.get((word,), ()), language)

    def _means(self, word: str, language: str) -> bool:
        if self._lists(word, language):
            return True
        stems = language != "en" and len(word) >= MIN_STEMMED and (word,) not in self.exact
        return stems and _names(self._by_stem((word,), language), language)

    def _entries(self) -> Iterator[tuple[Meaning, str]]:
        for concept in self.concepts:
            for language, named in concept.phrases.items():
                yield from ((Meaning(language, concept), phrase) for phrase in named)
        for role, by_language in self.controls.items():
            for language, given in by_language.items():
                yield from ((Meaning(language, None, role), phrase) for phrase in given)


def _names(meanings: Iterable[Meaning], language: str) -> bool:
    return any(m.concept is not None and m.language == language for m in meanings)


def _first(found: tuple[tuple[bool, bool, int], str, Concept]) -> tuple[bool, bool]:
    return found[0][:2]


@bounded(1, constant=True)
def vocabulary() -> Vocabulary:
    """The vocabulary of the data files, without synonyms."""
    return Vocabulary(concepts(), controls())


@bounded(20_000, constant=True)
def stem(word: str, language: str) -> str:
    with _stemming:  # a stemmer isn't thread-safe
        return str(_stemmer(language).stemWord(word))


def stemmed(phrase: Iterable[str], language: str) -> Phrase:
    return tuple(stem(word, language) for word in phrase)


@bounded(5, constant=True)
def _stemmer(language: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(STEMMERS[language])
