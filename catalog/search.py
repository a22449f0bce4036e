"""Search by words: PostgreSQL full text, ranked with a popularity boost, forgiving typing errors.

Whatever a shopper types is safe: it reaches the database only as a parameter of
`websearch_to_tsquery`, which accepts any text, or as single words of letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log1p
from typing import TYPE_CHECKING

from django.contrib.postgres.search import (
    CombinedSearchQuery,
    SearchQuery,
    SearchRank,
)
from django.db import connection, transaction
from django.db.models import F, FloatField, Q, Value
from django.db.models.functions import Cast, Ln

if TYPE_CHECKING:
    from catalog.querysets import ArticleQuerySet

CONFIG = "english"
MAX_CHARACTERS = 200
# Ten thousand recent sales multiply the text's rank by about three.
POPULARITY_WEIGHT = 0.25
# pg_trgm's own 0.6 misses most errors in short words; the edit distance then sorts out the rest.
WORD_SIMILARITY = 0.4
LEAST_LIKENESS = 0.6
COMMON_WEIGHT = 0.03
FEW = 4

Query = SearchQuery | CombinedSearchQuery

# The words of the names that resemble one word: article names by their trigram index, and the
# small tables whose names the full text holds too.
ALIKE = r"""
SELECT word FROM (
    SELECT DISTINCT lower(part) AS word
    FROM (
        SELECT name FROM catalog_article WHERE name %%> %(word)s
        UNION SELECT name FROM catalog_producttype
        UNION SELECT name FROM catalog_colour
        UNION SELECT name FROM catalog_colourmaster
        UNION SELECT name FROM catalog_appearance
        UNION SELECT name FROM catalog_section
    ) AS names, regexp_split_to_table(name, '[^[:alnum:]]+') AS part
    WHERE length(part) > 2
) AS words
ORDER BY similarity(word, %(word)s) DESC, word
LIMIT 20
"""

# How many articles have the word in their name, type, colour, pattern or section.
OCCURRENCES = """
SELECT word, (
    SELECT count(*) FROM catalog_article
    WHERE search @@ to_tsquery('english', quote_literal(word) || ':AB')
) FROM unnest(%s) AS word
"""


@dataclass(frozen=True, slots=True)
class Found:
    """`words` is what was searched for: other than what was typed when `corrected`."""

    articles: ArticleQuerySet
    words: str
    corrected: bool = False


def find(typed: str, articles: ArticleQuerySet) -> Found:
    """The articles, of those given, that match what was typed, best first.

    Every word must match, the last one also as a beginning. When nothing matches, words that
    look like errors are replaced by what was likely meant; when that finds nothing either, one
    matching word is enough.
    """
    words = cleaned(typed)
    if not words:
        return Found(articles.none(), words)
    if re.fullmatch(r"\d{6,10}", words, re.ASCII):
        return Found(articles.filter(_numbered(int(words))).popular(), words)
    found = _ranked(articles, query(words))
    if found.exists():
        return Found(found, words)
    better = corrected(words)
    found = _ranked(articles, query(better))
    if better != words and found.exists():
        return Found(found, better, corrected=True)
    return Found(_ranked(articles, _any_of(better)), better, corrected=better != words)


def cleaned(typed: str) -> str:
    """One line without control characters (PostgreSQL has no text with a NUL), cut to a length."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", " ", typed[:MAX_CHARACTERS]).split())


def query(words: str) -> Query:
    """All the words, the last of which may still be being typed."""
    whole = SearchQuery(words, config=CONFIG, search_type="websearch")
    match = re.search(r"(?:^|(?<=\s))[^\W_]+$", words)
    # A word within quotes or after a minus is meant as it stands.
    if match is None or words.count('"') % 2:
        return whole
    beginning = SearchQuery(f"'{match[0]}':*", config=CONFIG, search_type="raw")
    before = words[: match.start()]
    if not before:
        return whole | beginning
    return whole | (SearchQuery(before, config=CONFIG, search_type="websearch") & beginning)


def corrected(words: str) -> str:
    """The words with each one that few or no articles have replaced by what was likely meant."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)",
            [str(WORD_SIMILARITY)],
        )
        return re.sub(r"[^\W\d_]{3,}", lambda match: _nearest(match[0]), words)


def _nearest(word: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, {"word": word.lower()})
        alike = most_alike(word, [row[0] for row in cursor.fetchall()])
        cursor.execute(OCCURRENCES, [[*alike, word.lower()]])
        return most_likely(word, dict(cursor.fetchall()))


def likeness(word: str, candidate: str) -> float:
    """Share of letters in common and in the same order, 0 to 1."""
    return SequenceMatcher(None, word.lower(), candidate).ratio()


def most_alike(word: str, candidates: Sequence[str]) -> list[str]:
    """The few candidates nearest to the word, letter by letter.

    Trigrams alone prefer long words that share a beginning; the letters alone would compare
    every word there is. So trigrams choose the candidates and the letters choose among them.
    """
    near = [c for c in candidates if likeness(word, c) >= LEAST_LIKENESS]
    return sorted(near, key=lambda c: likeness(word, c), reverse=True)[:FEW]


def most_likely(word: str, occurrences: Mapping[str, int]) -> str:
    """What was meant: near to what was typed, and a word that many articles have.

    "blake" and "black" are equally near to "blakc", but more articles are black; and H&M's own
    names have errors ("bikni"), which are words that few articles have.
    """
    return max(
        [candidate for candidate in occurrences if occurrences[candidate]],
        key=lambda c: likeness(word, c) + COMMON_WEIGHT * log1p(occurrences[c]),
        default=word,
    )


def _numbered(number: int) -> Q:
    """An article by its id, or all articles of a product by its code."""
    # Ten digits can be larger than a key; such a number is nobody's.
    return Q(pk=number) | Q(product=number) if number < 2**31 else Q(pk__in=())


def _any_of(words: str) -> Query:
    return SearchQuery(
        " or ".join(re.findall(r"[^\W_]+", words)), config=CONFIG, search_type="websearch"
    )


def _ranked(articles: ArticleQuerySet, matching: Query) -> ArticleQuerySet:
    sold = Cast(F("summary__units_recent") + 1, FloatField())
    boost = Value(1.0) + Value(POPULARITY_WEIGHT) * Ln(sold)
    return (
        articles.filter(search=matching, summary__isnull=False)
        .annotate(rank=SearchRank(F("search"), matching) * boost)
        .order_by("-rank", "pk")
    )
