"""Counts searches and the clicks on their results, by query and without the shopper."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Max
from psycopg2.extras import execute_values

from catalog.models import SearchQuery
from catalog.search.clicks import query_words
from streaming.events import schema

# Queries that nobody has searched for in this long are deleted.
RETENTION: Final = timedelta(days=90)
# An article's product: H&M's codes end in three digits of the colour.
COLOURS: Final = 1000

ADD_QUERIES: Final = """
INSERT INTO catalog_searchquery AS q (words, searches, without_results, clicks, last_searched)
VALUES %s ON CONFLICT (words) DO UPDATE SET
    searches = q.searches + EXCLUDED.searches,
    without_results = q.without_results + EXCLUDED.without_results,
    clicks = q.clicks + EXCLUDED.clicks,
    last_searched = greatest(q.last_searched, EXCLUDED.last_searched)
"""
ADD_CLICKS: Final = """
INSERT INTO catalog_searchclick AS c (query_id, product, clicks)
SELECT q.id, v.product, v.clicks
FROM (VALUES %s) AS v (words, product, clicks) JOIN catalog_searchquery q USING (words)
ON CONFLICT (query_id, product) DO UPDATE SET clicks = c.clicks + EXCLUDED.clicks
"""


def count(cursor: Any, events: Iterable[schema.Event]) -> None:
    """Add a batch's searches and clicks; an event repeated within the batch counts once."""
    once = {event.id: event for event in events if isinstance(event, schema.Search | schema.Click)}
    totals: dict[str, Counter[str]] = {}
    days: dict[str, int] = {}
    followed: Counter[tuple[str, int]] = Counter()
    for event in once.values():
        words = query_words(event.query or "")
        if not words:
            continue
        of = totals.setdefault(words, Counter())
        days[words] = max(event.ts, days.get(words, 0))
        if isinstance(event, schema.Search):
            of["searches"] += 1
            of["without_results"] += event.found == 0
        else:
            of["clicks"] += 1
            followed[words, event.article // COLOURS] += 1
    _add(cursor, ADD_QUERIES, [(w, *_counts(of), _day(days[w])) for w, of in totals.items()])
    _add(cursor, ADD_CLICKS, [(*place, clicks) for place, clicks in followed.items()])


def purge() -> int:
    """Delete queries not searched for in a long time; return how many."""
    newest = SearchQuery.objects.aggregate(Max("last_searched"))["last_searched__max"]
    if newest is None:
        return 0
    return SearchQuery.objects.filter(last_searched__lt=newest - RETENTION).delete()[0]


def _counts(of: Counter[str]) -> tuple[int, ...]:
    return tuple(of[name] for name in ("searches", "without_results", "clicks"))


def _day(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).date().isoformat()


def _add(cursor: Any, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """The same order in every worker prevents deadlocks."""
    if rows:
        execute_values(cursor.cursor, statement, sorted(rows), page_size=len(rows))
