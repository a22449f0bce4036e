"""Executors read PostgreSQL by themselves, with the queries of the local engine.

Imported before Django is set up: models may only be imported inside the functions.
"""

from collections.abc import Iterator

import django
import pyarrow as pa

Batches = Iterator[pa.RecordBatch]


def copied_sales(months: Batches) -> Batches:
    """The sales of each month, given by its `first` and `last` day."""
    django.setup()
    from catalog.columns import copy_columns
    from recommendations.dataset.load import SALE_COLUMNS, SALES

    for batch in months:
        for month in batch.to_pylist():
            query = SALES.format(month["first"], month["last"])
            yield pa.record_batch(copy_columns(query, SALE_COLUMNS))


def copied_ages(once: Batches) -> Batches:
    """All ages that are known."""
    django.setup()
    from catalog.columns import copy_columns
    from recommendations.dataset.load import AGE_COLUMNS, AGES

    for _ in once:
        yield pa.record_batch(copy_columns(AGES, AGE_COLUMNS))
