"""Tokenises text, normalising case, accents, widths and apostrophes for comparison."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# Elided articles ("d'hiver") and the possessive s ("men's") are not part of the word.
WORD: Final = re.compile(
    r"(?:\b(?:[cdjlmnst]|qu)['’](?=\w))?"
    r"(\d+[.,]\d{1,2}(?!\d)|[^\W_]+|[€$£%&+<>]|[\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])"
    r"(?:['’]s?(?!\w))?",
    re.IGNORECASE,
)
LETTERS: Final = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
HIDDEN: Final = {"Cf", "Cc", "Cs", "Mn", "Me", "Co"}
SPELLED_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: its position, and its normalised form."""

    key: str
    start: int
    end: int


def visible(text: str) -> str:
    """One line of NFKC text without invisible characters: control and formatting characters, soft
    hyphens, combining marks that compose with nothing."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = re.sub(r"[\t\r\n\v\f]", " ", unicodedata.normalize("NFKC", text))
    shown = (c for c in text if unicodedata.category(c) not in HIDDEN)
    return " ".join("".join(shown).split())


def fold(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    # A styled capital such as 𝓐 only becomes a letter, which has a case, by the normalisation.
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold()


def tokens(text: str) -> list[Token]:
    """The tokens of a `visible` text."""
    return [Token(fold(m[1]), m.start(), m.end()) for m in WORD.finditer(text)]


def words(text: str) -> tuple[str, ...]:
    """The normalised words of a text."""
    return tuple(WORD.findall(fold(text)))


def spellings(phrase: str) -> set[tuple[str, ...]]:
    """The ways a phrase may be typed: "Gürtel" as gurtel and as guertel."""
    phrase = unicodedata.normalize("NFC", phrase)
    return {words(phrase), words(phrase.lower().translate(SPELLED_OUT))}
