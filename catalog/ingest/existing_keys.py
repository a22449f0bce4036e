"""Keys that are already in the tables, read by binary COPY."""

import numpy as np
import numpy.typing as npt
from django.db import connection

from catalog.ingest.copying import ARTICLE_ROW, CUSTOMER_ROW, CUSTOMER_TEXT_ROW, copy_out
from catalog.ingest.keys import LONGEST, CustomerKeys

CUSTOMERS, EVER = "SELECT customer_id, id FROM catalog_customer", "TABLE catalog_customerkey"
HAS_TEXTS = (
    "SELECT EXISTS (SELECT FROM ({}) AS c (id, key) WHERE length(id) <> 64 OR id ~ '[^0-9a-f]')"
)
HEX = "SELECT decode(id, 'hex'), key FROM ({}) AS c (id, key)"
# Zero-padded to a fixed length of 64.
TEXT = (
    "SELECT substr(convert_to(id, 'UTF8') || decode(repeat('00', 64), 'hex'), 1, 64), key "
    "FROM ({}) AS c (id, key)"
)


def known_customers(query: str = CUSTOMERS) -> CustomerKeys:
    """The customers, or by the query EVER those who have ever had a key."""
    with connection.cursor() as cursor:
        cursor.execute(HAS_TEXTS.format(query))
        (has_texts,) = cursor.fetchone()
    if has_texts:
        rows = copy_out(TEXT.format(query), CUSTOMER_TEXT_ROW)
        words = rows["id"].astype(f"S{LONGEST}").view(np.uint64).reshape(len(rows), -1)
    else:
        rows = copy_out(HEX.format(query), CUSTOMER_ROW)
        words = rows["id"].astype(np.uint64)
    return CustomerKeys(words, rows["key"].astype(np.int32))


def known_articles() -> npt.NDArray[np.int32]:
    """Sorted."""
    return np.sort(copy_out("SELECT id FROM catalog_article", ARTICLE_ROW)["key"].astype(np.int32))
