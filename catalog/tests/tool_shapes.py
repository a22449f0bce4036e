"""What other tools write: formatted numbers, dumps, lake tables, parts that don't fit together."""

import bz2
import datetime as dt
import gzip
import io
import lzma
import pickle
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.orc as orc
import pyarrow.parquet as pq

from catalog.tests import shapes
from catalog.tests.odd_shapes import MARK, NOT_WHOLE, everywhere, in_line, instead, typed
from catalog.tests.shapes import A, C, Change, Shape, Spoil, T, cells, column, parquet, text

MOSTLY = (3, 3, 5)


def grouped(sign: str) -> Callable[[str], str]:
    """123456789 as 123,456,789."""
    return lambda key: f"{int(key):,}".replace(",", sign)


def mixed_ends(data: bytes) -> bytes:
    ends = (b"\n", b"\r\n", b"\r", b"\n\n")
    return b"".join(line + ends[n % 4] for n, line in enumerate(data.splitlines()))


def psql(data: bytes) -> bytes:
    header, *rows = cells(data)
    lines = [" | ".join(header), "-+-".join("-" * len(name) for name in header)]
    return "\n".join([*lines, *map(" | ".join, rows), "(6 rows)", ""]).encode()


def quoted_whole(data: bytes) -> bytes:
    return b"".join(b'"' + line + b'"\n' for line in data.splitlines())


def blanks_after_commas(data: bytes) -> bytes:
    return b"".join(
        b", ".join(b'"' + cell.encode() + b'"' for cell in row) + b"\n" for row in cells(data)
    )


def months(day: str) -> str:
    return dt.date.fromisoformat(day).strftime("%d %b %Y")


def in_each(change: Callable[[str], str]) -> Spoil:
    return text(T, column(T, "t_dat", change))


NO_DAY = "100%.*t_dat is not a date"
DAYS: dict[str, tuple[Callable[[str], str], str]] = {
    "eight digits as floats": (lambda day: f"{day.replace('-', '')}.0", ""),
    "an offset": ("{}T23:30:00+05:30".format, ""),
    "words of a day": (months, f"{NO_DAY}.*2020-09-22"),
    "serial days with hours": (lambda day: f"4407{day[-1]}.5", f"{NO_DAY}: it is a number"),
    "milliseconds since 1970": (lambda day: f"159891840{day[-1]}000", f"{NO_DAY}: it is a number"),
    "months alone": (lambda day: day[:7], NO_DAY),
    "weeks": (lambda _: "2020-W36-2", NO_DAY),
}
SALES: dict[str, tuple[Change, str]] = {
    "every line end": (mixed_ends, ""),
    "a table of psql": (psql, ""),
    "lines quoted whole": (quoted_whole, "quoted as a whole"),
    "quotes after blanks": (blanks_after_commas, ""),
    "a quoted hint of Excel": (lambda data: b'"sep=,"\n' + data, ""),
    "a hint behind a mark": (
        lambda data: MARK + b"sep=;\r\n" + data.replace(b",", b";").replace(b"\n", b"\r\n"), "",
    ),
    "a hint in UTF-16": (lambda data: ("sep=,\n" + data.decode()).encode("utf-16"), ""),
    "apostrophes for quotes": (
        column(T, "t_dat", "'{}'".format), "100%.*t_dat is not a date",
    ),
    "currency after prices": (column(T, "price", "{} €".format), ""),
    "currency before prices": (column(T, "price", "$ {}".format), ""),
    "currency by name": (column(T, "price", "EUR {}".format), ""),
    "thousands in prices": (
        column(T, "price", lambda _: "1,299.00"), "100%.*price is above 60",
    ),
    "thousands with dots in prices": (
        column(T, "price", lambda _: "1.299,00 kr"), "100%.*price is above 60",
    ),
    "channels as floats": (column(T, "sales_channel_id", "{}.0".format), ""),
    "channels by name": (column(T, "sales_channel_id", lambda _: "Online"), ""),
    "a zero byte in a cell": (column(T, "price", lambda _: "0.01\0"), "price is not a number"),
    "SQL": (lambda data: b"INSERT INTO sales VALUES\n(1, 2);\n", "has no column"),
    "another order after half": (
        lambda data: data + shapes.columns_moved(data), "can't be used",
    ),
}  # fmt: skip
ARTICLES: dict[str, tuple[Change, str]] = {
    "inches in a cell": (lambda data: data.replace(b"Everyday", b'5" wide'), ""),
    "lines in cells": (
        column(A, "detail_desc", lambda _: 'Two\r\nlines, "so"\rand\n\nmore'), "",
    ),
    "odd separators of lines in cells": (
        column(A, "detail_desc", lambda _: "a\u2028b\x0bc\x0cd\x85e"), "",
    ),
    "zero bytes in names": (column(A, "prod_name", "{}\0".format), ""),
    "no name at all": (column(A, "prod_name", lambda _: " "), ""),
    "emoji": (column(A, "prod_name", "👗 {}".format), ""),
    "a header alone": (lambda data: data.partition(b"\n")[0] + b"\n", "100%.*unknown article"),
}  # fmt: skip


# --- Packed and named wrongly --------------------------------------------------------------------


def named(end: str, change: Change, name: str = T) -> Spoil:
    """The file's content changed, under another extension."""
    return instead(
        lambda path, data: path.with_name(f"{name}{end}").write_bytes(change(data)), name
    )


def frames(data: bytes) -> bytes:
    """Two Zstandard frames with one to be skipped between them, as pzstd writes."""
    skipped = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"size"
    half = len(data) // 2
    return shapes.zstandard(data[:half]) + skipped + shapes.zstandard(data[half:])


def lz4(data: bytes) -> bytes:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "lz4") as stream:
        stream.write(data)
    return bytes(packed.getvalue())


def as_orc(data: bytes) -> bytes:
    packed = io.BytesIO()
    orc.write_table(shapes.as_strings(data), packed)
    return packed.getvalue()


def twice_named(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for folder in ("old", "new"):
            archive.writestr(f"{folder}/{T}.csv", data)
    return packed.getvalue()


def packed_within(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{T}.csv.gz", gzip.compress(data))
    return packed.getvalue()


CUT = "damaged or truncated"
PACKED: dict[str, tuple[Spoil, str]] = {
    "plain named gz": (named(".csv.gz", bytes), ""),
    "plain named zip": (named(".zip", bytes), ""),
    "Parquet named gz": (named(".csv.gz", parquet), ""),
    "noise named gz": (named(".csv.gz", lambda data: bytes(range(256))), CUT),
    "zstandard in frames": (named(".csv.zst", frames), ""),
    "zstandard cut short": (named(".csv.zst", lambda data: shapes.zstandard(data)[:-9]), CUT),
    "bzip2 in streams": (
        named(".csv.bz2", lambda data: bz2.compress(data[:99]) + bz2.compress(data[99:])), "",
    ),
    "xz in streams": (
        named(".csv.xz", lambda data: lzma.compress(data[:99]) + lzma.compress(data[99:])), "",
    ),
    "LZ4": (named(".csv", lz4), ""),
    "gzip with zeros behind": (named(".csv.gz", lambda data: gzip.compress(data) + bytes(512)), ""),
    "gzip with noise behind": (named(".csv.gz", lambda data: gzip.compress(data) + b"noise"), CUT),
    "gzip of two headers": (
        named(".csv.gz", lambda data: gzip.compress(data) + gzip.compress(
            shapes.columns_moved(data))),
        "can't be used",
    ),
    "zip of two of the name": (named(".zip", twice_named), "holds 2"),
    "gzip within zip": (named(".zip", packed_within), f"{T}.csv.gz"),
    "ORC": (named(".csv", as_orc), "is an ORC file"),
    "a pickle": (
        named(".csv", lambda data: pickle.dumps(shapes.as_strings(data).to_pandas())),
        "is a Python pickle",
    ),
    "Avro": (named(".csv", lambda data: b"Obj\1\4\x16avro.codec" + data), "is an Avro file"),
    "HDF5": (named(".csv", lambda data: b"\x89HDF\r\n\x1a\n" + data), "is an HDF5 file"),
    "JSON": (named(".csv", lambda data: b'[{"t_dat": "2020-09-01"}]'), "is JSON"),
    "encrypted Parquet": (
        named(".parquet", lambda data: b"PARE" + data + b"PARE"), "is an encrypted Parquet",
    ),
}  # fmt: skip


# --- Parquet -------------------------------------------------------------------------------------


def rewritten(change: Callable[[pa.Table], pa.Table], name: str = T, **options: Any) -> Spoil:
    """The file as Parquet, with its table changed."""
    return named(
        ".parquet",
        lambda data: parquet(data, lambda text: change(shapes.as_typed(text)), **options),
        name,
    )


def of_pandas(index: str | None) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        frame = table.to_pandas()
        frame = frame.set_index(index) if index else frame[frame["price"] > 0]
        return pa.Table.from_pandas(frame, preserve_index=True)

    return change


def in_zone(zone: str) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        moments = table["t_dat"].cast(pa.timestamp("ns"))
        return table.set_column(0, "t_dat", pc.assume_timezone(moments, zone))

    return change


def one_by_one(path: Path, tables: list[pa.Table]) -> None:
    path.mkdir()
    for number, table in enumerate(tables):
        pq.write_table(table, path / f"part-{number}.parquet")


def in_halves(change: Callable[[pa.Table], pa.Table]) -> Spoil:
    """Two parts as Parquet, the second changed."""

    def write(path: Path, data: bytes) -> None:
        table = shapes.as_typed(data)
        one_by_one(path, [table.slice(0, 3), change(table.slice(3))])

    return instead(write)


def with_empty_parts(path: Path, data: bytes) -> None:
    table = shapes.as_typed(data)
    one_by_one(path, [table.slice(0, 0), table.slice(0, 4), table.slice(0, 0), table.slice(4)])


def by_month(path: Path, data: bytes) -> None:
    place = path / "year=2020" / "month=2020-09"
    place.mkdir(parents=True)
    pq.write_table(shapes.as_typed(data), place / "part-0.parquet")


def as_ids(kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(
        table.column_names.index("article_id"), "article_id", table["article_id"].cast(kind)
    )


PARQUET: dict[str, tuple[Spoil, str]] = {
    "an index of pandas": (rewritten(of_pandas(None)), ""),
    "days as index of pandas": (rewritten(of_pandas("t_dat")), ""),
    "ids of 32 bits": (rewritten(as_ids(pa.int32())), ""),
    "ids of 64 bits as floats": (rewritten(as_ids(pa.float64())), ""),
    "wide decimal ids": (rewritten(as_ids(pa.decimal256(40, 0))), ""),
    "days in Tokyo": (rewritten(in_zone("Asia/Tokyo")), ""),
    "days at an offset": (rewritten(in_zone("-08:00")), ""),
    "days in numbers": (
        typed(T, "t_dat", pa.int64(), lambda day: int(day.replace("-", ""))), "",
    ),
    "days since 1970": (
        typed(T, "t_dat", pa.int32(), lambda day: 18505 + int(day[-1])), f"{NO_DAY}: it is a number"
    ),
    "a dictionary of long texts": (
        typed(T, "customer_id", pa.dictionary(pa.int32(), pa.large_string()), str), "",
    ),
    "views of bytes": (typed(T, "customer_id", pa.binary_view(), str.encode), ""),
    "customers by number": (
        lambda folder: [
            typed(name, "customer_id", pa.uint64(), lambda text: shapes.number_of(text))(folder)
            for name in (C, T)
        ], "",
    ),
    "ages as floats": (typed(C, "age", pa.float64(), lambda _: 36.0), ""),
    "gzip inside": (rewritten(lambda table: table, compression="gzip"), ""),
    "brotli inside": (rewritten(lambda table: table, compression="brotli"), ""),
    "LZ4 inside": (rewritten(lambda table: table, compression="lz4"), ""),
    "the second version's pages": (rewritten(lambda table: table, data_page_version="2.0"), ""),
    "empty parts": (instead(with_empty_parts), ""),
    "folders by month": (instead(by_month), ""),
    "parts in another order of columns": (
        in_halves(lambda table: table.select(table.column_names[::-1])), "",
    ),
    "parts of other types": (in_halves(as_ids(pa.float64())), ""),
    "parts with one column more": (
        in_halves(lambda table: table.append_column("more", pa.nulls(3, pa.int8()))), "",
    ),
    "parts without a column": (
        in_halves(lambda table: table.drop_columns(["price"])), "its columns differ",
    ),
    "parts of text and empty Parquet": (
        lambda folder: parts_of(part__0_csv=bytes, part__1_parquet=parquet)(folder),
        "contains Parquet and other files",
    ),
}  # fmt: skip


# --- Folders -------------------------------------------------------------------------------------


def parts_of(**parts: Change) -> Spoil:
    """A folder of the file's two halves (by `plain`) and other files, by name."""

    def write(path: Path, data: bytes) -> None:
        path.mkdir()
        for name, change in parts.items():
            (path / name.replace("__", "-").replace("_", ".")).write_bytes(change(data))

    return instead(write)


def lake(path: Path, data: bytes, log: str) -> None:
    path.mkdir()
    (path / log).mkdir()
    (path / log / "00000000000000000000.json").write_bytes(b"{}")
    (path / "part-0.parquet").write_bytes(parquet(data))


def hive_texts(path: Path, data: bytes) -> None:
    header, *rows = cells(data)
    for day in sorted({row[0] for row in rows}):
        place = path / f"t_dat={day}"
        place.mkdir(parents=True)
        own = [row[1:] for row in rows if row[0] == day]
        (place / "part-0.csv").write_bytes(shapes.written([header[1:], *own]))


FOLDERS: dict[str, tuple[Spoil, str]] = {
    "an empty part": (parts_of(part__0_csv=bytes, part__1_csv=lambda _: b""), ""),
    "an empty first part": (parts_of(part__0_csv=lambda _: b"", part__1_csv=bytes), ""),
    "a part plain and packed": (
        parts_of(part__0_csv=bytes, part__0_csv_gz=gzip.compress), "the same part twice",
    ),
    "notes beside parts": (
        parts_of(part__0_csv=bytes, README_md=lambda _: b"notes", a_json=lambda _: b"{}"), "",
    ),
    "a table of Delta Lake": (instead(partial(lake, log="_delta_log")), "is a Delta Lake table"),
    "a table of Iceberg": (instead(partial(lake, log="metadata")), "is an Iceberg table"),
    "a table of Hudi": (instead(partial(lake, log=".hoodie")), "is a Hudi table"),
    "text in folders by day": (instead(hive_texts), "only of Parquet"),
}  # fmt: skip


def tool_shapes() -> Iterator[Shape]:
    for what, (spelling, error) in DAYS.items():
        yield Shape(f"days: {what}", in_each(spelling), error)
    for what, (change, error) in SALES.items():
        yield Shape(f"sales of a tool: {what}", text(T, change), error)
    for what, (change, error) in ARTICLES.items():
        yield Shape(f"articles of a tool: {what}", text(A, change), error)
    for group, found in (("packed", PACKED), ("Parquet", PARQUET), ("parts", FOLDERS)):
        for what, (spoil, error) in found.items():
            yield Shape(f"{group}: {what}", spoil, error)
    for sign, what in ((",", "commas"), (".", "dots"), (" ", "blanks"), ("'", "apostrophes")):
        yield Shape(f"ids in thousands by {what}", everywhere(grouped(sign)))
    yield Shape("ids with a decimal comma", everywhere("{},0".format))
    yield Shape(
        "ids with half a thousand", everywhere(lambda key: f"{key[:4]},{key[4:]}"), NOT_WHOLE
    )
    yield Shape(
        "customers lose zeros in the sales",
        lambda folder: [
            text(C, column(C, "customer_id", lambda key: f"00{shapes.number_of(key)}"))(folder),
            text(T, column(T, "customer_id", lambda key: str(shapes.number_of(key))))(folder),
        ],
        "leading zeros",
    )
    yield Shape(
        "an article twice, with and without zero",
        text(A, lambda data: data + data.splitlines(keepends=True)[1].lstrip(b"0")),
    )
    yield Shape(
        "a mark of UTF-16 in the middle",
        text(T, lambda data: in_line(3, MARK)(data).decode().encode("utf-16")),
    )
    yield Shape("flags in letters", text(C, column(C, "FN", lambda _: "Y")))
    yield Shape("ages as floats", text(C, column(C, "age", lambda _: "36.0")))
    yield Shape("ages in words", text(C, column(C, "age", lambda _: "36 years")))


TOOL_SHAPES = list(tool_shapes())
