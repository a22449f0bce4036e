"""The customers an export is requested for: each once, by our key."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalog.ingest.cleaning.customers import customer_ids
from catalog.ingest.errors import IngestError
from catalog.ingest.keys.existing import known_customers
from catalog.ingest.keys.lookup import UNKNOWN, first_occurrences
from catalog.ingest.reading.identifiers import are_hex
from catalog.ingest.reading.opening import open_source
from catalog.ingest.reading.records import Records
from streaming.identity.tombstones import erased_customers

BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class Customers:
    """`ids` in the file's order without duplicates; `keys` are ours, UNKNOWN for strangers and
    erased customers. `repeated` counts duplicate rows."""

    ids: pa.Array
    keys: npt.NDArray[np.int32]
    repeated: int

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def are_kaggles(self) -> bool:
        """Whether every id is valid in a Kaggle submission."""
        return are_hex(self.ids)

    def batches(self, skip: int, size: int) -> Iterator[list[tuple[str, int | None]]]:
        """The customers after the first `skip`, with None as the key of unknown ones."""
        for start in range(skip, len(self), size):
            keys = self.keys[start : start + size].tolist()
            ids = self.ids[start : start + size].to_pylist()
            yield [
                (name, None if key == UNKNOWN else key) for name, key in zip(ids, keys, strict=True)
            ]


def read_customers(path: Path) -> Customers:
    """The column customer_id of any file that the ingest can read. Raise IngestError."""
    source = open_source("customers", path)
    blocks = [ids_in(path, records) for records in source.read(source.start, BLOCK_BYTES)]
    ids = pa.concat_arrays(blocks)
    first = first_occurrences(ids)
    once = ids.take(pa.array(first))
    keys = known_customers().find_ids(once)
    keys[np.isin(keys, sorted(erased_customers()))] = UNKNOWN
    return Customers(once, keys, len(ids) - len(once))


def ids_in(path: Path, records: Records) -> pa.Array:
    """A block's ids. Raise IngestError for the first row without one."""
    found = customer_ids(records.table["customer_id"])
    faults = [(reject.line, reject.reason) for reject in records.malformed]
    faults += [
        (int(records.lines[row]), found.errors[int(found.codes[row])]) for row in found.bad_rows()
    ]
    if faults:
        line, reason = min(faults)
        raise IngestError(f"{path}: line {line}: {reason}.")
    return found.column()
