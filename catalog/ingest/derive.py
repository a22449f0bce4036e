"""Derived data: article summaries, statistics."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import cast

from django.db import connection
from psycopg2.sql import SQL, Identifier

from catalog.ingest import partitions
from catalog.money import price

RECENT_DAYS = 28

# The price of a never-sold article: the median of its product, else of its type, else of all.
SUMMARIES = """
WITH sold AS MATERIALIZED (
    SELECT article_id, sum(units) AS units, min(first_sold) AS first_sold,
        max(last_sold) AS last_sold
    FROM catalog_articleweek GROUP BY article_id
), last_sale AS (
    SELECT DISTINCT ON (article_id) article_id, price
    FROM sold JOIN catalog_articleweek USING (article_id, last_sold)
    ORDER BY article_id, id DESC
), recent AS (
    SELECT article_id, count(*) AS units FROM catalog_transaction
    WHERE t_dat > %(last)s::date - %(recent_days)s GROUP BY article_id
), known AS (
    SELECT a.id, a.product_id, a.product_type_id, l.price
    FROM catalog_article a LEFT JOIN last_sale l ON l.article_id = a.id
), by_product AS (
    SELECT product_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS price
    FROM known WHERE price IS NOT NULL GROUP BY product_id
), by_type AS (
    SELECT product_type_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS price
    FROM known WHERE price IS NOT NULL GROUP BY product_type_id
), overall AS (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS price FROM known
)
INSERT INTO catalog_articlesummary
    (article_id, price, price_is_estimated, units, units_recent, first_sold, last_sold, has_picture)
SELECT k.id, coalesce(k.price, p.price, t.price, o.price, %(price_without_sales)s),
    k.price IS NULL,
    coalesce(s.units, 0), coalesce(r.units, 0), s.first_sold, s.last_sold, false
FROM known k
LEFT JOIN sold s ON s.article_id = k.id
LEFT JOIN recent r ON r.article_id = k.id
LEFT JOIN by_product p USING (product_id)
LEFT JOIN by_type t USING (product_type_id)
CROSS JOIN overall o
"""

# The price, in money, if the catalogue has no sales at all.
AMOUNT_WITHOUT_SALES = Decimal(15)


def fill_summaries() -> None:
    """Inside a transaction: replace all rows of ArticleSummary."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_articlesummary")
        values = {
            "last": last_day(),
            "recent_days": RECENT_DAYS,
            "price_without_sales": price(AMOUNT_WITHOUT_SALES),
        }
        cursor.execute(SUMMARIES, values)


def last_day() -> date | None:
    """The day of the latest transaction, from the latest month that has any."""
    with connection.cursor() as cursor:
        for table in reversed(partitions.attached()):
            cursor.execute(SQL("SELECT max(t_dat) FROM {}").format(Identifier(table)))
            if found := cursor.fetchone()[0]:
                return cast("date", found)
    return None


def mark_pictures(pictured: Collection[int]) -> tuple[int, int, int]:
    """Set has_picture where it changed.

    Returns the number of articles without a picture, pictures without an article, and changes.
    """
    keys = list(pictured)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_articlesummary s SET has_picture = NOT has_picture "
            "WHERE has_picture <> (article_id = ANY (%s))",
            [keys],
        )
        changed = cursor.rowcount
        cursor.execute(
            "SELECT count(*) FILTER (WHERE NOT has_picture), count(*) FILTER (WHERE has_picture) "
            "FROM catalog_articlesummary"
        )
        missing, found = cursor.fetchone()
    return missing, len(keys) - found, changed


def analyze(*tables: str) -> None:
    """Update planner statistics; a month's partition is analysed when it is built."""
    only = "ONLY" if connection.get_database_version() >= (18,) else ""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {only} {table}")
