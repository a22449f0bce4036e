"""Counts searches and the clicks on their results, by query and without the shopper."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.backends.utils import CursorWrapper
from django.db.models import Max
from psycopg2.extras import execute_values

from catalog.models import SearchQuery
from catalog.search.clicks import query_words
from recommendations.attribution.crediting import RETENTION_MS
from recommendations.attribution.models import SearchEvent
from streaming.events import schema

# Queries that nobody has searched for in this long are deleted.
RETENTION: Final = timedelta(days=90)
# An article's product: H&M's codes end in three digits of the colour.
COLOURS: Final = 1000

Counted = schema.Search | schema.Click

ADD_EVENTS: Final = """
INSERT INTO recommendations_searchevent (event, ts) VALUES %s ON CONFLICT DO NOTHING RETURNING event
"""
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


def count(cursor: CursorWrapper, events: Iterable[schema.Event]) -> None:
    """Add a batch's searches and clicks; an event that was sent several times counts once."""
    totals: dict[str, Counter[str]] = {}
    days: dict[str, int] = {}
    followed: Counter[tuple[str, int]] = Counter()
    for words, event in _new(cursor, events):
        of = totals.setdefault(words, Counter())
        days[words] = max(event.ts, days.get(words, 0))
        if isinstance(event, schema.Search):
            of["searches"] += 1
            of["without_results"] += event.found == 0
        else:
            of["clicks"] += 1
            followed[words, event.article // COLOURS] += 1
    add(cursor, ADD_QUERIES, [(w, *_counts(of), _day(days[w])) for w, of in totals.items()])
    add(cursor, ADD_CLICKS, [(*place, clicks) for place, clicks in followed.items()])


def _new(cursor: CursorWrapper, events: Iterable[schema.Event]) -> list[tuple[str, Counted]]:
    """The events of a query that were not counted before, with its words."""
    found = {
        event.id: (words, event)
        for event in events
        if isinstance(event, Counted) and (words := query_words(event.query or ""))
    }
    rows = [(name, event.ts) for name, (_words, event) in found.items()]
    return [found[str(name)] for (name,) in add(cursor, ADD_EVENTS, rows, fetch=True)]


def purge() -> int:
    """Delete queries not searched for in a long time, and events too old to be sent again; return
    how many queries."""
    last = SearchEvent.objects.aggregate(Max("ts"))["ts__max"] or 0
    SearchEvent.objects.filter(ts__lt=last - RETENTION_MS).delete()
    newest = SearchQuery.objects.aggregate(Max("last_searched"))["last_searched__max"]
    if newest is None:
        return 0
    return SearchQuery.objects.filter(last_searched__lt=newest - RETENTION).delete()[0]


def _counts(of: Counter[str]) -> tuple[int, ...]:
    return tuple(of[name] for name in ("searches", "without_results", "clicks"))


def _day(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).date().isoformat()


def add(
    cursor: CursorWrapper, statement: str, rows: Sequence[tuple[object, ...]], fetch: bool = False
) -> Sequence[tuple[object, ...]]:
    """The same order in every worker prevents deadlocks."""
    if not rows:
        return []
    added = execute_values(cursor.cursor, statement, sorted(rows), page_size=len(rows), fetch=fetch)
    return added or []
