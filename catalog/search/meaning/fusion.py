"""Fuses the ranking by words with one by meaning, for what words don't settle."""

from dataclasses import replace
from typing import Final

import numpy as np

from catalog.search.facet_index import FacetIndex, Floats
from catalog.search.meaning.vectors import meanings
from catalog.search.result import Ranked
from catalog.search.text_index import LANGUAGE
from catalog.search.understanding.reading import TEXT, Reading

# Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), with their constant.
RANK: Final = 60
# If no word is understood: how alike an article has to be, and at most how many are shown.
ALIKE: Final = 0.35
MOST: Final = 240


def with_meaning(found: Ranked, goods: FacetIndex) -> Ranked:
    """Reorder what matches only vaguely, or find the closest in meaning where nothing matches.
    Exact queries stay as they are, as do those in other languages: the encoder reads English."""
    reading = found.reading
    if reading is None or reading.language != LANGUAGE or not _is_vague(found, reading):
        return found
    known = meanings(goods)
    if known is None:
        return found
    likeness = known.likeness(_said(reading)).astype(float)
    if found.rows.any() and any(part.concept for part in found.used):
        return replace(found, scored=lambda: _fused(found, likeness))
    if any(part.negated or part.price for part in reading.parts):
        return found
    score = np.where(likeness >= max(ALIKE, _nth(likeness)), likeness, 0.0)
    return replace(found, rows=score > 0, scored=lambda: score, by_meaning=True)


def _is_vague(found: Ranked, reading: Reading) -> bool:
    """Whether a word was given up, or only an occasion tells the type ("office look")."""
    lost = any(part.kind == TEXT and not part.exact for part in found.dropped)
    loose = any(part.soft and not part.negated for part in found.used)
    return lost or (loose and not reading.of("type"))


def _said(reading: Reading) -> str:
    """The query without prices and exclusions, which have no meaning of their own."""
    return reading.without([p for p in reading.parts if p.price is not None or p.negated])


def _nth(likeness: Floats) -> float:
    most = min(MOST, len(likeness))
    return float(np.partition(likeness, -most)[-most]) if most else 1.0


def _fused(found: Ranked, likeness: Floats) -> Floats:
    rows = np.flatnonzero(found.rows)
    score = np.zeros(len(found.rows))
    for order in (found.score, likeness):
        place = np.empty(len(rows))
        place[np.argsort(-order[rows], kind="stable")] = np.arange(1, len(rows) + 1)
        score[rows] += (RANK + 1) / 2 / (RANK + place)
    return score
