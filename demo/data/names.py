"""Product names and descriptions from our own word lists; nothing is taken from real articles."""

import json
from pathlib import Path
from typing import Final

import numpy as np

from demo.data.taxonomy import ProductType
from web.json_types import Json

_WORDS: Final[Json] = json.loads(Path(__file__).with_suffix(".json").read_text())
LINES: Final[list[str]] = _WORDS["lines"]
CLOSERS: Final[list[str]] = _WORDS["closers"]
# By kind of section, the details by slot.
CUTS: Final[dict[str, list[str]]] = _WORDS["cuts"]
FABRICS: Final[dict[str, list[str]]] = _WORDS["fabrics"]
DETAILS: Final[dict[str, list[str]]] = _WORDS["details"]


def _one(rng: np.random.Generator, words: list[str]) -> str:
    return words[int(rng.integers(len(words)))]


def noun_of(kind: ProductType) -> str:
    """The type as used in a sentence: "Hat/beanie" → "beanie"."""
    if kind.no == -1:
        return "item"
    return kind.name.split("/")[-1].replace("Garment Set", "set").lower()


def product_name(rng: np.random.Generator, kind: ProductType, section_kind: str) -> str:
    """A short product name such as "Wilma ribbed sweater", sometimes without line or cut."""
    line, cut, noun = _one(rng, LINES), _one(rng, CUTS[section_kind]), noun_of(kind)
    forms = (f"{line} {cut} {noun}", f"{line} {noun}", f"{cut.capitalize()} {noun} {line}")
    return forms[int(rng.integers(len(forms)))]


def description(rng: np.random.Generator, kind: ProductType, section_kind: str) -> str:
    """One or two sentences in the style of a product page, about 140 characters."""
    fabric = _one(rng, FABRICS[section_kind])
    details = (
        DETAILS.get(kind.slot) or DETAILS["lingerie" if section_kind == "lingerie" else "added"]
    )
    first, second = rng.choice(len(details), size=2, replace=False)
    noun = noun_of(kind)
    opening = f"{_one(rng, CUTS[section_kind]).capitalize()} {noun} in {fabric}"
    sentence = f"{opening} with {details[first]} and {details[second]}."
    return f"{sentence} {_one(rng, CLOSERS)}" if rng.random() < 0.85 else sentence
