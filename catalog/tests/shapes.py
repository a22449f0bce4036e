"""Files as users have them: variants of one valid data set, and files that only look right.

A shape is a function that writes the three files to a folder, or damages them. All readable shapes
give the same rows as the plain files.
"""

import bz2
import csv
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from catalog.tests import hm

A, C, T = FILES = ("articles", "customers", "transactions_train")
SALES: list[hm.Row] = [
    {"t_dat": f"2020-09-0{1 + n // 2}", "article_id": hm.ARTICLES[n % 3], "price": f"0.0{n + 1}"}
    for n in range(6)
]
Change = Callable[[bytes], bytes]
Spoil = Callable[[Path], object]
Spelling = Callable[[str], str]


@dataclass(frozen=True)
class Shape:
    """A modification of a valid folder; `error` is a pattern of the message if it is refused."""

    name: str
    spoil: Spoil
    error: str = ""
    accepted: tuple[int, int, int] = (3, 3, 6)


def sound(folder: Path) -> Path:
    return hm.write_hm(folder, transactions=SALES)


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode())))


def written(rows: list[list[str]], **dialect: object) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **dialect).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue().encode()


# --- Packings: bytes to bytes, and the end of the name ---------------------------------------


def zipped(data: bytes, name: str, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr(name, data)
    return packed.getvalue()


def zipped_on_a_mac(data: bytes, name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/", b"")
        archive.writestr(f"data/{name}", data)
        archive.writestr(f"__MACOSX/data/._{name}", b"\0\5\26\7" * 9)
        archive.writestr(f"data/._{name}", b"\0\5\26\7" * 9)
        archive.writestr("data/.DS_Store", b"\0" * 9)
        archive.writestr("data/readme.md", b"# read me")
    return packed.getvalue()


def zipped_with_others(data: bytes, name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        archive.writestr("sample_submission.csv", b"customer_id,prediction\n")
    return packed.getvalue()


def members(data: bytes) -> bytes:
    """A .gz with several members, as made by concatenation and pigz."""
    middle = len(data) // 2
    return gzip.compress(data[:middle]) + gzip.compress(b"") + gzip.compress(data[middle:])


def zstandard(data: bytes) -> bytes:
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(data)
    found: bytes = packed.getvalue().to_pybytes()
    return found


def as_strings(data: bytes) -> pa.Table:
    header, *rows = cells(data)
    places = range(len(header))
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in places]
    return pa.table(columns, names=header)


def as_typed(data: bytes) -> pa.Table:
    """With types as pandas and DuckDB would guess them: ids become numbers, days dates."""
    # These ids consist of digits only, unlike H&M's.
    options = arrow_csv.ConvertOptions(column_types={"customer_id": pa.string()})
    return arrow_csv.read_csv(io.BytesIO(data), convert_options=options)


def parquet(data: bytes, table: Callable[[bytes], pa.Table] = as_typed, **options: object) -> bytes:
    packed = io.BytesIO()
    pq.write_table(table(data), packed, **options)
    return packed.getvalue()


PACKINGS: dict[str, tuple[str, Callable[[bytes, str], bytes]]] = {
    "gzip": (".csv.gz", lambda data, _: gzip.compress(data)),
    "gzip of several members": (".csv.gz", lambda data, _: members(data)),
    "gzip named csv": (".csv", lambda data, _: gzip.compress(data)),
    "zip": (".csv.zip", zipped),
    "zip named shortly": (".zip", zipped),
    "zip, stored": (".zip", partial(zipped, method=zipfile.ZIP_STORED)),
    "zip by LZMA": (".zip", partial(zipped, method=zipfile.ZIP_LZMA)),
    "zip of a Mac": (".zip", zipped_on_a_mac),
    "zip of several files": (".zip", zipped_with_others),
    "bzip2": (".csv.bz2", lambda data, _: bz2.compress(data)),
    "xz": (".csv.xz", lambda data, _: lzma.compress(data)),
    "zstandard": (".csv.zst", lambda data, _: zstandard(data)),
    "Parquet": (".parquet", lambda data, _: parquet(data)),
    "Parquet of texts": (".parquet", lambda data, _: parquet(data, as_strings)),
    "Parquet in groups": (".parquet", lambda data, _: parquet(data, row_group_size=2)),
    "Parquet named csv": (".csv", lambda data, _: parquet(data, compression="zstd")),
}


def pack(name: str, packing: str, change: Change = bytes) -> Spoil:
    def spoil(folder: Path) -> object:
        plain = folder / f"{name}.csv"
        data = change(plain.read_bytes())
        plain.unlink()
        end, packed = PACKINGS[packing]
        return (folder / f"{name}{end}").write_bytes(packed(data, f"{name}.csv"))

    return spoil


# --- Folders of parts ---------------------------------------------------------------------------


def parts(data: bytes) -> list[bytes]:
    """A text in three parts, each with a header."""
    header, *rows = data.splitlines(keepends=True)
    return [header + b"".join(rows[:1]), header, header + b"".join(rows[1:])]


def in_parts(name: str, kind: str) -> Spoil:
    def spoil(folder: Path) -> None:
        plain = folder / f"{name}.csv"
        data = plain.read_bytes()
        plain.unlink()
        place = folder / f"{name}{'.parquet' if kind == 'Parquet' else '.csv'}"
        place.mkdir()
        (place / "_SUCCESS").write_bytes(b"")
        (place / ".part-00000.csv.crc").write_bytes(b"crc")
        for number, part in enumerate(parts(data)):
            if kind == "Parquet":
                (place / f"part-{number}.parquet").write_bytes(parquet(part, as_strings))
            elif kind == "packed":
                (place / f"part-{number}.csv.gz").write_bytes(gzip.compress(part))
            elif kind == "no line ends":
                (place / f"part-{number}.csv").write_bytes(part.rstrip(b"\n"))
            else:
                (place / f"part-{number}.csv").write_bytes(part)

    return spoil


def folder_of_one(name: str) -> Spoil:
    """As Kaggle's tools unpack it: articles.csv/articles.csv."""

    def spoil(folder: Path) -> None:
        data = (folder / f"{name}.csv").read_bytes()
        (folder / f"{name}.csv").unlink()
        (folder / f"{name}.csv").mkdir()
        (folder / f"{name}.csv" / f"{name}.csv").write_bytes(data)

    return spoil


# --- Texts: encodings and dialects -------------------------------------------------------------

ENCODINGS: dict[str, Change] = {
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "UTF-16, big end first": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
    "UTF-16 without mark": lambda data: data.decode().encode("utf-16-le"),
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "line ends of an old Mac": lambda data: data.replace(b"\n", b"\r"),
    "UTF-16 of Windows": lambda data: data.decode().replace("\n", "\r\n").encode("utf-16"),
}


def columns_moved(data: bytes) -> bytes:
    return written([row[::-1] for row in cells(data)])


def header_changed(data: bytes, change: Callable[[str], str]) -> bytes:
    header, *rows = cells(data)
    return written([list(map(change, header)), *rows])


def index_column(data: bytes, name: str = "") -> bytes:
    header, *rows = cells(data)
    return written([[name, *header], *([str(n), *row] for n, row in enumerate(rows))])


def more_columns(data: bytes) -> bytes:
    header, *rows = cells(data)
    more = ["analysis_column_30", "row_id", "row_id"]
    return written(
        [[*header[:1], *more, *header[1:]], *([r[0], "a,b", "1", "2", *r[1:]] for r in rows)]
    )


DIALECTS: dict[str, Change] = {
    "semicolons": lambda data: written(cells(data), delimiter=";"),
    "tabs": lambda data: written(cells(data), delimiter="\t"),
    "pipes": lambda data: written(cells(data), delimiter="|"),
    "everything quoted": lambda data: written(cells(data), quoting=csv.QUOTE_ALL),
    "quoted, semicolons": lambda data: written(
        cells(data), delimiter=";", quoting=csv.QUOTE_ALL
    ),
    "a quoted header": lambda data: written(cells(data)[:1], quoting=csv.QUOTE_ALL)
    + data.partition(b"\n")[2],
    "Excel's first line": lambda data: b"sep=;\n" + written(cells(data), delimiter=";"),
    "an index column": index_column,
    "a named index column": partial(index_column, name="Unnamed: 0"),
    "trailing empty columns": lambda data: written([[*row, "", ""] for row in cells(data)]),
    "cells after the header's": lambda data: data.partition(b"\n")[0]
    + b"\n" + data.partition(b"\n")[2].replace(b"\n", b",,\n"),
    "columns in another order": columns_moved,
    "more columns": more_columns,
    "a header in capitals": partial(header_changed, change=str.upper),
    "a header in small letters": partial(header_changed, change=str.lower),
    "a header with blanks": partial(header_changed, change=" {} ".format),
    "blank lines": lambda data: b"\n \n" + data.replace(b"\n", b"\n\n"),
}  # fmt: skip


def text(name: str, change: Change) -> Spoil:
    def spoil(folder: Path) -> object:
        path = folder / f"{name}.csv"
        return path.write_bytes(change(path.read_bytes()))

    return spoil


# --- Cells -------------------------------------------------------------------------------------


def column(name: str, column: str, change: Callable[[str], str]) -> Change:
    """Change every cell of a column."""

    def changed(data: bytes) -> bytes:
        header, *rows = cells(data)
        place = header.index(column)
        new = [[*row[:place], change(row[place]), *row[place + 1 :]] for row in rows]
        return written([header, *new])

    return changed


def all_ids(change: Callable[[str], str]) -> Spoil:
    """Customer ids in another format, in both files."""

    def spoil(folder: Path) -> None:
        for name in (C, T):
            text(name, column(name, "customer_id", change))(folder)

    return spoil


def number_of(text: str) -> int:
    return int(text[:8], 16)


DAYS: dict[str, Callable[[str], str]] = {
    "midnight": "{} 00:00:00".format,
    "midnight with T and Z": "{}T00:00:00.000Z".format,
    "midnight with zone": "{} 00:00:00+00".format,
    "nanoseconds": "{} 00:00:00.000000000".format,
    "a time": "{} 13:37".format,
    "slashes": lambda day: day.replace("-", "/"),
    "eight digits": lambda day: day.replace("-", ""),
    "dots, day first": lambda day: ".".join(day.split("-")[::-1]),
}
IDS: dict[str, Callable[[str], str]] = {
    "friendly": lambda text: f"cust_{number_of(text):04}_7013",
    "capitals": str.upper,
    "padded": " {} ".format,
    "whole numbers": lambda text: str(number_of(text)),
    "signed numbers": lambda text: str(number_of(text) - 2**63),
    "numbers as floats": lambda text: f"{number_of(text)}.0",
    "with dashes": lambda text: f"{text[:8]}-{text[:4]}-{text[:4]}-{text[:4]}-{text[:12]}",
    "an address": lambda text: f"person{number_of(text)}@example.org",
    "other letters": lambda text: f"ñandú-{number_of(text)}",
}
ARTICLE_IDS: dict[str, Callable[[str], str]] = {
    "no leading zero": lambda text: text.lstrip("0"),
    "a float": "{}.0".format,
    "blanks": " {} ".format,
}
PRICES: dict[str, Callable[[str], str]] = {
    "decimal commas": lambda text: text.replace(".", ","),
    "exponents": lambda text: f"{float(text):e}",
    "no zero": lambda text: text.lstrip("0"),
}
NOTHING = ("nan", "NaN", "NULL", "null", "\\N", "None", "NA", "<NA>", "N/A", "#N/A", " ")
OPTIONAL = {
    A: [name for name in hm.ARTICLE if name not in ("article_id", "prod_name")],
    C: [name for name in hm.CUSTOMER if name != "customer_id"],
    T: ["price", "sales_channel_id"],
}


def always(word: str) -> Callable[[str], str]:
    return lambda _: word


def without(columns: list[str]) -> Change:
    def changed(data: bytes) -> bytes:
        header, *rows = cells(data)
        kept = [place for place, name in enumerate(header) if name not in columns]
        return written([[row[place] for place in kept] for row in [header, *rows]])

    return changed


def with_price(data: bytes) -> bytes:
    header, *rows = cells(data)
    return written([[*header, "price"], *([*row, "0.04"] for row in rows)])


def barest(folder: Path) -> None:
    """Minimal columns: article, name, type, colour, price; customer id; date, customer, article."""
    kept = ("product_type_name", "colour_group_name")
    text(A, without([name for name in OPTIONAL[A] if name not in kept]))(folder)
    text(
        A,
        lambda data: written(
            [[*r, "price" if not n else "0.04"] for n, r in enumerate(cells(data))]
        ),
    )(folder)
    text(C, without(OPTIONAL[C]))(folder)
    text(T, without(OPTIONAL[T]))(folder)


# --- Files that are refused --------------------------------------------------------------------


def tarred(data: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("articles.csv")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def patched(data: bytes, offset: int, central: int, value: int) -> bytes:
    """A zip of one file, with a 16-bit field of its headers changed."""
    packed = bytearray(zipped(data, "articles.csv"))
    packed[offset : offset + 2] = struct.pack("<H", value)
    place = packed.index(b"PK\1\2") + central
    packed[place : place + 2] = struct.pack("<H", value)
    return bytes(packed)


def excel(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", data)
    return packed.getvalue()


def nothing_in_zip(_: bytes) -> bytes:
    return zipped(b"# read me", "readme.md")


def two_in_zip(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.csv", data)
        archive.writestr("two.csv", data)
    return packed.getvalue()


REFUSED: dict[str, tuple[Change, str]] = {
    "a tar": (tarred, "is a tar archive"),
    "a packed tar": (lambda data: gzip.compress(tarred(data)), "is a tar archive"),
    "compressed twice": (lambda data: gzip.compress(gzip.compress(data)), "is compressed twice"),
    "7z": (lambda data: b"7z\xbc\xaf\x27\x1c" + data, "is a 7z archive"),
    "RAR": (lambda data: b"Rar!\x1a\x07" + data, "is a RAR archive"),
    "old Excel": (lambda data: b"\xd0\xcf\x11\xe0" + data, "is an old Excel workbook"),
    "Excel": (excel, "is an Excel workbook"),
    "a web page": (lambda data: b"\n<!DOCTYPE html><html>" + data, "is a web page"),
    "Git LFS": (lambda data: b"version https://git-lfs.example/spec/v1\n", "is a Git LFS pointer"),
    "SQLite": (lambda data: b"SQLite format 3\0" + data, "is an SQLite database"),
    "Arrow": (lambda data: b"ARROW1\0\0" + data, "is an Arrow file"),
    "UTF-32": (lambda data: data.decode().encode("utf-32"), "is UTF-32"),
    "Latin-1": (
        lambda data: data.replace(b"plain", b"pl\xe4in"),
        r"line 2 is not UTF-8 .*column detail_desc",
    ),
    "Latin-1 in the header": (lambda data: b"pr\xe9nom," + data, "line 1 is not UTF-8"),
    "empty": (lambda data: b"", "is empty"),
    "no header": (lambda data: data.partition(b"\n")[2], "has no column article_id"),
    "a column twice": (
        partial(header_changed, change=lambda name: name.replace("product_code", "article_id")),
        "contains a column twice: article_id",
    ),
    "Deflate64": (lambda data: patched(data, 8, 10, 9), "the method Deflate64"),
    "Zstandard in zip": (lambda data: patched(data, 8, 10, 93), "the method Zstandard"),
    "a password": (lambda data: patched(data, 6, 8, 1), "locked with a password"),
    "zip without data": (nothing_in_zip, "should hold one .csv file and holds 0"),
    "zip with two": (two_in_zip, r"holds 2: one\.csv, two\.csv"),
    "gzip cut short": (lambda data: gzip.compress(data)[:-20], "damaged or truncated"),
    "bzip2 cut short": (lambda data: bz2.compress(data)[:-20], "damaged or truncated"),
    "xz cut short": (lambda data: lzma.compress(data)[:-20], "damaged or truncated"),
    "zip cut short": (lambda data: zipped(data, "articles.csv")[:-20], "damaged or truncated"),
    "Parquet cut short": (lambda data: parquet(data)[:-20], "damaged or truncated"),
    "Parquet of others": (lambda data: parquet(b"x,y\n1,2\n"), "has no column article_id"),
}  # fmt: skip


def of_files(name: str) -> Iterator[Shape]:
    """One file in every packing, encoding and dialect."""
    for packing in PACKINGS:
        yield Shape(f"{name}: {packing}", pack(name, packing))
    for kind in ("plain", "packed", "Parquet"):
        yield Shape(f"{name}: a folder of {kind} parts", in_parts(name, kind))
    yield Shape(f"{name}: a folder of its name", folder_of_one(name))
    for how, change in (ENCODINGS | DIALECTS).items():
        yield Shape(f"{name}: {how}", text(name, change))


def of_gaps(name: str) -> Iterator[Shape]:
    """One file without each optional column, and with every spelling of a missing value."""
    for lacking in OPTIONAL[name]:
        yield Shape(f"{name}: without {lacking}", text(name, without([lacking])))
        if lacking == "price":
            continue
        for word in NOTHING if lacking in ("age", "detail_desc", "section_no") else ("NULL",):
            spoil = text(name, column(name, lacking, always(word)))
            yield Shape(f"{name}: {lacking} as {word!r}", spoil)


def of_cells() -> Iterator[Shape]:
    """Days, prices and ids in every accepted format."""
    forms = {"t_dat": DAYS, "price": PRICES, "article_id": ARTICLE_IDS}
    for name, changes in forms.items():
        for form, change in changes.items():
            yield Shape(f"{name}: {form}", text(T, column(T, name, change)))
    for form, change in IDS.items():
        yield Shape(f"customer ids: {form}", all_ids(change))
        error = "" if form in ("capitals", "padded") else "100%.*unknown customer"
        spoil = text(T, column(T, "customer_id", change))
        yield Shape(f"customer ids in the sales only: {form}", spoil, error)


def shapes() -> Iterator[Shape]:
    for name in FILES:
        yield from of_files(name)
        yield from of_gaps(name)
    yield from of_cells()
    yield Shape("no last line end", text(T, lambda data: data.rstrip(b"\n")))
    yield Shape("parts without line ends", in_parts(T, "no line ends"))
    yield Shape("the barest columns", barest)
    for what, (change, error) in REFUSED.items():
        yield Shape(f"no such file: {what}", text(A, change), error)


SHAPES = list(shapes())
