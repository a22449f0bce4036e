"""Reads Parquet, one file or a folder of parts, as blocks of text rows like any other file."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.ingest.errors import IngestError
from catalog.ingest.reading import columns
from catalog.ingest.reading.dialect import named
from catalog.ingest.reading.position import Position, Prefix
from catalog.ingest.reading.records import CELLS, Records
from catalog.ingest.reading.source import Source, check_header, fingerprint

# Assumed size of a row as text, to convert a block's size in bytes to rows.
BYTES_A_ROW = 128
TAIL = 8  # the footer's length and the magic number PAR1


@dataclass(frozen=True)
class ParquetSource(Source):
    """`own` are the file's column names, in the order of `header`."""

    own: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        return "row"

    def rows(self, start: Position, block_bytes: int) -> Iterator[Records]:
        before = crc = 0
        size = max(1, block_bytes // BYTES_A_ROW)
        wanted = [place for place, name in enumerate(self.header) if name in self.shown]
        for part in self.parts:
            with opened(part) as file:
                crc = footer_crc(part, crc)
                after = before + file.metadata.num_rows
                if after > start.offset:
                    skipped = max(0, start.offset - before)
                    names = [self.own[place] for place in wanted]
                    for table in batches(file, names, skipped, size):
                        renamed = as_texts(table, [self.header[place] for place in wanted])
                        number = before + skipped
                        yield records(renamed, number, crc)
                        skipped += table.num_rows
                before = after
        if before <= start.offset:
            empty = pa.table({name: pa.array([], CELLS) for name in self.shown})
            yield records(empty, start.offset, start.crc)

    @property
    def shown(self) -> Sequence[str]:
        return [name for name in columns.known(self.name) if name in self.header]

    def compare(self, position: Position) -> Prefix:
        rows = crc = 0
        for part in self.parts:
            if rows >= position.offset:
                break
            crc = footer_crc(part, crc)
            with opened(part) as file:
                rows += file.metadata.num_rows
        if rows < position.offset or crc != position.crc:
            return Prefix.OTHER
        return Prefix.ALL if self.size == position.offset else Prefix.MORE


def parquet_source(name: str, path: Path, parts: Sequence[Path]) -> ParquetSource:
    rows, own = 0, None
    for part in parts:
        with opened(part) as file:
            rows += file.metadata.num_rows
            names = tuple(file.schema_arrow.names)
        if own is not None and names != own:
            raise IngestError(f"{part}: its columns differ from those of {parts[0].name}.")
        own = names
    try:
        header = named(list(own or ()), columns.known(name))
    except ValueError as error:
        raise IngestError(f"{path}: {error}.") from None
    check_header(name, path, header)
    return ParquetSource(
        name, path, tuple(parts), header, rows, fingerprint(parts), Position(0, 0, 0), own or ()
    )


@contextmanager
def opened(part: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(part) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise IngestError(f"{part} is damaged or truncated: {error}") from error


def batches(file: pq.ParquetFile, names: list[str], skipped: int, size: int) -> Iterator[pa.Table]:
    """The rows after the first `skipped`; earlier row groups aren't read."""
    groups, passed = list(range(file.num_row_groups)), 0
    while groups and passed + file.metadata.row_group(groups[0]).num_rows <= skipped:
        passed += file.metadata.row_group(groups.pop(0)).num_rows
    skipped -= passed
    for batch in file.iter_batches(size, row_groups=groups, columns=names, use_threads=False):
        table = pa.Table.from_batches([batch]).slice(skipped)
        skipped = max(0, skipped - batch.num_rows)
        if table.num_rows:
            yield table.select(names)


def as_texts(table: pa.Table, names: list[str]) -> pa.Table:
    """Dictionary-encodes every column as text; null becomes empty text."""
    return pa.table([as_cells(column.combine_chunks()) for column in table.columns], names=names)


def as_cells(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    encoded = column.dictionary_encode()
    texts = pc.fill_null(as_text(encoded.dictionary), "")
    codes = encoded.indices
    if codes.null_count:
        empty = len(texts)
        texts = pa.concat_arrays([texts, pa.array([""])])
        codes = pc.fill_null(codes, empty)
    return pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), texts)


def as_text(values: pa.Array) -> pa.Array:
    """Distinct values as a text file would spell them."""
    kind = values.type
    if pa.types.is_floating(kind):
        return pa.array([number(value) for value in values.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if v is None else v.hex() for v in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def number(value: float | None) -> str | None:
    """An integer without exponent, as needed for ids."""
    if value is None or value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1 << 53 else repr(value)


def records(table: pa.Table, before: int, crc: int) -> Records:
    places = before + np.arange(1, table.num_rows + 1)
    end = before + table.num_rows
    return Records(table, places, places, [], Position(end, end, end, crc))


def footer_crc(part: Path, crc: int) -> int:
    """The CRC of a file's footer, which describes each row group's location and content."""
    size = part.stat().st_size
    with part.open("rb") as file:
        file.seek(size - TAIL)
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(0, size - TAIL - length))
        return zlib.crc32(file.read(), crc)
