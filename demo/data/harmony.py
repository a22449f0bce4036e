"""The hidden graph of what is worn with what, which baskets follow and tests may recover.

Slots go together with fixed odds (a top asks for a bottom, a dress for tights or shoes). Within
them, each product type of a segment has a few partner types, and each colour family its partner
families. These are drawn from the seed, so they can't be guessed from the names.
"""

from dataclasses import dataclass

import numpy as np

from demo.data.seeds import Floats, Ints, choose, stream
from demo.data.taxonomy import (
    COLOURS,
    FAMILIES,
    FAMILY_COUNT,
    SEGMENTS,
    SLOT_ODDS,
    TYPE_COUNT,
    TYPES,
)

PARTNERS = 4
FAMILY_PARTNERS = 3
FAMILY_ODDS = np.array([0.6, 0.25, 0.15])


@dataclass(frozen=True)
class Harmony:
    """partner, odds: (segments · types, PARTNERS), −1 for no partner; family: (families,
    FAMILY_PARTNERS) with FAMILY_ODDS."""

    partner: Ints
    odds: Floats
    family: Ints


def _partners_of(rng: np.random.Generator, kind: int, letter: str) -> list[tuple[int, float]]:
    """Up to PARTNERS partner types for one type in one segment, with odds."""
    partners = []
    for slot, share in SLOT_ODDS.get(TYPES[kind].slot, {}).items():
        choices = [i for i, t in enumerate(TYPES) if t.slot == slot and letter in t.segments]
        if choices:
            weights = np.array([TYPES[i].weight for i in choices])
            partners.append((choices[int(choose(rng, weights, 1)[0])], share))
    return sorted(partners, key=lambda pair: -pair[1])[:PARTNERS]


def _family_partners(rng: np.random.Generator) -> Ints:
    """Partner colour families, favouring common ones; a family may be its own partner."""
    weights = np.zeros(FAMILY_COUNT)
    for colour in COLOURS:
        weights[FAMILIES.index(colour.family)] += colour.weight
    weights = np.sqrt(weights) / np.sqrt(weights).sum()
    rows = [rng.choice(FAMILY_COUNT, FAMILY_PARTNERS, replace=False, p=weights) for _ in FAMILIES]
    return np.array(rows, dtype=np.int64)


def make_harmony(seed: int) -> Harmony:
    """The graph for one seed."""
    rng = stream(seed, "harmony")
    partner = np.full((len(SEGMENTS) * TYPE_COUNT, PARTNERS), -1, dtype=np.int64)
    odds = np.zeros((len(SEGMENTS) * TYPE_COUNT, PARTNERS))
    for place, letter in enumerate(SEGMENTS):
        for kind in range(TYPE_COUNT):
            row = place * TYPE_COUNT + kind
            for column, (other, share) in enumerate(_partners_of(rng, kind, letter)):
                partner[row, column], odds[row, column] = other, share
    return Harmony(partner, odds, _family_partners(rng))
