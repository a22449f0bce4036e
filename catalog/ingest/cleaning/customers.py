"""customers.csv: an id, and optional attributes."""

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.cleaning.outcome import Cleaned, cleaned, texts
from catalog.ingest.keys.lookup import LONGEST
from catalog.ingest.reading import cells
from catalog.ingest.reading.cells import NEWS, Decoded, decode, distinct
from catalog.ingest.reading.identifiers import are_hex, canonical


def clean_customers(table: pa.Table) -> Cleaned:
    """Customers without any attributes are valid."""
    news = decode(table[NEWS], cells.news, pa.string(), optional=True)
    columns = {"customer_id": customer_ids(table["customer_id"])}
    for name in ("FN", "Active"):
        columns[name] = decode(
            table[name], partial(cells.flag, name=name), pa.bool_(), optional=True
        )
    columns |= {
        "club_member_status": texts(table, "club_member_status", 20),
        NEWS: Decoded(news.values.fill_null(""), news.codes, emptied=news.emptied),
        "age": decode(table["age"], cells.age, pa.int16(), optional=True),
        "postal_code": texts(table, "postal_code", 64),
    }
    return cleaned(columns, table.num_rows)


def customer_ids(column: pa.ChunkedArray) -> Decoded:
    """Ids in canonical form; decoded separately because nearly all of them are distinct."""
    found, codes = distinct(column)
    ids = canonical(found)
    if are_hex(ids):
        return Decoded(ids, codes)
    return Decoded(ids, codes, faults_of(ids))


def faults_of(ids: pa.Array) -> dict[int, str]:
    """What is wrong with invalid ids, by index."""
    sizes = pc.binary_length(ids).to_numpy()
    faults = dict.fromkeys(
        np.flatnonzero(sizes > LONGEST).tolist(), f"customer_id is longer than {LONGEST} bytes"
    )
    for place in np.flatnonzero(sizes <= max(map(len, cells.NOTHING))).tolist():
        if cells.is_nothing(ids[place].as_py()):
            faults[place] = "customer_id is empty"
    header = pc.equal(pc.ascii_lower(ids), "customer_id").to_numpy(zero_copy_only=False)
    faults |= dict.fromkeys(np.flatnonzero(header).tolist(), "the header again")
    unfit = pc.match_substring_regex(ids, r"\x00").to_numpy(zero_copy_only=False)
    return faults | dict.fromkeys(
        np.flatnonzero(unfit).tolist(), "customer_id contains a NUL character"
    )
