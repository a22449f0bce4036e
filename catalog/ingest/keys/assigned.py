"""Customer keys are assigned once: no ingest ever gives a customer's key to somebody else."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import connection
from django.db.models import Max

from catalog.ingest.keys.existing import EVER, known_customers
from catalog.ingest.keys.lookup import UNKNOWN
from catalog.models import Customer, CustomerKey

KEEP = (
    "INSERT INTO catalog_customerkey (customer_id, key)"
    " SELECT customer_id, id FROM catalog_customer ON CONFLICT DO NOTHING"
)


def save_keys() -> None:
    """Save every customer's key before the rows are deleted."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP)


Numbers = npt.NDArray[np.int64]


def keys_of(ids: pa.ChunkedArray, numbers: Numbers) -> Numbers:
    """Keys for customers without a row: the one they had before, else a new one.

    New keys are the row numbers in the file (`numbers`), shifted past all keys ever assigned where
    those are taken.
    """
    if not len(numbers):
        return numbers
    new: Numbers = numbers + max(0, highest() - int(numbers.min()) + 1)
    before = known_customers(EVER).find_ids(ids.combine_chunks())
    keys: Numbers = np.where(before == UNKNOWN, new, before)
    return keys


def highest() -> int:
    """The highest key ever assigned, or 0."""
    given = CustomerKey.objects.aggregate(most=Max("key"))["most"] or 0
    return max(given, Customer.objects.aggregate(most=Max("pk"))["most"] or 0)
