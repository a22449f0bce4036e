"""Search quality: precision at 12 over judged queries.

A query's rule states the attributes of a correct result (catalog/search/judged/README.md).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from catalog.search.facet_index import NAMED, FacetIndex

K: Final = 12
JUDGED: Final = Path(__file__).parent / "judged"
# Rule column → vocabulary columns; `any` covers several.
COLUMNS: Final = {
    "name": "name", "description": "description", "type": "types", "group": "groups",
    "colour": "colours", "master": "masters", "pattern": "patterns", "audience": "index_groups",
    "index": "indexes", "section": "sections", "department": "departments",
    "garment": "garment_groups",
}  # fmt: skip
ANY: Final = ("name", "type", "department", "section", "description")
CONDITION: Final = re.compile(r"(?:(any|[a-z]+)(!?~)(.+)|price([<>])([0-9.]+))")
NOTHING_TO_FIND: Final = "empty"


class BadRuleError(ValueError):
    """A line that isn't a query with a rule; the message names it."""


@dataclass(frozen=True)
class Condition:
    """A condition on a column or on the price."""

    column: str
    pattern: re.Pattern[str] | None = None
    negated: bool = False
    less: bool = False
    limit: float = 0.0


@dataclass(frozen=True)
class Judged:
    """A query and its rule; no conditions if an empty result is fine."""

    query: str
    conditions: Sequence[Condition]


@dataclass(frozen=True)
class Score:
    """How many of a query's first results are correct."""

    query: str
    answers: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.answers if self.answers else 0.0


def judged_queries(lines: Iterable[str]) -> list[Judged]:
    return [
        _judged(number, line.rstrip("\n"))
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    ]


def _judged(number: int, line: str) -> Judged:
    query, tab, rule = line.partition("\t")
    if not tab:
        raise BadRuleError(f"line {number}: expected a query, a tab and a rule: {line!r}")
    if rule == NOTHING_TO_FIND:
        return Judged(query, ())
    return Judged(query, [_condition(number, text) for text in rule.split(" & ")])


def _condition(number: int, text: str) -> Condition:
    match = CONDITION.fullmatch(text)
    if match is None or (match[1] and match[1] not in (*COLUMNS, "any")):
        raise BadRuleError(f"line {number}: not a condition: {text!r}")
    if match[4]:
        return Condition("price", less=match[4] == "<", limit=float(match[5]))
    try:
        pattern = re.compile(match[3], re.IGNORECASE)
    except re.error as error:
        raise BadRuleError(f"line {number}: {match[3]!r}: {error}") from error
    return Condition(match[1], pattern, negated=match[2] == "!~")


def score(
    judged: Judged, search: Callable[[str], Sequence[int]], goods: FacetIndex, words: "Words"
) -> Score:
    """`search` returns rows of the goods, best first."""
    rows = search(judged.query)[:K]
    right = sum(all(holds(c, row, goods, words) for c in judged.conditions) for row in rows)
    return Score(judged.query, len(rows), right)


class Words:
    """Names and descriptions by row; the index itself holds only words."""

    def __init__(self, names: Sequence[str], descriptions: Sequence[str]) -> None:
        self.own = {"name": names, "description": descriptions}

    def of(self, column: str, row: int, goods: FacetIndex) -> str:
        if column == "any":
            return " ".join(self.of(c, row, goods) for c in ANY)
        if column in self.own:
            return self.own[column][row]
        key = COLUMNS[column]
        return goods.names[key].get(int(goods.of(NAMED[key][0])[row]), "")


def holds(condition: Condition, row: int, goods: FacetIndex, words: Words) -> bool:
    if condition.pattern is None:
        money = round(float(goods.of("price")[row]) * settings.PRICE_UNIT, 2)
        return bool(money < condition.limit if condition.less else money > condition.limit)
    found = bool(condition.pattern.search(words.of(condition.column, row, goods)))
    return found != condition.negated
