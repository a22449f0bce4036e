"""Keys that are already in the tables, read by binary COPY."""

import numpy as np
import numpy.typing as npt
from django.db import connection

from catalog.ingest.copying import ARTICLE_ROW, CUSTOMER_ROW, CUSTOMER_TEXT_ROW, copy_out
from catalog.ingest.keys import LONGEST, CustomerKeys

HAS_TEXTS = (
    "SELECT EXISTS (SELECT FROM catalog_customer "
    "WHERE length(customer_id) <> 64 OR customer_id ~ '[^0-9a-f]')"
)
HEX = "SELECT decode(customer_id, 'hex'), id FROM catalog_customer"
# Zero-padded to a fixed length of 64.
TEXT = (
    "SELECT substr(convert_to(customer_id, 'UTF8') || decode(repeat('00', 64), 'hex'), 1, 64), id "
    "FROM catalog_customer"
)


def known_customers() -> CustomerKeys:
    with connection.cursor() as cursor:
        cursor.execute(HAS_TEXTS)
        (has_texts,) = cursor.fetchone()
    if has_texts:
        rows = copy_out(TEXT, CUSTOMER_TEXT_ROW)
        words = rows["id"].astype(f"S{LONGEST}").view(np.uint64).reshape(len(rows), -1)
    else:
        rows = copy_out(HEX, CUSTOMER_ROW)
        words = rows["id"].astype(np.uint64)
    return CustomerKeys(words, rows["key"].astype(np.int32))


def known_articles() -> npt.NDArray[np.int32]:
    """Sorted."""
    return np.sort(copy_out("SELECT id FROM catalog_article", ARTICLE_ROW)["key"].astype(np.int32))
