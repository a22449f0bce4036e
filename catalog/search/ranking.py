"""Search: scores every article against the parsed query, with one ranking for pages and API.

Relevance comes first, then sales and whether there is a picture. User input is never passed to SQL:
it is matched against words in memory, and the database only receives a list of keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, FloatField, Func, IntegerField, Value

from catalog.models.querysets import ArticleQuerySet
from catalog.search.clicks import clicked
from catalog.search.facet_index import FacetIndex, Floats, facet_index
from catalog.search.meaning.fusion import with_meaning
from catalog.search.relevance import relevance
from catalog.search.result import Ranked, nothing
from catalog.search.spelling import spelling
from catalog.search.synonyms import synonyms
from catalog.search.text_index import NAME
from catalog.search.understanding.parsing import QUOTED, KnownWords, read
from catalog.search.understanding.reading import TEXT, Reading
from catalog.search.understanding.tokens import visible
from catalog.search.understanding.vocabulary import Vocabulary, vocabulary
from web.cache import per_owner

# Queries are cut to MAX_CHARACTERS; longer than MAX_REQUEST_CHARACTERS is rejected.
MAX_CHARACTERS: Final = 200
MAX_REQUEST_CHARACTERS: Final = 10_000
# At most this many articles, the best, are passed to the database.
MAX_FOUND: Final = 20_000
# Sales (mostly) and pictures add at most this much to the relevance.
QUALITY: Final = 0.25
SOLD: Final = 0.6
# Bonus for a name that contains the query as typed, if some of it was outside the vocabulary; and
# for one that contains some of its words.
EXACT: Final = 0.15
IN_NAME: Final = 0.03
ID: Final = re.compile(r"\d{6,10}")


@dataclass(frozen=True, slots=True)
class Steps:
    """The stages of a search besides comparing words; switched off only to measure them."""

    understanding: bool = True
    quality: bool = True
    meaning: bool = True


FULL: Final = Steps()
WORDS_ONLY: Final = Vocabulary((), {})


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


def find(typed: str, articles: ArticleQuerySet) -> ArticleQuerySet:
    """The given articles that match the query, best first."""
    goods = facet_index()
    ranked = rank_with_clicks(typed, goods)
    rows = np.sort(goods.by_score(ranked.rows, ranked.score)[:MAX_FOUND])
    keys, scores = goods.of("article")[rows].tolist(), ranked.score[rows].tolist()
    if not keys:
        return articles.none()
    # The keys are sorted, so width_bucket finds each article's score by binary search.
    own = Value(keys, ArrayField(IntegerField()))
    place = Func(F("pk"), own, function="width_bucket", output_field=IntegerField())
    score = ElementOf(Value(scores, ArrayField(FloatField())), place)
    # One array parameter is faster to write and parse than thousands of parameters.
    found = articles.filter(AnyOf(F("pk"), own), summary__isnull=False).annotate(rank=score)
    return found.order_by("-rank", "pk")


def rank_with_clicks(typed: str, goods: FacetIndex) -> Ranked:
    """As `rank`, with the results that shoppers open for this query moved up: a database query."""
    found = rank(typed, goods)
    return replace(
        found, scored=lambda: np.where(found.rows, found.score + clicked(typed, goods), 0.0)
    )


def rank(typed: str, goods: FacetIndex, steps: Steps = FULL) -> Ranked:
    """Every matching article of a facet index, with its score."""
    words = normalise_query(typed)
    if ids := _ids(words, goods):
        return ids
    if not steps.understanding:
        return ranked(read(words, WORDS_ONLY, known_words(goods), synonyms()), goods, steps)
    found = ranked(read(words, vocabulary(), known_words(goods), synonyms()), goods, steps)
    if found.rows.any() and not any(part.exact for part in found.dropped):
        return found
    if (unquoted := QUOTED.sub(r"\1", words)) != words:  # nothing replaces them
        typed_so = replace(known_words(goods), meant=str)
        return ranked(read(unquoted, vocabulary(), typed_so), goods, steps)
    return _literally(words, found, goods, steps)


def _literally(words: str, understood: Ranked, goods: FacetIndex, steps: Steps) -> Ranked:
    """Articles that contain the very words, if none matches their meaning ("strap" in a name). A
    query with prices or exclusions keeps its result, as words can't express those."""
    parts = understood.reading.parts if understood.reading else ()
    if any(part.negated or part.price is not None for part in parts):
        return understood
    found = ranked(
        read(words, WORDS_ONLY, known_words(goods, WORDS_ONLY), synonyms()), goods, steps
    )
    return found if found.rows.any() else understood


def ranked(reading: Reading, goods: FacetIndex, steps: Steps = FULL) -> Ranked:
    """Score all articles against the parts; see `relevance` for what is dropped."""
    if not reading.parts:
        return nothing(reading, goods)
    found, dropped = relevance(reading, goods)

    def scored() -> Floats:
        quality = QUALITY * _quality(goods) if steps.quality else 0.0
        return np.where(found > 0, found + _named(reading, goods) + quality, 0.0)

    plain = Ranked(found > 0, scored, reading, dropped)
    return with_meaning(plain, goods) if steps.meaning else plain


def normalise_query(typed: str) -> str:
    """Normalised to one line of NFKC text, and truncated."""
    return visible(typed[: 2 * MAX_CHARACTERS])[:MAX_CHARACTERS]


def known_words(goods: FacetIndex, terms: Vocabulary | None = None) -> KnownWords:
    own = spelling(goods, terms or vocabulary())
    return KnownWords(lambda word: goods.texts.known(word) and not own.is_slip(word), own.meant)


def _ids(words: str, goods: FacetIndex) -> Ranked | None:
    """An article by its id, or a product's articles by its code, in any notation: with or without
    leading zeros, "#", "art.", spaces, the ".0" of a spreadsheet, or digits of another script."""
    bare = re.sub(r"(?i)^(art(icle|ikel)?\.?|no\.?|nr\.?|id|#|:|\s)*|\.0$|[\s#.\-]", "", words)
    if not ID.fullmatch(bare):
        return None
    number = int(bare)
    rows = (goods.of("article") == number) | (goods.of("product") == number)
    return Ranked(rows, lambda: np.where(rows, 1 + QUALITY * _quality(goods), 0.0), None)


def _named(reading: Reading, goods: FacetIndex) -> Floats:
    """The bonus for names that contain the words as typed."""
    whole = goods.texts.saying([_keys(reading)] if reading.of(TEXT) else (), [NAME])
    words = [part.words for part in reading.parts if part.words and not part.negated]
    some = [goods.texts.saying([phrase], [NAME]) for phrase in words]
    share = np.mean(some, axis=0) if some else 0.0
    return np.asarray(EXACT * whole + IN_NAME * share)


def _keys(reading: Reading) -> tuple[str, ...]:
    return tuple(token.key for token in reading.tokens)


@per_owner(1)
def _quality(goods: FacetIndex) -> Floats:
    """Sales and whether there is a picture, 0 to 1."""
    sold: Floats = np.log1p(goods.of("units_recent").astype(np.float64))
    share: Floats = sold / max(float(sold.max(initial=0)), 1.0)
    seen: Floats = goods.of("pictured").astype(np.float64)
    quality: Floats = SOLD * share + (1 - SOLD) * seen
    return quality
