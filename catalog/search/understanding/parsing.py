"""Parses a query into a Reading. Pure: knowledge of the catalogue is passed in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from catalog.search.understanding.ages import aged, are_age_or_size
from catalog.search.understanding.concepts import EVERY, LANGUAGES, Phrase
from catalog.search.understanding.prices import prices
from catalog.search.understanding.reading import TEXT, Part, Reading
from catalog.search.understanding.tokens import Token, fold, tokens, visible
from catalog.search.understanding.vocabulary import MAX_WORDS, Meaning, Vocabulary

QUOTED: Final = re.compile(r"[\"“„]([^\"“”„]+)[\"”“]?")
MINUS: Final = "-−"
# Languages that put the head first ("veste en jean"); the others put it last.
HEAD_FIRST: Final = ("fr", "es")
# Evidence for a language from words that carry no other meaning.
LITTLE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Span:
    """A run of tokens that forms one phrase, and its possible meanings."""

    start: int
    end: int
    meanings: Sequence[Meaning]
    keys: tuple[str, ...]
    corrected: str = ""


@dataclass(frozen=True)
class KnownWords:
    """`in_catalogue` tells whether any article has a word; `meant` corrects a misspelt word, or
    returns it unchanged."""

    in_catalogue: Callable[[str], bool]
    meant: Callable[[str], str]


NO_SYNONYMS: Final[Mapping[Phrase, Phrase]] = {}
NOTHING_KNOWN: Final = KnownWords(lambda word: False, lambda word: word)


def read(
    typed: str,
    vocabulary: Vocabulary,
    known: KnownWords = NOTHING_KNOWN,
    synonyms: Mapping[Phrase, Phrase] = NO_SYNONYMS,
) -> Reading:
    """Parse the query, correcting words that nothing knows. `synonyms` map phrases to
    replacements."""
    spelled = _rewritten(visible(typed), synonyms)
    every = tokens(spelled)
    parts = _quoted(spelled, every)
    taken = _taken(parts)
    parts += [p for p in prices(spelled, every, vocabulary) if not taken & set(_range(p))]
    taken = _taken(parts)
    spans = list(_spans(every, taken, vocabulary, known))
    language = _language(spans, list(_asides(parts, every, vocabulary)))
    meant = _meant(spans, spelled, every, language, vocabulary)
    if not (meant or parts):  # only control words: try their other meanings ("or": gold)
        meant = _meant(_naming(spans), spelled, every, language, vocabulary)
    parts += meant
    parts = aged(sorted(parts, key=lambda p: p.start), every, vocabulary)
    return _respelled(Reading(spelled, every, parts, language, spelled))


def _rewritten(text: str, synonyms: Mapping[Phrase, Phrase]) -> str:
    """Replace phrases by their synonyms."""
    if not synonyms:
        return text
    every, out, at, done = tokens(text), "", 0, 0
    while at < len(every):
        for length in range(min(MAX_WORDS, len(every) - at), 0, -1):
            phrase = tuple(token.key for token in every[at : at + length])
            if phrase in synonyms:
                out += text[done : every[at].start] + " ".join(synonyms[phrase])
                done = every[at + length - 1].end
                at += length - 1
                break
        at += 1
    return out + text[done:]


def _quoted(text: str, every: Sequence[Token]) -> list[Part]:
    found = []
    for match in QUOTED.finditer(text):
        within = [i for i, t in enumerate(every) if match.start() < t.start < match.end()]
        if within:
            words = tuple(every[i].key for i in within)
            minus = match.start() and text[match.start() - 1] in MINUS
            found.append(
                Part(TEXT, within[0], within[-1] + 1, words=words, exact=True, negated=bool(minus))
            )
    return found


def _spans(
    every: Sequence[Token], taken: set[int], vocabulary: Vocabulary, known: KnownWords
) -> Iterator[Span]:
    """Longest phrases first, from the left; remaining words stand alone."""
    at = 0
    while at < len(every):
        span = None
        for length in range(min(MAX_WORDS, len(every) - at), 0, -1):
            if not taken & set(range(at, at + length)):
                keys = tuple(token.key for token in every[at : at + length])
                meanings = vocabulary.meanings(keys)
                if meanings and not are_age_or_size(at, length, every, vocabulary):
                    span = Span(at, at + length, meanings, keys)
                    break
        if span is None and at not in taken:
            yield from _unknown(at, every, vocabulary, known)
        elif span is not None:
            yield span
        at = span.end if span else at + 1


def _unknown(
    at: int, every: Sequence[Token], vocabulary: Vocabulary, known: KnownWords
) -> Iterator[Span]:
    """A word outside the vocabulary: in the catalogue, a compound, unfinished, or misspelt."""
    key = every[at].key
    own = [Span(at, at + 1, (), (key,))]
    if not key.isalpha() or known.in_catalogue(key):
        yield from own
        return
    if parts := vocabulary.parts(key):
        yield from (Span(at, at + 1, vocabulary.meanings((p,)), (p,)) for p in parts)
        return
    better = known.meant(key)
    if better == key:
        tail = vocabulary.tail(key)
        yield from own
        if tail:
            yield Span(at, at + 1, vocabulary.meanings((tail,)), (tail,))
        return
    for word in better.split():
        yield Span(at, at + 1, vocabulary.meanings((word,)), (word,), corrected=better)


def _language(spans: Sequence[Span], asides: Sequence[Sequence[Meaning]]) -> str:
    """The language of most words; English in a tie. `asides` are the meanings of control words,
    such as those of prices."""
    votes = dict.fromkeys((*LANGUAGES, EVERY), 0.0)
    for meanings, length in [
        *((span.meanings, span.end - span.start) for span in spans),
        *((meanings, 1) for meanings in asides),
    ]:
        steers = any(meaning.concept is None for meaning in meanings)
        for language in {meaning.language for meaning in meanings}:
            votes[language] += length * (LITTLE if steers else 1.0)
    return max(LANGUAGES, key=lambda lang: (votes[lang], -LANGUAGES.index(lang)))


def _asides(
    parts: Sequence[Part], every: Sequence[Token], vocabulary: Vocabulary
) -> Iterator[Sequence[Meaning]]:
    for part in parts:
        keys = [token.key for token in every[part.start : part.end]] if part.price else []
        for start in range(len(keys)):
            for end in range(start + 1, len(keys) + 1):
                yield vocabulary.exact.get(tuple(keys[start:end]), ())


def _meant(
    spans: Sequence[Span],
    text: str,
    every: Sequence[Token],
    language: str,
    vocabulary: Vocabulary,
) -> list[Part]:
    parts: list[Part] = []
    negated = joined = False
    for span in spans:
        meaning = _chosen(span.meanings, language)
        if meaning is not None and meaning.concept is None:
            negated = meaning.role == "without" or (negated and meaning.role in ("or", "noise"))
            joined = meaning.role == "or" or _says_or(span.meanings) or joined
            continue
        start = every[span.start].start
        minus = start > 0 and text[start - 1] in MINUS and (start == 1 or text[start - 2] == " ")
        comma = bool(parts) and "," in text[every[parts[-1].end - 1].end : start]
        parts.append(_part(span, meaning, negated or minus, joined or comma, len(every), text))
        joined = False
        negated = negated and span.end < len(every) and _continues(span.end, every, vocabulary)
    return parts


def _naming(spans: Sequence[Span]) -> list[Span]:
    named = [replace(s, meanings=[m for m in s.meanings if m.concept]) for s in spans]
    return [span for span in named if span.meanings]


def _part(
    span: Span, meaning: Meaning | None, negated: bool, joined: bool, count: int, text: str
) -> Part:
    kind = meaning.concept.kind if meaning and meaning.concept else TEXT
    return Part(
        kind,
        span.start,
        span.end,
        concept=meaning.concept if meaning else None,
        words=span.keys,
        negated=negated,
        joined=joined,
        begun=kind == TEXT and span.end == count and text[-1:].isalnum(),
        language=meaning.language if meaning else "",
        corrected=span.corrected,
    )


def _chosen(meanings: Sequence[Meaning], language: str) -> Meaning | None:
    """A phrase's meaning in the query's language, else in the first language that has one."""
    order = (language, *LANGUAGES)
    ranked = sorted(
        meanings, key=lambda m: order.index(m.language) if m.language in order else len(order)
    )
    return ranked[0] if ranked else None


def _says_or(meanings: Sequence[Meaning]) -> bool:
    return any(meaning.role == "or" for meaning in meanings)


def _continues(at: int, every: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether "or" or "and" extends "without" to the next word."""
    return _says_or(vocabulary.exact.get((every[at].key,), ()))


def _respelled(reading: Reading) -> Reading:
    """The text with corrected words in place; tokens and parts keep their positions."""
    fixes: Mapping[int, str] = {p.start: p.corrected for p in reading.parts if p.corrected}
    if not fixes:
        return reading
    text, every, done = "", [], 0
    for place, token in enumerate(reading.tokens):
        text += reading.text[done : token.start]
        shown = fixes.get(place, reading.text[token.start : token.end])
        every.append(Token(fold(shown), len(text), len(text) + len(shown)))
        text, done = text + shown, token.end
    return replace(reading, text=text + reading.text[done:], tokens=every)


def _range(part: Part) -> range:
    return range(part.start, part.end)


def _taken(parts: Sequence[Part]) -> set[int]:
    return {at for part in parts for at in _range(part)}
