"""Which touch a purchase is credited to: the rows of Interaction.

A purchase goes to the last click on, or bag add of, the article within WINDOW_MS of event time
before it, by the buyer or by the anonymous shopper who later signed in as the buyer. Sign-in and
purchase may arrive from different partitions in any order: whichever is processed second finds the
other, and locks on the buyer keep two workers from missing each other.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from django.db.backends.utils import CursorWrapper
from psycopg2.extras import execute_values

from streaming.events import schema

WINDOW_MS: Final = 24 * 3_600_000
# Events older than this are dropped: they can neither be credited nor recognised as repeats.
RETENTION_MS: Final = 3 * WINDOW_MS
COLUMNS: Final = "event, rec_id, kind, serving_id, shopper, owner, article, ts, price"
LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(k, 9)) FROM unnest(%s::text[]) AS k"
INSERT_TOUCHES: Final = f"""
INSERT INTO recommendations_interaction ({COLUMNS}) VALUES %s
ON CONFLICT DO NOTHING RETURNING event, rec_id, kind, serving_id, shopper, ts, price, 1
"""  # noqa: S608
LAST_TOUCH: Final = f"""
SELECT rec_id, serving_id, shopper FROM recommendations_interaction
WHERE (shopper = {{buyer}} OR owner = {{buyer}}) AND kind IN ('click', 'bag_add')
  AND article = p.article AND ts BETWEEN p.ts - {WINDOW_MS} AND p.ts
ORDER BY ts DESC, event DESC LIMIT 1
"""  # noqa: S608
INSERT_PURCHASES: Final = f"""
INSERT INTO recommendations_interaction ({COLUMNS})
SELECT p.event, coalesce(t.rec_id, ''), 'purchase', t.serving_id, coalesce(t.shopper, p.buyer),
    p.buyer, p.article, p.ts, p.price
FROM (VALUES %s) AS p (event, buyer, article, ts, price)
LEFT JOIN LATERAL ({LAST_TOUCH.format(buyer="p.buyer")}) AS t ON TRUE
ON CONFLICT DO NOTHING RETURNING event, rec_id, kind, serving_id, shopper, ts, price, 1
"""  # noqa: S608
HAND_OVER: Final = """
UPDATE recommendations_interaction SET owner = %s
WHERE shopper = %s AND owner = '' AND kind IN ('click', 'bag_add')
"""
RECREDIT: Final = f"""
WITH found AS (
    SELECT p.event, p.ts, p.price, t.rec_id, t.serving_id, t.shopper,
        p.rec_id AS old_rec_id, p.serving_id AS old_serving_id, p.shopper AS old_shopper
    FROM recommendations_interaction AS p
    CROSS JOIN LATERAL ({LAST_TOUCH.format(buyer="p.owner")}) AS t
    WHERE p.kind = 'purchase' AND p.owner = %s
      AND (p.rec_id, p.shopper) IS DISTINCT FROM (t.rec_id, t.shopper)
), moved AS (
    UPDATE recommendations_interaction AS p
    SET rec_id = f.rec_id, serving_id = f.serving_id, shopper = f.shopper
    FROM found AS f WHERE p.event = f.event
)
SELECT event, rec_id, 'purchase', serving_id, shopper, ts, price, 1 FROM found
UNION ALL
SELECT event, old_rec_id, 'purchase', old_serving_id, old_shopper, ts, price, -1 FROM found
"""  # noqa: S608


class CountedEvent(NamedTuple):
    """A new interaction (`units` 1), or a purchase whose earlier credit is withdrawn (-1)."""

    event: str
    rec_id: str
    kind: str
    serving: int
    shopper: str
    ts: int
    price: float
    units: int

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.ts / 1000, UTC).date()


def lock(cursor: CursorWrapper, found: Sequence[schema.Event]) -> None:
    """Lock these buyers until the transaction ends, waiting for other workers."""
    buyers = {e.shopper for e in found if isinstance(e, schema.Purchase | schema.Identify)}
    if buyers:
        # The same order in every worker prevents deadlocks.
        cursor.execute(LOCK, [sorted(buyers)])


def touch(cursor: CursorWrapper, rows: Sequence[tuple[object, ...]]) -> list[CountedEvent]:
    """Store touches and impressions (event, rec_id, kind, serving, shopper, article, ts)."""
    whole = [(*row[:5], "", *row[5:], 0.0) for row in rows]
    return _returned(cursor, INSERT_TOUCHES, whole)


def buy(cursor: CursorWrapper, bought: Sequence[schema.Purchase]) -> list[CountedEvent]:
    """Store purchases; one without a known touch waits for it."""
    rows = [(e.id, e.shopper, e.article, e.ts, e.price) for e in bought]
    return _returned(cursor, INSERT_PURCHASES, rows)


def hand_over(cursor: CursorWrapper, event: schema.Identify) -> list[CountedEvent]:
    """Assign the anonymous shopper's touches so far to the customer, for their purchases too."""
    cursor.execute(HAND_OVER, [event.shopper, event.anonymous])
    if not cursor.rowcount:
        return []
    cursor.execute(RECREDIT, [event.shopper])
    return _counted(cursor.fetchall())


def _returned(
    cursor: CursorWrapper, statement: str, rows: Sequence[tuple[object, ...]]
) -> list[CountedEvent]:
    if not rows:
        return []
    return _counted(execute_values(cursor.cursor, statement, rows, page_size=len(rows), fetch=True))


def _counted(rows: Sequence[tuple[object, ...]]) -> list[CountedEvent]:
    """The interactions without purchases that are credited to nothing."""
    return [CountedEvent._make(row) for row in rows if row[3] is not None]
