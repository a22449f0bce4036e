"""Ages and sizes within a query: "8 years", "aged 7-8", "92–98", "size 38"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from catalog.search.understanding.reading import TEXT, Part
from catalog.search.understanding.tokens import Token
from catalog.search.understanding.vocabulary import Vocabulary

BABY_MONTHS: Final = 24
AGES: Final = ((2, "age.baby"), (8, "age.young_kids"), (17, "age.teen"))
SIZES: Final = ((50, 92, "age.baby"), (92, 140, "age.young_kids"), (134, 170, "age.teen"))
YEARS: Final = frozenset(
    [
        *("years", "year", "yrs", "y", "yo", "ans", "an", "anos", "ano", "ar"),
        *("jahre", "jahren", "jahr", "jahrige", "jahriger", "jahriges", "jahrigen"),
    ]
)
MONTHS: Final = frozenset(
    ["months", "month", "monate", "monaten", "monat", "mois", "meses", "mes", "manader", "man"]
)
SIZE_STEP: Final = 6
AGED: Final = re.compile(r"([0-9]{1,3})(?:yo?|yrs?)?")


def are_age_or_size(at: int, length: int, every: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether numbers are an age or a size ("aged 7-8"), and no phrase ("7/8 trousers")."""
    if not all(token.key.isdigit() for token in every[at : at + length]):
        return False
    before = _beside(at, -1, every, vocabulary)
    after = _beside(at + length - 1, 1, every, vocabulary)
    return after in YEARS or any(vocabulary.plays(role, before) for role in ("age", "size"))


def aged(parts: list[Part], every: Sequence[Token], vocabulary: Vocabulary) -> list[Part]:
    """Turn numbers that are ages ("8 years") or children's sizes ("92–98") into age concepts, and
    leave out other sizes ("size 38"), which the catalogue doesn't have."""
    ages = {c.key: c for c in vocabulary.concepts if c.kind == "age"}
    found: list[Part] = []
    for part in parts:
        key = _age(part, every, vocabulary) if part.kind == TEXT else None
        if key and key in ages:
            part = replace(part, kind="age", concept=ages[key], words=())
            if found and (found[-1].concept, found[-1].end) == (part.concept, part.start):
                part = replace(part, start=found.pop().start)  # one age: "3-4 years"
        elif _sized(part, every, vocabulary):
            continue
        found.append(part)
    return found


def _sized(part: Part, every: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether it is a number of a size, or of an adult's age."""
    if part.kind != TEXT or part.exact or not part.words[0].isdigit():
        return False
    sized = vocabulary.plays("size", _beside(part.start, -1, every, vocabulary))
    return sized or _beside(part.end - 1, 1, every, vocabulary) in YEARS


def _beside(at: int, step: int, every: Sequence[Token], vocabulary: Vocabulary) -> str:
    """The next word in a direction, past the rest of a range ("3 to 4 years")."""
    at += step
    while 0 <= at < len(every) and (
        every[at].key.isdigit() or vocabulary.plays("to", every[at].key)
    ):
        at += step
    return every[at].key if 0 <= at < len(every) else ""


def _age(part: Part, every: Sequence[Token], vocabulary: Vocabulary) -> str | None:
    number = AGED.fullmatch(part.words[0]) if len(part.words) == 1 else None
    if number is None:
        return None
    value = int(number[1])
    after = _beside(part.end - 1, 1, every, vocabulary)
    aged = vocabulary.plays("age", _beside(part.start, -1, every, vocabulary))
    if after in YEARS or AGED.fullmatch(after) or aged or not part.words[0].isdigit():
        return next((key for most, key in AGES if value <= most), None)
    if after in MONTHS and value <= BABY_MONTHS:
        return AGES[0][1]
    beside = {every[i].key for i in (part.start - 1, part.end) if 0 <= i < len(every)}
    paired = any(b.isdigit() and abs(int(b) - value) == SIZE_STEP for b in beside if len(b) < 4)
    return next((key for least, most, key in SIZES if paired and least <= value <= most), None)
