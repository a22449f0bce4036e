"""Applies rules to a shelf. Pure: the articles' attributes come as an argument.

In this order: exclude, boost and bury, cap, pin. Boost and bury work on positions, not on scores,
which are only comparable within one generator: an item at position p counts 1/p times the factor,
the usual discount of a ranking. A rule that would empty the shelf is skipped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.recommenders.shelf import Item
from recommendations.rules.models import Rule

# What a rule can match, by column of Rule.Target.
Attributes = Mapping[str, int]
PINNED: Final = "Picked for you by the shop"


@dataclass(frozen=True)
class RuledShelf:
    """`ignored` are rules that couldn't be followed."""

    items: list[Item]
    ignored: list[Rule]


def apply(
    rules: Sequence[Rule], items: Sequence[Item], about: Mapping[int, Attributes], k: int
) -> RuledShelf:
    """Up to k items. An article without attributes matches no rule and can't be pinned."""
    ruled = _left(_of(rules, Rule.Action.EXCLUDE), list(items), about)
    ranked = _ranked(_of(rules, Rule.Action.BOOST, Rule.Action.BURY), ruled.items, about)
    capped = _capped(_of(rules, Rule.Action.CAP), ranked, about)
    pins = _of(rules, Rule.Action.PIN)
    pinned = _pinned(pins, capped[:k], about, k)
    lost = [rule for rule in pins if rule.number not in about]
    return RuledShelf(pinned, ruled.ignored + lost)


def _of(rules: Sequence[Rule], *actions: Rule.Action) -> list[Rule]:
    return [rule for rule in rules if rule.action in actions]


def matches(rule: Rule, item: Item, about: Mapping[int, Attributes]) -> bool:
    attributes = about.get(item.article)
    return attributes is not None and rule.number in (None, attributes[rule.target])


def _left(rules: Sequence[Rule], items: list[Item], about: Mapping[int, Attributes]) -> RuledShelf:
    ignored = []
    for rule in rules:
        kept = [item for item in items if not matches(rule, item, about)]
        if kept or not items:
            items = kept
        else:
            ignored.append(rule)
    return RuledShelf(items, ignored)


def _ranked(
    rules: Sequence[Rule], items: Sequence[Item], about: Mapping[int, Attributes]
) -> list[Item]:
    if not rules:
        return list(items)
    weights = {item.article: 1.0 / place for place, item in enumerate(items, start=1)}
    for rule in rules:
        factor = rule.amount if rule.action == Rule.Action.BOOST else 1.0 / rule.amount
        for item in items:
            if matches(rule, item, about):
                weights[item.article] *= factor
    return sorted(items, key=lambda item: -weights[item.article])


def _capped(
    rules: Sequence[Rule], items: Sequence[Item], about: Mapping[int, Attributes]
) -> list[Item]:
    """A cap is 1 or more, so the first item always stays."""
    seen: Counter[tuple[int, int]] = Counter()
    kept = []
    for item in items:
        places = [
            (rule, (rule.pk, about[item.article][rule.target]))
            for rule in rules
            if matches(rule, item, about)
        ]
        if all(seen[place] < rule.amount for rule, place in places):
            seen.update(place for _, place in places)
            kept.append(item)
    return kept


def _pinned(
    pins: Sequence[Rule], items: Sequence[Item], about: Mapping[int, Attributes], k: int
) -> list[Item]:
    shelf = list(items)
    for rule in sorted(pins, key=lambda rule: rule.amount):
        if rule.number is None or rule.number not in about:
            continue
        own = next((item for item in shelf if item.article == rule.number), None)
        shelf = [item for item in shelf if item.article != rule.number]
        item = Item(rule.number, 0.0, PINNED) if own is None else own
        shelf.insert(int(rule.amount) - 1, item)
    return shelf[:k]
