"""The words of the catalogue: what a mistyped one was meant to be, what an unfinished one may be.

Kept in each process, a few megabytes for the full catalogue, and read anew after an ingest. So
every word there is can be compared with a typed one, letter by letter, in a few milliseconds:
nothing has to guess first which words are worth comparing.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from itertools import accumulate, islice, takewhile
from math import log1p
from typing import Final

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.data_version import per_data_version

# The texts that shoppers search by, how many articles have each.
TEXTS: Final = """
SELECT t.name, count(*)
FROM catalog_article a
JOIN catalog_producttype p ON p.id = a.product_type_id
JOIN catalog_colour c ON c.id = a.colour_id
JOIN catalog_colourmaster m ON m.id = a.colour_master_id
JOIN catalog_appearance e ON e.id = a.appearance_id
JOIN catalog_section s ON s.id = a.section_id
CROSS JOIN LATERAL (VALUES (a.name), (p.name), (c.name), (m.name), (e.name), (s.name)) t (name)
GROUP BY t.name
"""
# Each name with the best-selling article that has it.
NAMES: Final = """
SELECT DISTINCT ON (a.name) a.name, a.id, s.units_recent
FROM catalog_article a JOIN catalog_articlesummary s ON s.article_id = a.id
ORDER BY a.name, s.units_recent DESC, a.id
"""
WORD: Final = re.compile(r"[^\W_]+")
# A typing error makes a word so many times less likely to have been meant: e³, about twenty.
ERROR: Final = 3.0
SHORT: Final = 4
LEAST_PART: Final = 20
LEAST_SHARE: Final = 0.01


@dataclass(frozen=True)
class Lexicon:
    """`articles` is the number of articles by word; `names` pairs of an article's name and key,
    the best-selling first."""

    articles: Mapping[str, int]
    names: Sequence[tuple[str, int]]

    @cached_property
    def words(self) -> list[str]:
        return sorted(self.articles)

    @cached_property
    def _lines(self) -> str:
        """The names one after the other: finding a text in one long string takes no loop."""
        return "\n".join(name for name, _ in self.names).lower()

    @cached_property
    def _line_ends(self) -> list[int]:
        return list(accumulate(len(name.lower()) + 1 for name, _ in self.names))

    def meant(self, word: str) -> str:
        """The likeliest word, or two written as one; the word itself when nothing is near.

        As in https://norvig.com/spell-correct.html: common words are likelier than rare ones, and
        each letter wrong, missing, too many or swapped with the next makes a word less likely.
        """
        word = word.lower()
        likely = {
            near: log1p(self.articles[near]) - ERROR * errors
            for near, errors in near_words(word, self.words)
        }
        likely |= {
            f"{first} {second}": log1p(min(self._count(first), self._count(second))) - ERROR
            for first, second in halves(word)
            if min(self._count(first), self._count(second)) >= LEAST_PART
        }
        return max(likely, key=lambda near: (likely[near], near), default=word)

    def _count(self, word: str) -> int:
        return self.articles.get(word, 0)

    def completed(self, beginning: str, most: int) -> list[str]:
        """Words that begin so, the commonest first; none that is rare beside that."""
        start = bisect_left(self.words, beginning)
        words = takewhile(lambda w: w.startswith(beginning), self.words[start:])
        best = nlargest(most, words, key=lambda word: self.articles[word])
        return [w for w in best if self.articles[w] >= LEAST_SHARE * self.articles[best[0]]]

    def named(self, words: Sequence[str], most: int) -> list[int]:
        """Articles whose names have every word, if only as a beginning; best-selling first."""
        return [self.names[line][1] for line in islice(self._lines_with(words), most)]

    def _lines_with(self, words: Sequence[str]) -> Iterator[int]:
        wanted = [re.compile(rf"\b{re.escape(word)}") for word in words]
        rarest = max(words, key=len, default="\n")
        at = self._lines.find(rarest)
        while at >= 0:
            line = bisect_right(self._line_ends, at)
            if all(word.search(self.names[line][0].lower()) for word in wanted):
                yield line
            at = self._lines.find(rarest, self._line_ends[line])


def near_words(word: str, words: Sequence[str]) -> list[tuple[str, int]]:
    """Words at most one (for a short word) or two errors away, and how many. Another first letter
    is a rare error and counts twice."""
    most = 1 if len(word) <= SHORT else 2
    alike = process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    counted = [(near, int(errors) + (near[0] != word[0])) for near, errors, _ in alike]
    return [(near, errors) for near, errors in counted if errors <= most]


def halves(word: str) -> Iterable[tuple[str, str]]:
    return ((word[:at], word[at:]) for at in range(1, len(word)))


@per_data_version()
def lexicon() -> Lexicon:
    """That of the last finished ingest."""
    with connection.cursor() as cursor:
        cursor.execute(TEXTS)
        articles: Counter[str] = Counter()
        for text, count in cursor.fetchall():
            for word in set(WORD.findall(text.lower())):
                articles[word] += count
        cursor.execute(NAMES)
        best = sorted(cursor.fetchall(), key=lambda row: (-row[2], row[1]))
    return Lexicon(dict(articles), [(name, article) for name, article, _ in best])
