"""The three input files: where they are, what they are made of, how to read them unpacked."""

import csv
import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
SAMPLE = 1 << 20
BOM = b"\xef\xbb\xbf"
DAMAGED = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError)


@dataclass(frozen=True)
class Source:
    """One input file: its column names, and in unpacked bytes where its first row is and its size.

    The size is only for the progress bar: gzip tells it modulo 4 GB.
    """

    name: str
    path: Path
    header: tuple[str, ...]
    body: int
    size: int
    fingerprint: dict[str, str | int]


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
    return Source(name, path, header, len(line), unpacked_size(path), fingerprint(path))


def check_header(name: str, path: Path, header: tuple[str, ...]) -> None:
    missing = [column for column in COLUMNS[name] if column not in header]
    if missing:
        raise IngestError(f"{path}: the header has no column {', '.join(missing)}.")
    if len(set(header)) < len(header):
        raise IngestError(f"{path}: the header names a column twice.")


def fingerprint(path: Path) -> dict[str, str | int]:
    """What tells that a file has changed: size, time, and a hash of its first and last MB."""
    status = path.stat()
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(SAMPLE))
        file.seek(max(0, status.st_size - SAMPLE))
        digest.update(file.read(SAMPLE))
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": digest.hexdigest()}


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
