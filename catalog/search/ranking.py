"""Search: scores every article against the parsed query, with one ranking for pages and API.

Relevance comes first, then sales and whether there is a picture. User input is never passed to SQL:
it is matched against words in memory, and the database only receives a list of keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, FloatField, Func, IntegerField, Value

from catalog.models.querysets import ArticleQuerySet
from catalog.money import price
from catalog.search.facet_index import Bools, FacetIndex, Floats, facet_index
from catalog.search.matching import NOT_SOFT, fitting, named
from catalog.search.spelling import spelling
from catalog.search.synonyms import synonyms
from catalog.search.text_index import DESCRIPTION, NAME
from catalog.search.understanding.parsing import HEAD_FIRST, KnownWords, read
from catalog.search.understanding.reading import IMPORTANCE, TEXT, Part, Price, Reading
from catalog.search.understanding.tokens import visible
from catalog.search.understanding.vocabulary import Vocabulary, vocabulary

# Queries are cut to MAX_CHARACTERS; longer than MAX_REQUEST_CHARACTERS is rejected.
MAX_CHARACTERS: Final = 200
MAX_REQUEST_CHARACTERS: Final = 10_000
# At most this many articles, the best, are passed to the database.
MAX_FOUND: Final = 20_000
# Kinds of which an article has only one value: several parts of one kind are alternatives.
ONE_OF: Final = ("type", "colour", "pattern", "age", "audience")
# Besides names, the fields searched for words outside the vocabulary.
FIELDS: Final = (DESCRIPTION, "types", "colours", "masters", "patterns", "sections")
# A word in a description counts less than one in the name.
DESCRIBED: Final = 0.8
# Sales (mostly) and pictures add at most this much to the relevance.
QUALITY: Final = 0.25
SOLD: Final = 0.6
# Bonus for a name that contains the query as typed, if some of it was outside the vocabulary; and
# for one that contains some of its words.
EXACT: Final = 0.15
IN_NAME: Final = 0.03
HALF_A_CENT: Final = Decimal("0.005")
ID: Final = re.compile(r"[0-9]{6,10}")


@dataclass(frozen=True, slots=True)
class Steps:
    """The stages of a search besides comparing words; switched off only to measure them."""

    understanding: bool = True
    quality: bool = True


FULL: Final = Steps()
WORDS_ONLY: Final = Vocabulary((), {})


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Articles, best first, and the parsed query (None if it was an id)."""

    articles: ArticleQuerySet
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """The matching rows of an assortment, and a score for every row (0 if it doesn't match).
    `dropped` are the parts given up to find anything."""

    rows: Bools
    score: Floats
    reading: Reading | None
    dropped: Sequence[Part] = ()

    @property
    def kept(self) -> list[Part]:
        parts = self.reading.parts if self.reading else ()
        return [part for part in parts if part not in self.dropped]


class ElementOf(Func):
    """Array subscript."""

    template = "((%(expressions)s])"
    arg_joiner = ")["
    output_field = FloatField()


class AnyOf(Func):
    """Whether an array contains a value."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def find(typed: str, articles: ArticleQuerySet) -> SearchResult:
    """The given articles that match the query, best first."""
    goods = facet_index()
    ranked = rank(typed, goods)
    rows = np.sort(goods.by_score(ranked.rows, ranked.score)[:MAX_FOUND])
    keys, scores = goods.of("article")[rows].tolist(), ranked.score[rows].tolist()
    if not keys:
        return SearchResult(articles.none(), ranked.reading)
    # The keys are sorted, so width_bucket finds each article's score by binary search.
    own = Value(keys, ArrayField(IntegerField()))
    place = Func(F("pk"), own, function="width_bucket", output_field=IntegerField())
    score = ElementOf(Value(scores, ArrayField(FloatField())), place)
    # One array parameter is faster to write and parse than thousands of parameters.
    found = articles.filter(AnyOf(F("pk"), own), summary__isnull=False).annotate(rank=score)
    return SearchResult(found.order_by("-rank", "pk"), ranked.reading)


def rank(typed: str, goods: FacetIndex, steps: Steps = FULL) -> Ranked:
    """Every matching article of an assortment, with its score."""
    words = normalise_query(typed)
    if ids := _ids(words, goods):
        return ids
    if not steps.understanding:
        return ranked(read(words, WORDS_ONLY, known_words(goods), synonyms()), goods, steps)
    found = ranked(read(words, vocabulary(), known_words(goods), synonyms()), goods, steps)
    return found if found.rows.any() else _literally(words, found, goods, steps)


def _literally(words: str, understood: Ranked, goods: FacetIndex, steps: Steps) -> Ranked:
    """What has the very words, where no article is what they mean ("strap" of a name); prices and
    exclusions, which words can't stand for, keep what they found."""
    parts = understood.reading.parts if understood.reading else ()
    if any(part.negated or part.price is not None for part in parts):
        return understood
    found = ranked(
        read(words, WORDS_ONLY, known_words(goods, WORDS_ONLY), synonyms()), goods, steps
    )
    return found if found.rows.any() else understood


def ranked(reading: Reading, goods: FacetIndex, steps: Steps = FULL) -> Ranked:
    """Match all parts; if no article does, drop the least important parts until some article
    matches."""
    parts = list(reading.parts)
    if not parts:
        return nothing(goods, reading)
    own = {id(part): _weights(part, reading, goods) for part in parts}
    relevance = _together(parts, own, reading, goods)
    dropped: list[Part] = []
    if not relevance.any():
        relevance, dropped = _relaxed(parts, own, reading, goods)
    rows = relevance > 0
    quality = QUALITY * _quality(goods) if steps.quality else 0.0
    score = np.where(rows, relevance + _named(reading, goods) + quality, 0.0)
    return Ranked(rows, score, reading, dropped)


def nothing(goods: FacetIndex, reading: Reading | None = None) -> Ranked:
    none = np.zeros(len(goods.of("article")))
    return Ranked(none > 0, none, reading, reading.parts if reading else ())


def normalise_query(typed: str) -> str:
    """Normalised to one line of NFKC text, and truncated."""
    return visible(typed[: 2 * MAX_CHARACTERS])[:MAX_CHARACTERS]


def known_words(goods: FacetIndex, terms: Vocabulary | None = None) -> KnownWords:
    return KnownWords(goods.texts.known, spelling(goods, terms or vocabulary()).meant)


def _ids(words: str, goods: FacetIndex) -> Ranked | None:
    """An article by its id, or a product's articles by its code, in any notation: with or without
    leading zeros, "#", "art.", spaces, or the ".0" of a spreadsheet."""
    bare = re.sub(r"(?i)^(art(icle|ikel)?\.?|no\.?|nr\.?|id|#|:|\s)*|\.0$|[\s#.\-]", "", words)
    if not (bare.isascii() and ID.fullmatch(bare)):
        return None
    number = int(bare)
    rows = (goods.of("article") == number) | (goods.of("product") == number)
    return Ranked(rows, np.where(rows, 1 + QUALITY * _quality(goods), 0.0), None)


def _named(reading: Reading, goods: FacetIndex) -> Floats:
    """The bonus for names that contain the words as typed."""
    whole = goods.texts.saying([_keys(reading)] if reading.of(TEXT) else (), [NAME])
    words = [part.words for part in reading.parts if part.words and not part.negated]
    some = [goods.texts.saying([phrase], [NAME]) for phrase in words]
    share = np.mean(some, axis=0) if some else 0.0
    return np.asarray(EXACT * whole + IN_NAME * share)


def _keys(reading: Reading) -> tuple[str, ...]:
    return tuple(token.key for token in reading.tokens)


def _quality(goods: FacetIndex) -> Floats:
    """Sales and whether there is a picture, 0 to 1."""
    sold: Floats = np.log1p(goods.of("units_recent").astype(np.float64))
    share: Floats = sold / max(float(sold.max(initial=0)), 1.0)
    seen: Floats = goods.of("pictured").astype(np.float64)
    quality: Floats = SOLD * share + (1 - SOLD) * seen
    return quality


def _weights(part: Part, reading: Reading, goods: FacetIndex) -> Floats:
    """How well each row matches one part, regardless of the others."""
    if part.price is not None:
        return _priced(part.price, goods).astype(float)
    if part.concept is None:
        return _texted(part, goods)
    return fitting(part.concept, goods)


def _texted(part: Part, goods: FacetIndex) -> Floats:
    if part.exact:
        phrases = [part.words]
    else:
        phrases = [(form,) for form in goods.texts.forms(part.words[0], part.begun)]
    named_so = goods.texts.saying(phrases, [NAME])
    return np.where(named_so, 1.0, DESCRIBED * goods.texts.saying(phrases, FIELDS))


def _priced(asked: Price, goods: FacetIndex) -> Bools:
    """Prices are stored as in the files, so compare with a tolerance of half a cent."""
    own = goods.of("price")
    fits = np.ones(len(own), bool)
    if asked.least is not None:
        fits &= own >= price(asked.least - HALF_A_CENT)
    if asked.most is not None:
        fits &= own <= price(asked.most + HALF_A_CENT)
    return fits


def _together(
    parts: Sequence[Part], own: dict[int, Floats], reading: Reading, goods: FacetIndex
) -> Floats:
    """How well each row matches all the parts."""
    found = np.ones(len(goods.of("article")))
    wanted = [part for part in parts if not part.negated]
    for kind in ONE_OF:
        if of_kind := [p for p in wanted if p.kind == kind]:
            found *= (
                _types(of_kind, own, reading, goods)
                if kind == "type"
                else np.maximum.reduce([own[id(p)] for p in of_kind])
            )
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


def _types(
    parts: Sequence[Part], own: dict[int, Floats], reading: Reading, goods: FacetIndex
) -> Floats:
    """Several types: either of them if joined ("hat or scarf"); articles that are both ("pyjama
    set"); else the head's, with the others' words in their texts ("jeans jacket")."""
    if any(part.joined for part in parts[1:]):
        return np.asarray(np.maximum.reduce([own[id(p)] for p in parts]))
    both = np.multiply.reduce([own[id(p)] for p in parts])
    if both.any():
        return np.asarray(both)
    ordered = sorted(parts, key=lambda p: p.start, reverse=reading.language not in HEAD_FIRST)
    head, *others = ordered
    found = own[id(head)]
    for part in others:
        found = found * goods.texts.saying(_phrases(part))
    return found if found.any() else np.asarray(np.maximum.reduce([own[id(p)] for p in parts]))


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
    found = np.zeros(len(goods.of("article")))
    for part in order:
        tried = _together([*held, part], own, reading, goods)
        if tried.any():
            held.append(part)
            found = tried
    if not any(not part.negated for part in held):
        return np.zeros(len(found)), list(parts)
    return found, [part for part in parts if part not in held]
