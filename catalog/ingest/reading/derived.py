"""Customers of a data set without customers.csv: those of the sales, with nothing but an id."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.ingest.reading.cells import is_nothing
from catalog.ingest.reading.columns import CUSTOMERS, REQUIRED
from catalog.ingest.reading.identifiers import canonical
from catalog.ingest.reading.position import Position, Prefix
from catalog.ingest.reading.records import Records, Types
from catalog.ingest.reading.source import Source

KEY = "customer_id"


@dataclass(frozen=True)
class SalesCustomers(Source):
    """Each customer id of the sales once, in the order of the first sales.

    Positions are those of the sales, with the number of customers so far for `rows`. The sales are
    always read from their beginning, because the ids before a position aren't stored.
    """

    sales: Source

    @property
    def is_derived(self) -> bool:
        return True

    def rows(self, start: Position, block_bytes: int, types: Types | None) -> Iterator[Records]:
        seen, number = pa.array([], pa.string()), 0
        for records in self.sales.read(self.sales.start, block_bytes):
            ids = canonical(pa.array(records.table[KEY].to_pylist(), pa.string()))
            first = first_places(ids, seen)
            numbers = number + np.arange(1, len(first) + 1)
            seen = pa.concat_arrays([seen, ids.take(pa.array(first))])
            number += len(first)
            lines = records.lines[first]
            after = lines > start.line
            table = pa.table({KEY: ids.take(pa.array(first[after]))})
            end = replace(records.end, rows=number)
            yield Records(table, lines[after], numbers[after], [], end)

    def compare(self, position: Position) -> Prefix:
        return self.sales.compare(position)


def first_places(ids: pa.Array, seen: pa.Array) -> "np.typing.NDArray[np.intp]":
    """The rows where ids that haven't been seen occur first."""
    encoded = ids.dictionary_encode()
    known = pc.is_valid(pc.index_in(encoded.dictionary, seen)).to_numpy(zero_copy_only=False)
    nothing = np.array(list(map(is_nothing, encoded.dictionary.to_pylist())), bool)
    first = np.unique(encoded.indices.to_numpy(), return_index=True)[1]
    return np.asarray(np.sort(first[~known & ~nothing]))


def customers_of(sales: Source) -> SalesCustomers:
    return SalesCustomers(
        CUSTOMERS, sales.path, sales.parts, REQUIRED[CUSTOMERS], sales.size,
        sales.fingerprint, sales.start, sales,
    )  # fmt: skip
