"""The three input files: where they are, what they are made of, how to read them unpacked."""

import csv
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO, cast

from catalog.ingest.errors import IngestError

SUFFIXES = (".csv", ".csv.gz", ".csv.zip", ".zip")
COLUMNS = {
    "articles": (
        "article_id", "product_code", "prod_name", "product_type_no", "product_type_name",
        "product_group_name", "graphical_appearance_no", "graphical_appearance_name",
        "colour_group_code", "colour_group_name", "perceived_colour_value_id",
        "perceived_colour_value_name", "perceived_colour_master_id",
        "perceived_colour_master_name", "department_no", "department_name", "index_code",
        "index_name", "index_group_no", "index_group_name", "section_no", "section_name",
        "garment_group_no", "garment_group_name", "detail_desc",
    ),
    "customers": (
        "customer_id", "FN", "Active", "club_member_status", "fashion_news_frequency", "age",
        "postal_code",
    ),
    "transactions_train": ("t_dat", "customer_id", "article_id", "price", "sales_channel_id"),
}  # fmt: skip

HEAD = 65536
CHUNK = 1 << 20
BOM = b"\xef\xbb\xbf"
DAMAGED = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError)


@dataclass(frozen=True)
class Source:
    """One input file: its column names, and in unpacked bytes where its first row is and its size.

    The size is only for the progress bar: gzip tells it modulo 4 GB. `crc` is the CRC-32 of the
    header line, with which the checkpoint's running CRC begins.
    """

    name: str
    path: Path
    header: tuple[str, ...]
    body: int
    size: int
    fingerprint: dict[str, int]
    crc: int = 0


def find_sources(folder: Path) -> dict[str, Source]:
    """The three files of a folder, with their headers checked. Raises IngestError."""
    if not folder.is_dir():
        raise IngestError(f"{folder} is not a folder.")
    paths = {name: find(folder, name) for name in COLUMNS}
    missing = [f"{name}.csv" for name, path in paths.items() if path is None]
    if missing:
        raise IngestError(
            f"{folder} has no {', '.join(missing)} (plain, or with .gz or .zip added)."
        )
    return {name: source_of(name, path) for name, path in paths.items() if path}


def find(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}{suffix}" for suffix in SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def source_of(name: str, path: Path) -> Source:
    with unpacked(path) as stream:
        head = stream.read(HEAD)
    line = head.splitlines(keepends=True)[0] if head else b""
    try:
        text = line.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        raise IngestError(f"{path}: line 1 is not UTF-8 (byte {error.start}).") from None
    header = tuple(cell.strip() for cell in next(csv.reader([text]), []))
    check_header(name, path, header)
    return Source(
        name, path, header, len(line), unpacked_size(path), fingerprint(path), zlib.crc32(line)
    )


def check_header(name: str, path: Path, header: tuple[str, ...]) -> None:
    missing = [column for column in COLUMNS[name] if column not in header]
    if missing:
        raise IngestError(f"{path}: the header has no column {', '.join(missing)}.")
    if len(set(header)) < len(header):
        raise IngestError(f"{path}: the header names a column twice.")


def fingerprint(path: Path) -> dict[str, int]:
    """What differs as soon as anyone has written to the file, or put another in its place.

    The change time is the file system's own: setting the modification time back does not hide it.
    """
    status = path.stat()
    return {
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "ctime_ns": status.st_ctime_ns,
        "inode": status.st_ino,
    }


class Prefix(Enum):
    """How a file compares with the part of it that was loaded."""

    OTHER = "other bytes than those loaded"
    ALL = "the bytes loaded and no more"
    MORE = "the bytes loaded, and more lines"


def compare(source: Source, length: int, crc: int) -> Prefix:
    """Whether the file begins with `length` unpacked bytes of this CRC-32, and what follows."""
    found, left, last = 0, length, b""
    with unpacked(source.path) as stream:
        while left and (chunk := stream.read(min(CHUNK, left))):
            found, left, last = zlib.crc32(chunk, found), left - len(chunk), chunk[-1:]
        more = bool(stream.read(1))
    if left or found != crc or (more and last not in (b"\n", b"\r")):
        return Prefix.OTHER
    return Prefix.MORE if more else Prefix.ALL


def unpacked_size(path: Path) -> int:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.getinfo(member(archive, path)).file_size
    if path.suffix == ".gz":
        with path.open("rb") as file:
            file.seek(-4, 2)
            return int.from_bytes(file.read(4), "little")
    return path.stat().st_size


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """The file's content as a binary stream that can seek. A damaged file raises IngestError."""
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive, archive.open(member(archive, path)) as stream:
                yield cast("BinaryIO", stream)
        elif path.suffix == ".gz":
            with gzip.open(path) as stream:
                yield cast("BinaryIO", stream)
        else:
            with path.open("rb") as stream:
                yield stream
    except DAMAGED as error:
        raise IngestError(f"{path} is damaged or cut short: {error}") from error


def member(archive: zipfile.ZipFile, path: Path) -> str:
    names = [
        name for name in archive.namelist() if name.endswith(".csv") and "__MACOSX" not in name
    ]
    if len(names) != 1:
        raise IngestError(f"{path} should hold one .csv file and holds {len(names)}.")
    return names[0]
