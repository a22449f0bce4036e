"""Search by words: PostgreSQL full text, ranked with a popularity boost, forgiving typing errors.

Whatever a shopper types is safe: it reaches the database only as a parameter of
`websearch_to_tsquery`, which accepts any text, or as single words of letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, FloatField, Q, Value
from django.db.models.functions import Cast, Ln

from catalog.columns import copy_columns
from catalog.models import Article
from catalog.models.querysets import ArticleQuerySet
from catalog.search.facet_index import Assortment
from catalog.search.lexicon import WORD, Lexicon, lexicon

CONFIG = "english"
MAX_CHARACTERS = 200
# Ten thousand recent sales multiply the text's rank by about three.
POPULARITY_WEIGHT = 0.25
LEAST_LETTERS = 3

Query = SearchQuery | CombinedSearchQuery
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Columns = Mapping[str, npt.NDArray[Any]]

MATCH: Final = {"article": ">i4", "rank": ">f4"}
NOTHING: Final[Columns] = {name: np.zeros(0, form[1:]) for name, form in MATCH.items()}

# Of some words those that articles have, if only in their descriptions, or that search for
# nothing ("the").
KNOWN = """
SELECT word
FROM unnest(%s) AS word, LATERAL to_tsquery('english', quote_literal(word)) AS asked
WHERE numnode(asked) = 0 OR EXISTS (SELECT FROM catalog_article WHERE search @@ asked)
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to take what was typed; `words` differ from it when `corrected`, and when `partly`
    one of them is enough."""

    matching: Query
    words: str
    corrected: bool = False
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The articles of the first attempt that found any; None when there was nothing to try."""

    articles: ArticleQuerySet
    attempt: Attempt | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """Of an assortment the rows that match, and a score for each of its rows: the higher the
    better, 0 where nothing matches."""

    rows: Bools
    score: Floats
    attempt: Attempt | None


def find(typed: str, articles: ArticleQuerySet) -> Found:
    """The articles, of those given, that match what was typed, best first.

    Every word must match, the last one also as a beginning. When nothing matches, words that
    look like errors are replaced by what was likely meant; when that finds nothing either, one
    matching word is enough.
    """
    words = cleaned(typed)
    if number := _number(words):
        return Found(articles.filter(_numbered(number)).popular(), None)
    found, attempt = articles.none(), None
    for attempt in attempts(words):
        found = _ranked(articles, attempt.matching)
        if found.exists():
            break
    return Found(found, attempt)


def rank(typed: str, goods: Assortment) -> Ranked:
    """As `find`, of the whole assortment: every match with its score, so that a list can be
    narrowed, counted and ordered by it."""
    words = cleaned(typed)
    if number := _number(words):
        keys = Article.objects.filter(_numbered(number)).values_list("pk", flat=True)
        return _scored(goods, np.array(list(keys), np.int64), np.ones(len(keys)), None)
    columns: Columns = NOTHING
    attempt = None
    for attempt in attempts(words):
        columns = _matches(attempt.matching)
        if len(columns["article"]):
            break
    return _scored(goods, columns["article"].astype(np.int64), columns["rank"], attempt)


def _matches(matching: Query) -> Columns:
    """Unsorted and without the popularity, which the assortment has: joining and sorting would
    take PostgreSQL longer than everything else."""
    found = Article.objects.filter(search=matching).order_by()
    ranked = found.annotate(rank=SearchRank(F("search"), matching)).values_list("pk", "rank")
    sql, values = ranked.query.sql_with_params()
    return copy_columns(sql, MATCH, values)


def _scored(goods: Assortment, articles: Ints, ranks: Floats, attempt: Attempt | None) -> Ranked:
    rows, known = goods.rows_of(articles)
    score = np.zeros(len(goods.of("article")))
    matching = np.zeros(len(score), bool)
    matching[rows[known]] = True
    boost = 1 + POPULARITY_WEIGHT * np.log(goods.of("units_recent")[rows[known]] + 1.0)
    score[rows[known]] = ranks[known] * boost
    return Ranked(matching, score, attempt)


def attempts(words: str) -> Iterator[Attempt]:
    """The likelier first; the next is only made when the one before found nothing."""
    if not words:
        return
    yield Attempt(query(words), words)
    better = corrected(words)
    if better != words:
        yield Attempt(query(better), better, corrected=True)
    if len(WORD.findall(better)) > 1:
        yield Attempt(_any_of(better), better, corrected=better != words, partly=True)


def cleaned(typed: str) -> str:
    """One line without control characters (PostgreSQL has no text with a NUL), cut to a length."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", typed[:MAX_CHARACTERS]).split())


def query(words: str) -> Query:
    """All the words, the last of which may still be being typed."""
    match = re.search(r"(?:^|(?<=\s))[^\W_]+$", words)
    before = words[: match.start()] if match else words
    # A word within quotes, after a minus or after "or" is meant as it stands.
    if match is None or words.count('"') % 2 or re.search(r"\bor\s", before, re.IGNORECASE):
        return SearchQuery(words, config=CONFIG, search_type="websearch")
    beginning = SearchQuery(f"'{match[0]}':*", config=CONFIG, search_type="raw")
    if not before:
        return beginning
    return SearchQuery(before, config=CONFIG, search_type="websearch") & beginning


def corrected(words: str) -> str:
    """The words with each one that few or no articles have replaced by what was likely meant."""
    known, own = lexicon(), set(WORD.findall(words.lower()))
    strange = own.difference(known.articles)
    fixed = strange & _known(strange) if strange else set()
    return WORD.sub(lambda m: m[0] if m[0].lower() in fixed else _corrected(m[0], known), words)


def _corrected(word: str, known: Lexicon) -> str:
    if len(word) < LEAST_LETTERS or any(letter.isdigit() for letter in word):
        return word
    meant = known.meant(word)
    return word if meant == word.lower() else meant


def _known(words: Collection[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(words)])
        return {word for (word,) in cursor.fetchall()}


def _number(words: str) -> int | None:
    return int(words) if re.fullmatch(r"\d{6,10}", words, re.ASCII) else None


def _numbered(number: int) -> Q:
    """An article by its id, or all articles of a product by its code."""
    # Ten digits can be larger than a key; such a number is nobody's.
    return Q(pk=number) | Q(product=number) if number < 2**31 else Q(pk__in=())


def _any_of(words: str) -> Query:
    return SearchQuery(" or ".join(WORD.findall(words)), config=CONFIG, search_type="websearch")


def _ranked(articles: ArticleQuerySet, matching: Query) -> ArticleQuerySet:
    sold = Cast(F("summary__units_recent") + 1, FloatField())
    boost = Value(1.0) + Value(POPULARITY_WEIGHT) * Ln(sold)
    return (
        articles.filter(search=matching, summary__isnull=False)
        .annotate(rank=SearchRank(F("search"), matching) * boost)
        .order_by("-rank", "pk")
    )
