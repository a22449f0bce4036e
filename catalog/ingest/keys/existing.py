"""Keys that are already in the tables, read by binary COPY."""

import numpy as np
import numpy.typing as npt
from django.db import connection

from catalog.columns import copy_columns
from catalog.ingest.keys.lookup import HEX_WORDS, LONGEST, TEXT_WORDS, CustomerKeys

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
        rows = copy_columns(TEXT.format(query), {"id": f"S{LONGEST}", "key": ">i4"})
        return CustomerKeys(rows["id"].view(np.uint64).reshape(-1, TEXT_WORDS), rows["key"])
    rows = copy_columns(HEX.format(query), {"id": f"({HEX_WORDS},)>u8", "key": ">i4"})
    return CustomerKeys(rows["id"], rows["key"])


def known_articles() -> npt.NDArray[np.int32]:
    """Sorted."""
    return copy_columns("SELECT id FROM catalog_article ORDER BY id", {"id": ">i4"})["id"]
