"""The parsed query: parts, each with the words it came from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.search.understanding.concepts import Concept
from catalog.search.understanding.tokens import Token

TEXT = "text"
PRICE = "price"
# When nothing matches all parts, those further to the left are given up first.
IMPORTANCE = (
    TEXT, "feature", "occasion", "material", "shade", "pattern", "colour", "age", "audience",
    PRICE, "type",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Price:
    """In money. With a share (0.25: the cheapest quarter) the bound is that share of the results:
    positive for an upper bound, negative for a lower."""

    least: Decimal | None = None
    most: Decimal | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """`start` and `end` are token positions. A part is a concept, a price, or words: ones not
    understood, or quoted and therefore literal (`exact`). `joined`: preceded by "or", "and" or just
    a comma; `begun`: the last word may be unfinished."""

    kind: str
    start: int
    end: int
    concept: Concept | None = None
    price: Price | None = None
    words: tuple[str, ...] = ()
    negated: bool = False
    joined: bool = False
    exact: bool = False
    begun: bool = False
    language: str = ""
    corrected: str = ""

    @property
    def soft(self) -> bool:
        return self.concept is not None and self.concept.soft


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is the query, corrected where needed; `tokens` are its words."""

    text: str
    tokens: Sequence[Token]
    parts: Sequence[Part]
    language: str = "en"
    typed: str = ""

    @property
    def corrected(self) -> bool:
        return self.text != self.typed

    def of(self, kind: str, negated: bool = False) -> list[Part]:
        return [p for p in self.parts if p.kind == kind and p.negated == negated]

    def words_of(self, part: Part) -> str:
        return self.text[self.tokens[part.start].start : self.tokens[part.end - 1].end]

    def without(self, parts: Iterable[Part]) -> str:
        """The text without the words of these parts."""
        left = self.text
        for part in sorted(parts, key=lambda p: -p.start):
            start, end = self.tokens[part.start].start, self.tokens[part.end - 1].end
            # Include a leading minus and surrounding quotation marks.
            while start and left[start - 1] in '-−"“„':
                start -= 1
            while end < len(left) and left[end] in '"”“':
                end += 1
            left = left[:start] + " " + left[end:]
        return " ".join(left.split())
