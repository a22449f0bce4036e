"""Which articles match a concept, and how well: weights over the rows of the facet index."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

import numpy as np

from catalog.search.facet_index import NAMED, Bools, FacetIndex, Floats
from catalog.search.understanding.concepts import GATES, Concept, Evidence
from web.cache import bounded

# Factors for an article that matches only `also`, only weak evidence, only one of several kinds of
# evidence, or nothing of what is preferred.
ALSO: Final = 0.5
WEAK: Final = 0.5
ONE_OF_SEVERAL: Final = 0.8
NOT_PREFERRED: Final = 0.7
# The weight of an article that doesn't show a soft concept ("summer").
NOT_SOFT: Final = 0.5


def fitting(concept: Concept, goods: FacetIndex) -> Floats:
    """The weights of a concept, cached with the goods."""
    if concept.key not in goods.matches:
        found = weights(concept, goods)
        rows = np.flatnonzero(found).astype(np.int32)
        goods.matches[concept.key] = (rows, found[rows].astype(np.float32))
    rows, values = goods.matches[concept.key]
    full = np.zeros(len(goods))
    full[rows] = values
    return full


def weights(concept: Concept, goods: FacetIndex) -> Floats:
    """How well each row matches the concept, 0 to 1."""
    found = _graded(concept, concept.evidence, goods)
    if concept.also is not None:
        found = np.maximum(found, ALSO * _graded(concept, concept.also, goods, also=True))
    if concept.must:
        found = found * goods.texts.saying(concept.must)
    found[anything_of(concept.exclude, goods)] = 0
    if concept.prefer:
        found = found * np.where(anything_of(concept.prefer, goods), 1.0, NOT_PREFERRED)
    return found


def _graded(concept: Concept, evidence: Evidence, goods: FacetIndex, also: bool = False) -> Floats:
    gate = _gate(evidence, goods)
    if not evidence:
        return gate.astype(float)
    kinds = _kinds(evidence, goods)
    needed = set() if also else concept.needed & kinds.keys()
    held = np.zeros(len(gate))
    for kind, rows in kinds.items():
        held = np.maximum(held, rows * (WEAK if kind in concept.weaker else 1.0))
    if len(kinds) > 1 and not also:
        several = np.sum(list(kinds.values()), axis=0) > 1
        held = held * np.where(several, 1.0, ONE_OF_SEVERAL)
    for kind in needed:
        held = held * kinds[kind]
    return np.asarray(held * gate)


def _kinds(evidence: Evidence, goods: FacetIndex) -> Mapping[str, Bools]:
    kinds = {column: named(goods, column, names) for column, names in evidence.names.items()}
    if evidence.text:
        kinds["text"] = goods.texts.saying(evidence.text)
    return kinds


def anything_of(evidence: Evidence, goods: FacetIndex) -> Bools:
    """The rows that match any evidence."""
    found = np.zeros(len(goods), bool)
    for rows in _kinds(evidence, goods).values():
        found |= rows
    return found


def _gate(evidence: Evidence, goods: FacetIndex) -> Bools:
    given = [c for c in GATES if c in evidence.gate]
    if not given:
        return np.ones(len(goods), bool)
    return np.asarray(np.logical_or.reduce([named(goods, c, evidence.gate[c]) for c in given]))


def named(goods: FacetIndex, column: str, patterns: Iterable[str]) -> Bools:
    """The rows whose term matches a pattern; `*` is a wildcard."""
    wanted = _folded(tuple(patterns))
    own = [
        value
        for value, name in goods.names[column].items()
        if any(fnmatchcase(name.lower(), pattern) for pattern in wanted)
    ]
    return np.isin(goods.of(NAMED[column][0]), own)


@bounded(2000, constant=True)
def _folded(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(p.lower().replace("[", "[[]") for p in patterns)


# The facet for a kind of part: the vocabulary's column, and the facet's key.
FACETS: Final = {"type": ("types", "type"), "colour": ("masters", "colour"),
                 "pattern": ("patterns", "pattern")}  # fmt: skip


def facet_value(concept: Concept, goods: FacetIndex) -> int | None:
    """The facet value equivalent to a concept, if there is exactly one ("red", not "shoes")."""
    column, _facet = FACETS.get(concept.kind, ("", ""))
    names = {**concept.evidence.gate, **concept.evidence.names}.get(column, ())
    own = [v for v, name in goods.names.get(column, {}).items() if name in names]
    return own[0] if len(own) == 1 else None
