"""What may be worn together, read from constraints.json, which operators edit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from recommendations.outfits.slots import SlotsError, slots
from web.arrays import Flags, Ints

if TYPE_CHECKING:  # slow to import, and every process imports this module
    import pandas as pd

FILE: Final = Path(__file__).with_name("constraints.json")
NEUTRAL: Final = -1
# Within what is taken once even equal values are too far apart.
TAKEN: Final = -1
# A rule's lists of numbers and of patterns, and the column of the articles each is matched against.
NUMBERS: Final = {"types": "product_type", "appearances": "appearance", "colours": "colour_master"}
WORDS: Final = {
    "audiences": "index_group_name", "indexes": "index_name", "sections": "section_name",
    "departments": "department_name", "names": "name", "descriptions": "description",
}  # fmt: skip


class ConstraintsError(SlotsError):
    """The file can't be used; the message says why."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Matches an article if every non-empty list does. Rules that only pick articles out need no
    value."""

    value: str | list[str] = ""
    types: list[int] = []
    appearances: list[int] = []
    colours: list[int] = []
    slots: list[str] = []
    audiences: list[str] = []
    indexes: list[str] = []
    sections: list[str] = []
    departments: list[str] = []
    names: list[str] = []
    descriptions: list[str] = []


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Articles with different values are never in one look; `neutral` ones go with any.

    With a `scale`, values up to `within` steps apart on it agree too.
    """

    name: str
    about: str
    rules: list[Rule]
    neutral: list[str]
    scale: list[str] = []
    within: int = 0


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The articles that any of the rules matches; each article has the values of all of these."""

    about: str
    rules: list[Rule]


class Occasion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`wears` are the slots of a look; of each list in `needs` it has one slot or reports the first
    as missing; `not_worn` are slots that are never missing, each with the reason; `alone` why
    nothing completes an article of a slot, where nothing does."""

    name: str
    label: str
    wears: list[str]
    needs: list[list[str]]
    not_worn: dict[str, str]
    alone: dict[str, str] = {}


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    agree: list[Agreement]
    once: Group
    patterned: Group
    filler: Group
    occasions: list[Occasion]
    worn_at: list[Rule]


@dataclass(frozen=True)
class WearTables:
    """The constraint tables applied to each article.

    `occasions` has a bit per occasion, `occasion` is the article's first one. `agree` is tables ×
    articles, NEUTRAL if an article goes with any; two articles whose values are more than `within`
    (per table) apart are never in one look. `patterned` and `filler` are flags.
    """

    occasions: Ints
    occasion: Ints
    agree: Ints
    within: Ints
    patterned: Flags
    filler: Flags


class Constraints:
    """The validated tables; an occasion's number is its position in the file."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.occasions = tables.occasions
        self._names = [occasion.name for occasion in tables.occasions]

    def wear(self, articles: "pd.DataFrame") -> WearTables:
        """`articles` as in dataset.inputs."""
        return WearTables(
            *self._worn_at(articles),
            *self._agree(articles),
            any_of(self.tables.patterned.rules, articles),
            any_of(self.tables.filler.rules, articles),
        )

    def _agree(self, articles: "pd.DataFrame") -> tuple[Ints, Ints]:
        """What a look has once is a table with one value, and that is too near to itself."""
        tables, once = self.tables.agree, by_value(self.tables.once.rules)
        lines = [self._values(table, articles) for table in tables]
        lines += [np.where(any_of(rules, articles), 0, NEUTRAL) for rules in once.values()]
        within = [*(table.within for table in tables), *(TAKEN for _ in once)]
        return np.stack(lines).astype(np.int32), np.array(within, np.int32)

    def _worn_at(self, articles: "pd.DataFrame") -> tuple[Ints, Ints]:
        rules = self.tables.worn_at
        chosen = first_that_holds(rules, articles)
        numbers = [[self._names.index(name) for name in values(rule)] for rule in rules] + [[0]]
        bits = np.array([sum(1 << number for number in own) for own in numbers], np.int32)
        return bits[chosen], np.array([own[0] for own in numbers], np.int32)[chosen]

    @staticmethod
    def _values(table: Agreement, articles: "pd.DataFrame") -> Ints:
        names = table.scale or sorted(by_value(table.rules).keys() - {*table.neutral})
        codes = [
            NEUTRAL if rule.value in table.neutral else names.index(values(rule)[0])
            for rule in table.rules
        ]
        return np.array([*codes, NEUTRAL], np.int32)[first_that_holds(table.rules, articles)]


def values(rule: Rule) -> list[str]:
    return [rule.value] if isinstance(rule.value, str) else rule.value


def by_value(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for value in values(rule):
            found.setdefault(value, []).append(rule)
    return found


def first_that_holds(rules: list[Rule], articles: "pd.DataFrame") -> Ints:
    """Per article the index of the first rule that matches, len(rules) if none does."""
    found = np.full(len(articles), len(rules), np.int32)
    for place in range(len(rules) - 1, -1, -1):
        found[holds(rules[place], articles)] = place
    return found


def holds(rule: Rule, articles: "pd.DataFrame") -> Flags:
    held = np.ones(len(articles), np.bool_)
    for numbers, column in NUMBERS.items():
        if wanted := getattr(rule, numbers):
            held &= np.isin(articles[column], wanted)
    if rule.slots:
        held &= np.isin(slots().of(articles), [slots().number(name) for name in rule.slots])
    for words, column in WORDS.items():
        if patterns := getattr(rule, words):
            # Patterns are slow: only what the rule's other lists match is tested.
            held[held] = named_like(patterns, articles[column][held])
    return held


def any_of(rules: list[Rule], articles: "pd.DataFrame") -> Flags:
    return first_that_holds(rules, articles) < len(rules)


def named_like(patterns: Iterable[str], names: "pd.Series") -> Flags:
    """Whether a pattern matches the name, ignoring case; each distinct name is tested once."""
    wanted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    codes, unique = names.factorize()
    found = np.array([bool(wanted.search(name)) for name in unique], np.bool_)
    matches: Flags = found[codes]
    return matches


def read(file: Path) -> Constraints:
    """Raise ConstraintsError with the error and its location."""
    try:
        tables = msgspec.json.decode(file.read_bytes(), type=Tables)
    except (OSError, msgspec.DecodeError) as error:
        raise ConstraintsError(f"{file}: {error}") from error
    for fault in faults(tables):
        raise ConstraintsError(f"{file}: {fault}")
    return Constraints(tables)


def faults(tables: Tables) -> Iterable[str]:
    names = [occasion.name for occasion in tables.occasions]
    if not names or len(set(names)) < len(names) or len(names) > 31:
        yield "occasions: 1 to 31 are needed, each with a name of its own"
    known = {*slots().names}
    for occasion in tables.occasions:
        texts = occasion.not_worn | occasion.alone
        for slot in (*occasion.wears, *chain(*occasion.needs), *texts):
            if slot not in known:
                yield f"occasion {occasion.name!r} names {slot!r}, which is not a slot"
    for rule in tables.worn_at:
        for name in values(rule) or [""]:
            if name not in names:
                yield f"worn_at names {name!r}, which is no occasion"
    for table in tables.agree:
        yield from faults_of_scale(table)
    groups: list[Agreement | Group] = [*tables.agree, tables.once, tables.patterned, tables.filler]
    for rule in (*tables.worn_at, *(rule for group in groups for rule in group.rules)):
        yield from faults_of(rule, known)


def faults_of_scale(table: Agreement) -> Iterable[str]:
    if table.within and not table.scale:
        yield f"agree {table.name!r}: within needs a scale"
    for value in by_value(table.rules).keys() - {*table.scale, *table.neutral}:
        if table.scale:
            yield f"agree {table.name!r} names {value!r}, which is not on its scale"


def faults_of(rule: Rule, known: set[str]) -> Iterable[str]:
    for slot in rule.slots:
        if slot not in known:
            yield f"the rule for {rule.value!r} names {slot!r}, which is not a slot"
    for words in WORDS:
        yield from bad_patterns(f"the rule for {rule.value!r}, {words}", getattr(rule, words))


def bad_patterns(place: str, patterns: list[str]) -> Iterable[str]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{place}: {pattern!r} is no regular expression: {error}"


@cache
def constraints() -> Constraints:
    return read(FILE)
