"""Odd files: what spreadsheets, exports by hand, other tools and accidents leave behind."""

import datetime as dt
import gzip
import os
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.tests import shapes
from catalog.tests.shapes import A, C, Change, Shape, Spoil, T, cells, column, header_changed, text

MARK = b"\xef\xbb\xbf"
ONLY_FEW = (3, 3, 5)


def everywhere(change: Callable[[str], str]) -> Spoil:
    """Article ids in another form, in both files."""

    def spoil(folder: Path) -> None:
        for name in (A, T):
            text(name, column(name, "article_id", change))(folder)

    return spoil


def first_line(data: bytes) -> bytes:
    return data.partition(b"\n")[0] + b"\n"


def in_line(number: int, what: bytes) -> Change:
    """Put something at the start of a line, counted from 0."""

    def change(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        return b"".join([*lines[:number], what + lines[number], *lines[number + 1 :]])

    return change


def renamed(**names: str) -> Change:
    return partial(header_changed, change=lambda name: names.get(name, name))


NOT_WHOLE = r"100%.*article_id is not a whole number"
NO_DAY = r"100%.*t_dat is not a date"
SALES: dict[str, tuple[Change, str]] = {
    "a second mark": (lambda data: MARK + MARK + data, ""),
    "a mark in the middle": (in_line(3, MARK), ""),
    "a no-break space": (column(T, "article_id", "\xa0{}\u200b".format), ""),
    "zero width in customer ids": (column(T, "customer_id", "{}\u200b".format), ""),
    "camel case": (renamed(customer_id="customerId", article_id="ArticleID"), ""),
    "German names": (
        renamed(t_dat="Datum", article_id="Artikelnummer"),
        "has no column t_dat, article_id. It has: Datum, customer_id, Artikelnummer",
    ),
    "a title before the header": (lambda data: b"Sales of 2020\n\n" + data, "It has: Sales of"),
    "a comment before the header": (lambda data: b"# by hand\n" + data, "It has: # by hand"),
    "zero bytes": (lambda data: bytes(4096), "its first line has zero bytes"),
    "nothing but line ends": (lambda data: b"\n\n\n", "is empty"),
    "a first line without end": (lambda data: b"c," * 50_000 + data, "longer than 64 kB"),
    "colons": (lambda data: data.replace(b",", b":"), "separated by commas, semicolons"),
    "JSON lines": (lambda data: b'{"t_dat":"2020-09-01"}\n', "is JSON"),
    "half a UTF-16 character": (lambda data: data.decode().encode("utf-16")[:-1], "is not valid"),
    "two carriage returns": (lambda data: data.replace(b"\n", b"\r\r\n"), ""),
    "formulas for ids": (column(T, "article_id", '="{}"'.format), NOT_WHOLE),
    "apostrophes before ids": (column(T, "article_id", "'{}".format), NOT_WHOLE),
    "day first with slashes": (
        column(T, "t_dat", lambda day: "/".join(day.split("-")[::-1])),
        f"{NO_DAY}: day and month may stand either way",
    ),
    "names of months": (column(T, "t_dat", lambda day: f"{day[-1]}-Sep-20"), NO_DAY),
    "serial days of Excel": (column(T, "t_dat", lambda day: f"4407{day[-1]}"), NO_DAY),
    "seconds since 1970": (column(T, "t_dat", lambda day: f"159891840{day[-1]}"), NO_DAY),
    "prices with a sign": (column(T, "price", "€{}".format), ""),
    "negative prices": (column(T, "price", "-{}".format), "100%.*price is not above zero"),
    "prices of nothing": (column(T, "price", lambda _: "NaN"), "100%.*price is empty"),
    "endless prices": (column(T, "price", lambda _: "inf"), "100%.*price is above 60"),
}
# One row more than usual is rejected, and nothing else happens.
MORE_ROWS: dict[str, tuple[str, Change]] = {
    "a second header": (T, lambda data: first_line(data) + data),
    "two files in one": (T, lambda data: data + MARK + first_line(data)),
    "a second header of the articles": (A, lambda data: first_line(data) + data),
    "a second header of the customers": (C, lambda data: first_line(data) + data),
    "units under the header": (T, lambda data: in_line(1, b"day,text,text,EUR,no\n")(data)),
    "a row of totals": (T, lambda data: data + b"Total,,,0.21,\n"),
    "a count of rows": (T, lambda data: data + b"\n(6 rows affected)\n"),
    "the end mark of DOS": (T, lambda data: data + b"\x1a"),
    "zero bytes at the end": (T, lambda data: data + bytes(4096)),
    "a huge id": (C, lambda data: data + b"x" * 500 + b",,,,,,\n"),
}


# --- Parquet with other types ------------------------------------------------------------------


def typed(name: str, of: str, kind: pa.DataType, value: Callable[[str], object]) -> Spoil:
    """The file as Parquet, with one column of this type."""

    def spoil(folder: Path) -> None:
        plain = folder / f"{name}.csv"
        table = shapes.as_strings(plain.read_bytes())
        plain.unlink()
        column = pa.array(list(map(value, table[of].to_pylist())), kind)
        place = table.column_names.index(of)
        pq.write_table(table.set_column(place, of, column), folder / f"{name}.parquet")

    return spoil


def midnight(zone: str) -> Callable[[str], dt.datetime]:
    return lambda day: dt.datetime.fromisoformat(f"{day}T00:00:00{zone}")


BERLIN = pa.timestamp("us", tz="Europe/Berlin")
TYPES: dict[str, tuple[str, str, pa.DataType, Callable[[str], Any], str]] = {
    "a small dictionary": (T, "customer_id", pa.dictionary(pa.int8(), pa.string()), str, ""),
    "long texts": (T, "customer_id", pa.large_string(), str, ""),
    "views of texts": (T, "customer_id", pa.string_view(), str, ""),
    "raw bytes": (T, "customer_id", pa.binary(), bytes.fromhex, ""),
    "32 raw bytes": (T, "customer_id", pa.binary(32), bytes.fromhex, ""),
    "texts as bytes": (T, "customer_id", pa.binary(), str.encode, ""),
    "texts as many bytes": (T, "customer_id", pa.large_binary(), str.encode, ""),
    "decimal ids": (T, "article_id", pa.decimal128(14, 2), Decimal, ""),
    "unsigned ids": (T, "article_id", pa.uint64(), int, ""),
    "rounded ids": (T, "article_id", pa.float32(), float, "is float, which rounds ids"),
    "ids beyond all": (T, "article_id", pa.uint64(), lambda _: 2**63, "is not between 1 and"),
    "decimal prices": (T, "price", pa.decimal128(20, 18), Decimal, ""),
    "single prices": (T, "price", pa.float32(), float, ""),
    "days": (T, "t_dat", pa.date32(), dt.date.fromisoformat, ""),
    "days in ms": (T, "t_dat", pa.date64(), dt.date.fromisoformat, ""),
    "nanoseconds": (T, "t_dat", pa.timestamp("ns"), dt.datetime.fromisoformat, ""),
    "UTC": (T, "t_dat", pa.timestamp("ms", tz="UTC"), midnight("+00:00"), ""),
    "midnight in Berlin": (T, "t_dat", BERLIN, midnight("+02:00"), ""),
    "hours": (T, "t_dat", pa.time32("s"), lambda _: dt.time(1), NO_DAY),
    "truths": (C, "FN", pa.bool_(), lambda _: True, ""),
    "nothing": (C, "FN", pa.null(), lambda _: None, ""),
    "lists": (A, "prod_name", pa.list_(pa.string()), lambda name: [name], "not a single value"),
    "records": (
        A, "detail_desc", pa.struct({"x": pa.string()}), lambda text: {"x": text},
        "not a single value",
    ),
}  # fmt: skip


# --- Folders -----------------------------------------------------------------------------------


def instead(make: Callable[[Path, bytes], object], name: str = T) -> Spoil:
    """Replace a file by whatever `make` puts at its path, given its content."""

    def spoil(folder: Path) -> object:
        path = folder / f"{name}.csv"
        data = path.read_bytes()
        path.unlink()
        return make(path, data)

    return spoil


def linked(path: Path, data: bytes) -> None:
    path.with_name("elsewhere.bin").write_bytes(data)
    path.symlink_to("elsewhere.bin")


def junk_folder(path: Path, _: bytes) -> None:
    path.mkdir()
    (path / "_SUCCESS").touch()
    (path / ".part-0.csv.crc").touch()


def in_two(path: Path, data: bytes, other: Change) -> None:
    rows = cells(data)
    path.mkdir()
    (path / "part-0.csv").write_bytes(shapes.written(rows[:4]))
    (path / "part-1.csv").write_bytes(other(shapes.written([rows[0], *rows[4:]])))


def of_spark(path: Path, data: bytes) -> None:
    table = shapes.as_strings(data)
    path.mkdir()
    for number in range(2):
        part = path / f"part-0000{number}-{uuid.uuid4()}-c000.snappy.parquet"
        pq.write_table(table.slice(number * 3, 3), part)
        (path / f".{part.name}.crc").write_bytes(b"crc\0")
    pq.write_metadata(table.schema, path / "_metadata")
    (path / "_SUCCESS").touch()


def by_day(path: Path, data: bytes, *, inside: bool) -> None:
    """As Spark partitions by a column, which it takes out of the files; DuckDB may leave it."""
    table = shapes.as_strings(data)
    for day in table["t_dat"].unique().to_pylist():
        folder = path / "year=2020" / f"t_dat={day}"
        folder.mkdir(parents=True)
        part = table.filter(pc.equal(table["t_dat"], day))
        pq.write_table(part if inside else part.drop_columns(["t_dat"]), folder / "part.parquet")


def cut_in_the_middle(path: Path, data: bytes) -> None:
    packed = gzip.compress(first_line(data) + os.urandom(9000).hex().encode() * 2)
    path.with_name(f"{path.name}.gz").write_bytes(packed[: len(packed) // 2])


def semicolons(data: bytes) -> bytes:
    return data.replace(b",", b";")


NO_FILE = "has no transactions_train.csv.*an empty folder, a link to nowhere"
FOLDERS: dict[str, tuple[Spoil, str]] = {
    "a link": (instead(linked), ""),
    "a link to nowhere": (instead(lambda path, _: path.symlink_to("nowhere")), NO_FILE),
    "a link to itself": (instead(lambda path, _: path.symlink_to(path)), NO_FILE),
    "a pipe": (instead(lambda path, _: os.mkfifo(path)), NO_FILE),
    "an empty folder": (instead(lambda path, _: path.mkdir()), NO_FILE),
    "a folder of marks": (instead(junk_folder), NO_FILE),
    "Spark's Parquet": (instead(of_spark), ""),
    "a folder a day": (instead(partial(by_day, inside=False)), ""),
    "a folder a day, days inside too": (instead(partial(by_day, inside=True)), ""),
    "parts with marks": (instead(partial(in_two, other=lambda data: MARK + data)), ""),
    "parts of other columns": (
        instead(partial(in_two, other=shapes.columns_moved)), "part-1.csv: another header",
    ),
    "parts of other separators": (
        instead(partial(in_two, other=semicolons)), "part-1.csv: another header",
    ),
    "gzip cut in the middle": (instead(cut_in_the_middle), "damaged or truncated"),
    "capitals": (instead(lambda path, data: path.with_name(f"{T.upper()}.CSV").write_bytes(data)),
                 ""),
    "a copy's number": (
        instead(lambda path, data: path.with_name(f"{T} (1).csv").write_bytes(data)),
        r"transactions_train \(1\).csv as transactions_train.csv",
    ),
}  # fmt: skip


def odd_shapes() -> Iterator[Shape]:
    for what, (change, error) in SALES.items():
        yield Shape(f"sales: {what}", text(T, change), error)
    for what, (name, change) in MORE_ROWS.items():
        yield Shape(f"one row more: {what}", text(name, change))
    for what, (name, of, kind, value, error) in TYPES.items():
        yield Shape(f"Parquet: {what}", typed(name, of, kind, value), error)
    for what, (spoil, error) in FOLDERS.items():
        yield Shape(f"sales: {what}", spoil, error)
    yield Shape("ids of a spreadsheet", everywhere(lambda key: f"{int(key):.5E}"), "is rounded")
    yield Shape("ids without leading zeros", everywhere(lambda key: key.lstrip("0")))
    yield Shape("ids with letters", everywhere("AB-{}".format), NOT_WHOLE)
    yield Shape("ids of thirteen digits", everywhere("400{}".format), "is not between 1 and")
    yield Shape(
        "a description of 200 kB", text(A, lambda data: data.replace(b"A pl", b"A" * 200_000, 1))
    )
    yield Shape("no customers", lambda folder: (folder / f"{C}.csv").unlink(), "", (3, 1, 6))
    yield Shape("no sales", lambda folder: (folder / f"{T}.csv").unlink(), "without history")


ODD_SHAPES = list(odd_shapes())
