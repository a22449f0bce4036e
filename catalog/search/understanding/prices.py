"""Prices within a query: "under 20", "20–40 €", "zwischen 20 und 40", "pas cher"."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from catalog.search.understanding.reading import PRICE, Part, Price
from catalog.search.understanding.tokens import Token
from catalog.search.understanding.vocabulary import Vocabulary

NUMBER: Final = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,2})?")
GLUED: Final = re.compile(r"([0-9]{1,6})(eur|euros?|kr|usd|gbp|sek)")
DASH: Final = re.compile(r"\s?[-–—−]\s?")
# Bare ranges with these differences are sizes, not prices: 36–38, ages 3–4, 98–104.
SIZE_STEPS: Final = (1, 2, 3, 6)
# "Cheap" and "expensive" select these shares of the results.
CHEAPEST: Final = 0.25
DEAREST: Final = -0.25
BOUNDS: Final = {"under": "most", "<": "most", "over": "least", ">": "least"}
MAX_WORDS: Final = 4


def prices(text: str, tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Part]:
    found, at = [], 0
    reader = _Reader(text, tokens, vocabulary.roles)
    while at < len(tokens):
        part = reader.between(at) or reader.bound(at) or reader.amount(at) or reader.share(at)
        if part:
            found.append(part)
        at = part.end if part else at + 1
    return found


class _Reader:
    def __init__(
        self, text: str, tokens: Sequence[Token], roles: Mapping[str, frozenset[tuple[str, ...]]]
    ) -> None:
        self.text, self.tokens, self.roles = text, tokens, roles
        self.keys = [token.key for token in tokens]

    def between(self, at: int) -> Part | None:
        """A range, smaller number first: "between 20 and 40", "20-40" or "20 to 40"."""
        start, first = at, self.has("between", at)
        named = start and (self.has("size", start - 1) or self.has("age", start - 1))
        at = self.has("currency", first or at) or first or at
        low = self.number(at)
        if low is None:
            return None
        after = at + 1
        at = self.has("currency", after) or after
        ends = [place for place in (after, at) if place < len(self.tokens)]
        dash = any(DASH.fullmatch(self.gap(place)) for place in ends)
        middle = self.has("to", at)
        at = self.has("currency", middle or at) or middle or at
        high = self.number(at)
        if high is None or high <= low or not (dash or (middle and first)):
            return None
        end = self.has("currency", at + 1) or at + 1
        money = first or any(self.has("currency", place) for place in range(start, end))
        sized = named or self.has("units", end) or high - low in SIZE_STEPS
        if not money and (sized or high > 1000):
            return None
        return Part(PRICE, start, end, price=Price(low, high))

    def bound(self, at: int) -> Part | None:
        """A bound: "under 20", "plus de 30 €", "<20"."""
        for role in ("under", "over"):
            sign = at + 1 if BOUNDS.get(self.keys[at]) == BOUNDS[role] else None
            after = self.has(role, at) or sign
            if after is None:
                continue
            after = self.has("currency", after) or after
            money = self.number(after)
            if money is None or self.has("units", after + 1):
                continue
            end = self.has("currency", after + 1) or after + 1
            price = Price(most=money) if role == "under" else Price(least=money)
            return Part(PRICE, at, end, price=price)
        return None

    def amount(self, at: int) -> Part | None:
        """A plain amount ("20 €", "€20") is an upper bound."""
        if glued := GLUED.fullmatch(self.keys[at]):
            return Part(PRICE, at, at + 1, price=Price(most=Decimal(glued[1])))
        before = self.has("currency", at)
        money = self.number(before or at)
        if money is None:
            return None
        end = self.has("currency", (before or at) + 1) or (before and before + 1)
        return Part(PRICE, at, end, price=Price(most=money)) if end else None

    def share(self, at: int) -> Part | None:
        for role, share in (("cheap", CHEAPEST), ("expensive", DEAREST)):
            if end := self.has(role, at):
                return Part(PRICE, at, end, price=Price(share=share))
        return None

    def has(self, role: str, at: int) -> int | None:
        """The end of the longest phrase of this role that starts here."""
        for length in range(min(MAX_WORDS, len(self.keys) - at), 0, -1):
            if tuple(self.keys[at : at + length]) in self.roles.get(role, ()):
                return at + length
        return None

    def number(self, at: int) -> Decimal | None:
        if at >= len(self.keys):
            return None
        key = self.keys[at]
        if key.isascii() and NUMBER.fullmatch(key):
            return Decimal(key.replace(",", "."))
        glued = GLUED.fullmatch(key)
        return Decimal(glued[1]) if glued else None

    def gap(self, at: int) -> str:
        """The text between a token and the previous one."""
        return self.text[self.tokens[at - 1].end : self.tokens[at].start]
