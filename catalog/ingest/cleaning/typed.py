"""Sales whose cells are numbers and days already, as nearly all blocks' are: checked by column."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.cleaning.transactions import Transactions, clean_transactions, is_known
from catalog.ingest.keys.lookup import UNKNOWN, CustomerKeys, KnownKeys
from catalog.ingest.reading.cells import ONLINE, STORE
from catalog.ingest.reading.records import Records
from catalog.quantities import MAX_PRICE

DAYS_SINCE_1970 = 10_957  # of 2000-01-01
LAST_DAY = 36_524  # 2099-12-31


def clean(records: Records, known: KnownKeys) -> tuple[Records, Transactions]:
    """A block's usable sales. The records have text columns if not all of them are usable."""
    if records.texts:
        if found := clean_typed(records.table, known):
            return records, found
        records = records.as_text()
    return records, clean_transactions(records.table, known)


def clean_typed(table: pa.Table, known: KnownKeys) -> Transactions | None:
    """The sales of a table with the columns of columns.TYPES; None unless all are usable."""
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    found = Transactions(
        np.arange(table.num_rows),
        columns["t_dat"].cast(pa.int32()).to_numpy() - np.int32(DAYS_SINCE_1970),
        keys_of(columns["customer_id"], known.customers),
        columns["article_id"].to_numpy(),
        columns["price"].to_numpy(),
        columns["sales_channel_id"].to_numpy(),
        {},
    )
    return found if all(checks(found, known)) else None


def checks(found: Transactions, known: KnownKeys) -> Iterator[bool]:
    if not len(found.rows):
        return
    yield bool((found.customers != UNKNOWN).all())
    yield bool(is_known(pc.unique(pa.array(found.articles)).to_numpy(), known.articles).all())
    yield bool(found.days.min() >= 0 and found.days.max() <= LAST_DAY)
    # False for NaN too.
    yield bool(found.prices.min() > 0 and found.prices.max() <= MAX_PRICE)
    yield bool(found.channels.min() >= STORE and found.channels.max() <= ONLINE)


def keys_of(ids: pa.Array, customers: CustomerKeys) -> npt.NDArray[np.int32]:
    """Each customer's key, looked up once per basket: a basket's lines follow each other."""
    baskets = pc.run_end_encode(ids)
    ends = baskets.run_ends.to_numpy()
    return np.repeat(customers.find_ids(baskets.values), np.diff(ends, prepend=np.int32(0)))
