"""How well each article matches a parsed query: its parts, and all of them together."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from catalog.money import highest_price, lowest_price
from catalog.search.facet_index import Bools, FacetIndex, Floats
from catalog.search.matching import NOT_PREFERRED, NOT_SOFT, anything_of, fitting, named
from catalog.search.text_index import DESCRIPTION, LANGUAGE, NAME
from catalog.search.understanding.parsing import HEAD_FIRST
from catalog.search.understanding.reading import IMPORTANCE, Part, Price, Reading

# Kinds of which an article has only one value: several parts of one kind are alternatives.
ONE_OF: Final = ("type", "colour", "pattern", "age", "audience")
# Besides names, the fields searched for words outside the vocabulary.
FIELDS: Final = (DESCRIPTION, "types", "colours", "masters", "patterns", "sections")
# A word in a description counts less than one in the name.
DESCRIBED: Final = 0.8
# One part narrows another if more than this share of its articles match both.
NARROWS: Final = 0.2
# A word that fewer than this share of a concept's articles have may be narrower than it, of these
# kinds.
NARROWER: Final = 0.25
NARROWED: Final = ("type", "pattern")


def relevance(reading: Reading, goods: FacetIndex) -> tuple[Floats, list[Part]]:
    """Each row's relevance, 0 to 1. If no article matches all parts, the least important are
    dropped until one does; they are returned too."""
    parts = list(reading.parts)
    own = {id(part): weights(part, goods) for part in parts}
    found = _together(parts, own, reading, goods)
    return (found, []) if found.any() else _relaxed(parts, own, reading, goods)


def weights(part: Part, goods: FacetIndex) -> Floats:
    """How well each row matches one part, regardless of the others."""
    if part.price is not None:
        return _priced(part.price, goods).astype(float)
    if part.concept is None:
        return _texted(part, goods)
    return _literal_first(part, fitting(part.concept, goods), goods)


def _literal_first(part: Part, own: Floats, goods: FacetIndex) -> Floats:
    """Of a word that may be narrower than its concept ("mittens": gloves), articles whose texts
    have the very word come first."""
    concept = part.concept
    if concept is None or concept.kind not in NARROWED or part.language != LANGUAGE:
        return own
    if not part.words or concept.named(part.words):
        return own
    *start, last = part.words
    said = goods.texts.saying([(*start, form) for form in goods.texts.forms(last)])
    fits = own > 0
    share = np.count_nonzero(said & fits) / max(int(np.count_nonzero(fits)), 1)
    return np.where(said, own, NOT_PREFERRED * own) if 0 < share < NARROWER else own


def _texted(part: Part, goods: FacetIndex) -> Floats:
    if part.exact:
        phrases = [part.words]
    else:
        phrases = [(form,) for form in goods.texts.forms(part.words[0], part.begun)]
    named_so = goods.texts.saying(phrases, [NAME])
    return np.where(named_so, 1.0, DESCRIBED * goods.texts.saying(phrases, FIELDS))


def _priced(asked: Price, goods: FacetIndex) -> Bools:
    own = goods.of("price")
    fits = np.ones(len(own), bool)
    if asked.least is not None:
        fits &= own >= lowest_price(asked.least)
    if asked.most is not None:
        fits &= own <= highest_price(asked.most)
    return fits


def _together(
    parts: Sequence[Part], own: dict[int, Floats], reading: Reading, goods: FacetIndex
) -> Floats:
    """How well each row matches all the parts."""
    found = np.ones(len(goods))
    wanted = [part for part in parts if not part.negated]
    for kind in ONE_OF:
        if of_kind := [p for p in wanted if p.kind == kind]:
            found *= _one_of(of_kind, own, reading, goods)
    suggested = _suggested(wanted, reading, goods)
    hard = suggested is None and not any(part.kind == "type" for part in wanted)
    for part in wanted:
        if part.kind not in ONE_OF:
            found = found * _softened(part, own[id(part)], hard, goods)
    if suggested is not None:
        found = found * suggested
    for part in parts:
        if part.negated:
            found[own[id(part)] > 0] = 0
    return _within_share(wanted, found, goods)


def _within_share(wanted: Sequence[Part], found: Floats, goods: FacetIndex) -> Floats:
    """Restrict the result to its cheapest or dearest share, if the query asks for one."""
    for part in wanted:
        if part.price is not None and part.price.share is not None:
            found = found * _share(part.price.share, found, goods)
    return found


def _suggested(wanted: Sequence[Part], reading: Reading, goods: FacetIndex) -> Bools | None:
    """The rows of the types that an occasion suggests when the query names no type. Of several
    occasions the head counts ("beach wedding"). Literal matches of the words are included."""
    concepts = [p.concept for p in wanted if p.concept and p.concept.suggests]
    if not concepts or any(part.kind == "type" for part in wanted):
        return None
    head = concepts[0 if reading.language in HEAD_FIRST else -1]
    literal = goods.texts.saying([part.words for part in wanted if part.soft])
    return np.asarray(named(goods, "types", head.suggests) | literal)


def _softened(part: Part, own: Floats, hard: bool, goods: FacetIndex) -> Floats:
    """A soft part lowers the weight of articles without it instead of excluding them, unless there
    is no other part to go by."""
    if not part.soft:
        return own
    if not hard:
        own = np.maximum(own, NOT_SOFT)
    return np.maximum(own, goods.texts.saying([part.words]))


def _one_of(
    parts: Sequence[Part], own: dict[int, Floats], reading: Reading, goods: FacetIndex
) -> Floats:
    """Several parts of a kind: either of them if joined ("hat or scarf"); what is both, if one
    narrows the other ("kids boy", "dark orange", "pyjama set"); else types as in `_headed`, and
    alternatives of any other kind ("red blue")."""
    weights = [own[id(p)] for p in parts]
    either: Floats = np.maximum.reduce(weights)
    if len(parts) == 1 or any(part.joined for part in parts[1:]):
        return either
    both: Floats = np.multiply.reduce(weights)
    narrowest = min(np.count_nonzero(w) for w in weights)
    if np.count_nonzero(both) > NARROWS * narrowest:
        return both
    if parts[0].kind != "type":
        return either
    plain = [part for part in parts if not part.soft]
    if len(plain) == 1:  # "ring set": rings
        return own[id(plain[0])]
    headed = _headed(parts, own, reading, goods)
    return headed if headed.any() else either


def _headed(
    parts: Sequence[Part], own: dict[int, Floats], reading: Reading, goods: FacetIndex
) -> Floats:
    """The head's type, with the others' words in its texts ("jeans jacket")."""
    head, *others = parts if reading.language in HEAD_FIRST else reversed(parts)
    found = own[id(head)]
    for part in others:
        found = found * goods.texts.saying(_phrases(part))
    return found


def _phrases(part: Part) -> Iterable[tuple[str, ...]]:
    if part.concept is None:
        return [part.words]
    english = part.concept.phrases.get("en", ())
    return part.concept.evidence.text or [tuple(phrase.split()) for phrase in english]


def _share(share: float, found: Floats, goods: FacetIndex) -> Bools:
    """The rows in the cheapest or dearest share of the result."""
    own, rows = goods.of("price"), found > 0
    if not rows.any():
        return rows
    if share > 0:
        return np.asarray(own <= np.quantile(own[rows], share))
    return np.asarray(own >= np.quantile(own[rows], 1 + share))


def _relaxed(
    parts: Sequence[Part], own: dict[int, Floats], reading: Reading, goods: FacetIndex
) -> tuple[Floats, list[Part]]:
    """Drop the least important parts, and as few as possible: keep each part that still matches."""
    left = [part for part in parts if own[id(part)].any() or part.negated]
    order = sorted(left, key=lambda p: (-IMPORTANCE.index(p.kind), p.start))
    held: list[Part] = []
    found = np.zeros(len(goods))
    for part in order:
        tried = _together([*held, part], own, reading, goods)
        if tried.any():
            held.append(part)
            found = tried
    if not any(not part.negated for part in held):
        return np.zeros(len(found)), list(parts)
    lost = [part for part in parts if part not in held]
    for concept in [part.concept for part in lost if part.concept and not part.negated]:
        closer = found * anything_of(concept.instead, goods)
        found = closer if closer.any() else found
    return found, lost
