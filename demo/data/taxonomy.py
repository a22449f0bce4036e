"""The synthetic shop's taxonomy, in H&M's code structure.

Product types, groups, colours, appearances, indexes and garment groups use H&M's public codes and
ordinary names, because readers of the files rely on them. Sections and departments are our own. As
in the original, numbers are unique but names aren't: "Umbrella" is two types, "Womens Other" two
sections, and a department such as "Knitwear" exists once per section.
"""

import json
from pathlib import Path
from typing import Final, NamedTuple

from web.json_types import Json

# See taxonomy.json; its rows have the fields of the classes below.
_TABLES: Final[Json] = json.loads(Path(__file__).with_suffix(".json").read_text())


def by_number(name: str) -> dict[int, str]:
    """A table whose keys are numbers, which JSON writes as text."""
    return {int(number): row for number, row in _TABLES[name].items()}


class ProductType(NamedTuple):
    """A product type.

    price: usual price in money; peak: month of best sales; swing: how seasonal (0 = all year);
    weight: share of the catalogue; segments: letters of the segments that sell it.
    """

    no: int
    name: str
    group: str
    slot: str
    family: str
    garment_no: int
    price: float
    peak: int
    swing: float
    weight: float
    segments: str


# Segments: l ladies, d divided, m men, b baby, g girl, y boy, p/q/r sport of ladies, men, children.
SEGMENTS = "ldmbgypqr"
SEGMENT_ARTICLE_SHARE = (0.38, 0.14, 0.12, 0.10, 0.135, 0.095, 0.017, 0.008, 0.005)

TYPES = tuple(ProductType(*row) for row in _TABLES["types"])
TYPE_COUNT = len(TYPES)
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(t.group for t in TYPES))
GROUP_OF_TYPE: tuple[int, ...] = tuple(GROUPS.index(t.group) for t in TYPES)
# A group's target share of transaction lines, before outfits shift it.
GROUP_SALES_SHARE: dict[str, float] = _TABLES["group_sales_share"]
GARMENT_GROUPS = by_number("garment_groups")
# index_code: (index_name, index_group_no, index_group_name)
INDEXES: dict[str, tuple[str, int, str]] = _TABLES["indexes"]


class Colour(NamedTuple):
    """A colour group with its usual perceived value and master, and its family in harmony.py."""

    code: str
    name: str
    value: int
    master: int
    family: str
    weight: float


COLOURS = tuple(Colour(*row) for row in _TABLES["colours"])
FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(c.family for c in COLOURS))
FAMILY_COUNT = len(FAMILIES)
FAMILY_OF_COLOUR: tuple[int, ...] = tuple(FAMILIES.index(c.family) for c in COLOURS)

VALUES = by_number("values")
MASTERS = by_number("masters")
# graphical_appearance_no: (name, share of the catalogue)
APPEARANCES: dict[int, tuple[str, float]] = {
    int(number): (name, share) for number, (name, share) in _TABLES["appearances"].items()
}

GARMENT_SLOTS = frozenset({"top", "outer", "bottom", "full", "none"})
LINGERIE_SLOTS = frozenset({"bra", "brief", "night", "legs", "swim", "swimtop", "swimbottom"})

# How often a type of one slot asks for a type of another, as worn with it.
SLOT_ODDS: dict[str, dict[str, float]] = _TABLES["slot_odds"]
# segment: kind of slot → sections as (number, name), of which each product takes one
SECTIONS: dict[str, dict[str, list[tuple[int, str]]]] = _TABLES["sections"]


def section_kind(slot: str) -> str:
    """Which of a segment's section lists a slot belongs to."""
    if slot in GARMENT_SLOTS:
        return "garment"
    return "lingerie" if slot in LINGERIE_SLOTS else "added"


def sections_for(segment: str, slot: str) -> list[tuple[int, str]]:
    """The sections that a product of this segment and slot may belong to."""
    by_kind = SECTIONS[segment]
    return by_kind.get("any") or by_kind[section_kind(slot)]


def index_for(segment: str, slot: str, big_child: bool) -> str:
    """A product's index code, e.g. B for ladies' underwear."""
    kind = section_kind(slot)
    if segment in "ldm":
        return {"l": {"garment": "A", "lingerie": "B", "added": "C"}[kind], "d": "D", "m": "F"}[
            segment
        ]
    if segment in "pqr":
        return "S"
    if kind == "added" or slot.startswith("swim"):
        return "J"
    return "G" if segment == "b" else ("I" if big_child else "H")


def garment_group_for(segment: str, kind: ProductType) -> int:
    """The garment group; children's wear has different ones from adults'."""
    if segment == "b" and kind.slot in {"top", "bottom", "full"}:
        return 1006
    if segment == "g" and kind.garment_no in {1012, 1013}:
        return 1014
    return kind.garment_no


def department_numbers() -> dict[tuple[int, str], int]:
    """(section number, type family) → department number; the department's name is the family."""
    pairs = {
        (no, t.family)
        for t in TYPES
        for segment in t.segments
        for no, _ in sections_for(segment, t.slot)
    }
    return {pair: 1200 + 7 * place for place, pair in enumerate(sorted(pairs))}
