"""The shop's orders in the lake, a row for each unit, as the files have a line for each.

Only orders of known customers; an erased customer's are nobody's.
"""

from typing import Final

from django.conf import settings

from catalog.lake.tables import COLUMNS, TABLES, Table

STATES: Final = """
SELECT date_trunc('month', placed_at AT TIME ZONE 'UTC')::date, sum(quantity), sum(line.id),
    sum(customer_id)
FROM storefront_order o JOIN storefront_orderline line ON order_id = o.id
WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY 1
"""
UNITS: Final = """
SELECT line.id, (placed_at AT TIME ZONE 'UTC')::date - date '1970-01-01', customer_id, article_id,
    (price / PRICE_UNIT)::real, 2
FROM storefront_order o JOIN storefront_orderline line ON order_id = o.id,
    generate_series(1, quantity)
WHERE customer_id IS NOT NULL AND placed_at >= '{} UTC' AND placed_at < '{} UTC'
ORDER BY placed_at, line.id
""".replace("PRICE_UNIT", str(settings.PRICE_UNIT))
TABLES.append(Table("orders", STATES, UNITS, COLUMNS))
