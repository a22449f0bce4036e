"""Unpacks a file of any compression to one stream of UTF-8 text.

The type is detected by a file's first bytes, not its name.
"""

import bz2
import codecs
import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import pyarrow as pa

from catalog.ingest.errors import IngestError
from catalog.ingest.reading.signatures import GZIP, LZ4, ZIP, ZSTANDARD, document_in, fault_of

HEAD = 65536
CHUNK = 1 << 20
DAMAGED = (EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, pa.ArrowInvalid)
READABLE_ZIP = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
METHODS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
ENCRYPTED = 1
DATA_ENDS = (".csv", ".tsv", ".txt", ".jsonl")
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Headed:
    """A stream whose first bytes have been peeked at."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self.head, self.rest = head, rest

    def read(self, size: int) -> bytes:
        taken, self.head = self.head[:size], self.head[size:]
        if len(taken) == size:
            return taken
        more = self.rest.read(size - len(taken))
        return taken + more if taken else more


class Recoded:
    """Transcodes a stream to UTF-8."""

    def __init__(self, stream: Readable, encoding: str) -> None:
        self.stream, self.decoder = stream, codecs.getincrementaldecoder(encoding)()

    def read(self, size: int) -> bytes:
        text = ""
        while not text:
            data = self.stream.read(size)
            text = self.decoder.decode(data, final=not data)
            if not data:
                break
        return text.encode()


class Parts:
    """Concatenates the parts of one file, dropping repeated headers.

    Raises IngestError for a part with another header: its cells would get into other columns.
    """

    def __init__(self, paths: Sequence[Path], stack: ExitStack, name: str) -> None:
        self.paths, self.stack, self.name = list(paths), stack, name
        self.header, self.last = b"", b"\n"
        self.stream = self.following()

    def following(self) -> Readable:
        path = self.paths.pop(0)
        stream = self.stack.enter_context(content(path, self.name))
        head = stream.read(HEAD)
        line = head.splitlines(keepends=True)[0] if head else b""
        header = line.rstrip(b"\r\n")
        repeated = bool(self.header) and header == self.header
        if not repeated and is_header_like(header, self.header):
            raise IngestError(f"{path}: another header than in the parts before it.")
        self.header = self.header or header
        return Headed(head[len(line) :] if repeated else head, stream)

    def read(self, size: int) -> bytes:
        while not (data := self.stream.read(size)):
            if not self.paths:
                return b""
            self.stream = self.following()
            if self.last not in b"\r\n":
                self.last = b"\n"
                return b"\n"
        self.last = data[-1:]
        return data


def is_header_like(line: bytes, header: bytes) -> bool:
    """Whether a line has most of the header's names, in any order and dialect."""
    names, words = (set(re.findall(rb"[a-z_]{3,}", text.lower())) for text in (header, line))
    return len(names & words) * 2 > len(names)


@contextmanager
def unpacked(paths: Sequence[Path], name: str = "") -> Iterator[Readable]:
    """The content of a file, or of its parts, without byte order mark.

    `name` selects one of several files in an archive. Raises IngestError for what can't be read.
    """
    with ExitStack() as stack:
        yield (
            Parts(paths, stack, name)
            if len(paths) > 1
            else stack.enter_context(content(paths[0], name))
        )


@contextmanager
def content(path: Path, name: str) -> Iterator[Readable]:
    """One file's text. Errors name the file."""
    try:
        with path.open("rb") as file, ExitStack() as stack:
            yield text(path, opened(path, file, name, stack))
    except DAMAGED as error:
        raise IngestError(f"{path} is damaged or truncated: {error}") from error
    except UnicodeDecodeError as error:
        raise IngestError(
            f"{path} is not valid {error.encoding.upper()}: {error.reason}."
        ) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise IngestError(f"{path} is damaged or truncated: {error}") from error


def opened(path: Path, file: BinaryIO, name: str, stack: ExitStack) -> Readable:
    """The unpacked stream; raises if the format isn't supported."""
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith((ZIP, b"PK\x05\x06")):
        archive = stack.enter_context(zipfile.ZipFile(file))
        inner = stack.enter_context(archive.open(member(archive, path, name)))
        return inspected(path, cast("Readable", inner))
    packed = packed_stream(head, file)
    if packed is not None:
        return inspected(path, packed)
    # Browsers unpack what they download, and leave the name.
    if path.suffix in (".gz", ".zip", ".zst", ".bz2", ".xz", ".lz4") and b"\0" in head:
        raise IngestError(
            f"{path} is damaged or truncated, or no {path.suffix} file: it begins otherwise."
        )
    return inspected(path, file)


def packed_stream(head: bytes, file: BinaryIO) -> Readable | None:
    if head.startswith(GZIP):
        return gzip.open(file)
    if head.startswith(b"BZh"):
        return bz2.open(file)
    if head.startswith((b"\xfd7zXZ\x00", b"]\0\0")):  # .xz and the older .lzma
        return lzma.open(file)
    for mark, codec in (ZSTANDARD, "zstd"), (LZ4, "lz4"):
        if head.startswith(mark):
            return cast("Readable", pa.CompressedInputStream(pa.PythonFile(file, mode="r"), codec))
    return None


def inspected(path: Path, stream: Readable) -> Readable:
    """The stream, after checking that its first bytes are text."""
    head = stream.read(HEAD)
    if fault := fault_of(head):
        raise IngestError(f"{path} is {fault}.")
    return Headed(head, stream)


def text(path: Path, stream: Readable) -> Readable:
    """The stream as UTF-8 without byte order mark."""
    head = stream.read(HEAD)
    while head.startswith(codecs.BOM_UTF8):
        head = head[len(codecs.BOM_UTF8) :]
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise IngestError(f"{path} is UTF-32: save it as UTF-8.")
    if head[:2] in UTF16:
        return Recoded(Headed(head[2:], stream), UTF16[head[:2]])
    if encoding := utf16_without_mark(head[:200]):
        return Recoded(Headed(head, stream), encoding)
    return Headed(head, stream)


def utf16_without_mark(head: bytes) -> str:
    """Column names are ASCII, so every second byte is zero in UTF-16."""
    if len(head) > 3 and not any(head[1::2]) and all(head[::2]):
        return "utf-16-le"
    if len(head) > 3 and not any(head[::2]) and all(head[1::2]):
        return "utf-16-be"
    return ""


def member(archive: zipfile.ZipFile, path: Path, name: str) -> zipfile.ZipInfo:
    """The archive's only data file, or of several the one with this name."""
    files = [entry for entry in archive.infolist() if is_data(entry)]
    named = [entry for entry in files if Path(entry.filename).stem.casefold() == name.casefold()]
    chosen = named if len(named) == 1 else files
    if what := document_in(archive):
        raise IngestError(f"{path} is {what}.")
    if len(chosen) != 1:
        listed = ", ".join(entry.filename for entry in (files or archive.infolist())[:5])
        raise IngestError(
            f"{path} should hold one .csv file and holds {len(files)}{': ' if files else ', but '}"
            f"{listed}. Unpack the right one."
        )
    check_readable(chosen[0], path)
    return chosen[0]


def is_data(entry: zipfile.ZipInfo) -> bool:
    """Whether it is a text file, and not the metadata that a Mac adds beside each file."""
    place = Path(entry.filename)
    beside = "__MACOSX" in place.parts or place.name.startswith(".")
    return not entry.is_dir() and not beside and place.suffix.lower() in DATA_ENDS


def check_readable(entry: zipfile.ZipInfo, path: Path) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise IngestError(
            f"{path} is locked with a password: unpack it, and give the .csv file itself."
        )
    if entry.compress_type not in READABLE_ZIP:
        method = METHODS.get(entry.compress_type, f"number {entry.compress_type}")
        why = " (what Windows takes for files above 2 GB)" if method == "Deflate64" else ""
        raise IngestError(
            f"{path} is packed by the method {method}{why}, which can't be read here: unpack it, "
            "or pack it by Deflate (7z a -mm=Deflate) or gzip."
        )


def unpacked_size(path: Path, name: str) -> int:
    """For the progress bar, and to compare copies; gzip has it modulo 4 GB, others not at all."""
    with path.open("rb") as file:
        magic = file.read(4)
        if magic == ZIP:
            with zipfile.ZipFile(file) as archive:
                return member(archive, path, name).file_size
        if magic[:2] == GZIP:
            file.seek(-4, 2)
            return int.from_bytes(file.read(4), "little")
    return path.stat().st_size


def skip(stream: Readable, size: int) -> None:
    """Skip this many bytes."""
    while size and (data := stream.read(min(size, CHUNK))):
        size -= len(data)
