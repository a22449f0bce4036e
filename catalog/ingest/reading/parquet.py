"""Reads Parquet, one file or a folder of parts, as blocks of text rows like any other file."""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.ingest.errors import IngestError
from catalog.ingest.reading import columns
from catalog.ingest.reading.dialect import named
from catalog.ingest.reading.position import Position, Prefix
from catalog.ingest.reading.records import CELLS, Records, Types
from catalog.ingest.reading.source import Source, check_header, fingerprint, with_values

# Assumed size of a row as text, to convert a block's size in bytes to rows.
BYTES_A_ROW = 128
IDS = ("article_id", "customer_id")
ROUNDING = (pa.float16(), pa.float32())
BINARY = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
TAIL = 8  # the footer's length and the magic number PAR1


@dataclass(frozen=True)
class ParquetSource(Source):
    """`header` ends with what Hive, Spark and DuckDB write into the folders' names
    (t_dat=2020-09-22). Parts may order their columns differently."""

    @property
    def unit(self) -> str:
        return "row"

    def rows(self, start: Position, block_bytes: int, types: Types | None) -> Iterator[Records]:
        before = crc = 0
        size = max(1, block_bytes // BYTES_A_ROW)
        for part in self.parts:
            values = values_in_path(part, columns.known(self.name))
            with opened(part) as file:
                crc = footer_crc(part, crc)
                after = before + file.metadata.num_rows
                if after > start.offset:
                    skipped = max(0, start.offset - before)
                    names = names_in(part, file, self.name)
                    own = dict(zip(names, file.schema_arrow.names, strict=True))
                    wanted = [name for name in self.shown if name in own]
                    for table in batches(file, [own[name] for name in wanted], skipped, size):
                        texts = partial(as_texts, table, wanted, values)
                        typed = as_typed(table.rename_columns(wanted), types) if types else None
                        yield records(texts, typed, before + skipped, crc)
                        skipped += table.num_rows
                before = after
        if before <= start.offset:
            empty = pa.table({name: pa.array([], CELLS) for name in self.shown})
            yield records(lambda: empty, None, start.offset, start.crc)

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
    rows, known = 0, columns.known(name)
    header: tuple[str, ...] = ()
    for part in parts:
        with opened(part) as file:
            rows += file.metadata.num_rows
            names = (*names_in(part, file, name), *values_in_path(part, known))
        header = header or names
        if {*header}.intersection(known) != {*names}.intersection(known):
            raise IngestError(f"{part}: its columns differ from those of {parts[0].name}.")
    check_header(name, path, header)
    return ParquetSource(
        name, path, tuple(parts), header, rows, fingerprint(parts), Position(0, 0, 0)
    )


def values_in_path(part: Path, wanted: Sequence[str]) -> dict[str, str]:
    """Values of our columns in the names of a part's folders."""
    pairs = [piece.partition("=") for piece in part.parent.parts if "=" in piece]
    found = {named([key], wanted)[0]: unquote(value) for key, _sign, value in pairs}
    return {k: "" if value == HIVE_NULL else value for k, value in found.items() if k in wanted}


def names_in(part: Path, file: pq.ParquetFile, name: str) -> tuple[str, ...]:
    """Our names of the columns. Raise IngestError for one of ours with several values a row."""
    schema = file.schema_arrow
    try:
        header = named(schema.names, columns.known(name))
    except ValueError as error:
        raise IngestError(f"{part}: {error}.") from None
    for field, column in zip(schema, header, strict=True):
        if column in columns.known(name) and pa.types.is_nested(field.type):
            raise IngestError(f"{part}: column {field.name} is {field.type}, not a single value.")
        if column in IDS and field.type in ROUNDING:
            raise IngestError(
                f"{part}: column {field.name} is {field.type}, which rounds ids of eight digits or "
                "more: write it as text or int64."
            )
    return header


@contextmanager
def opened(part: Path) -> Iterator[pq.ParquetFile]:
    try:
        # Reading a row group ahead takes more time and memory than it saves on a local disk.
        with pq.ParquetFile(part, pre_buffer=False) as file:
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


def as_typed(table: pa.Table, types: Types) -> pa.Table | None:
    """The table's columns as these types; None unless each has a kin of it, and no nulls."""
    names = [name for name in types if name in table.column_names]
    if names != list(types) or not all(are_kin(table[name].type, types[name]) for name in names):
        return None
    try:
        typed = table.select(names).cast(pa.schema(types))
    except pa.ArrowInvalid:
        return None
    return None if any(column.null_count for column in typed.columns) else typed


def are_kin(found: pa.DataType, kind: pa.DataType) -> bool:
    """Whether a cast reads the same value as the spelled text would be read."""
    if pa.types.is_string(found) or pa.types.is_large_string(found):
        return True
    if pa.types.is_date32(kind):
        return found == kind or (pa.types.is_timestamp(found) and not found.tz)
    if pa.types.is_floating(kind):
        return bool(pa.types.is_floating(found))
    return bool(pa.types.is_integer(kind) and pa.types.is_integer(found))


def as_texts(table: pa.Table, names: list[str], values: Mapping[str, str]) -> pa.Table:
    """Dictionary-encodes every column as text, null as empty text; with the values of its path."""
    return with_values(pa.table(list(map(as_cells, table.columns)), names=names), values)


def as_cells(chunked: pa.ChunkedArray) -> pa.Array:
    column = pa.concat_arrays(chunked.chunks) if chunked.num_chunks else pa.array([], pa.string())
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
    """Distinct values as a text file would spell them; a moment by the clock of its time zone."""
    kind = values.type
    if pa.types.is_floating(kind):
        return pa.array([number(value) for value in values.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind) and kind.tz:
        return pc.local_timestamp(values).cast(pa.string())
    if any(is_kind(kind) for is_kind in BINARY):
        return text_or_digits(values)
    return values.cast(pa.string())


def text_or_digits(values: pa.Array) -> pa.Array:
    """Bytes as the text they are, else as hexadecimal digits, as for ids stored raw."""
    with suppress(pa.ArrowInvalid):
        texts = values.cast(pa.binary()).cast(pa.string())
        if pc.all(pc.utf8_is_printable(texts)).as_py() is not False:
            return texts
    return pa.array([None if v is None else v.hex() for v in values.to_pylist()], pa.string())


def number(value: float | None) -> str | None:
    """An integer without exponent, as needed for ids."""
    if value is None or value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1 << 53 else repr(value)


def records(
    texts: Callable[[], pa.Table], typed: pa.Table | None, before: int, crc: int
) -> Records:
    table = texts() if typed is None else typed
    places = before + np.arange(1, table.num_rows + 1)
    end = before + table.num_rows
    return Records(
        table, places, places, [], Position(end, end, end, crc),
        texts=None if typed is None else texts,
    )  # fmt: skip


def footer_crc(part: Path, crc: int) -> int:
    """The CRC of the values in a file's path and of its footer, which describes each row group."""
    size = part.stat().st_size
    crc = zlib.crc32("".join(piece for piece in part.parent.parts if "=" in piece).encode(), crc)
    with part.open("rb") as file:
        file.seek(size - TAIL)
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(0, size - TAIL - length))
        return zlib.crc32(file.read(), crc)
