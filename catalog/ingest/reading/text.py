"""Text files, in any compression and dialect."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalog.ingest.errors import IngestError
from catalog.ingest.reading import columns
from catalog.ingest.reading.blocks import read
from catalog.ingest.reading.compression import CHUNK, HEAD, skip, unpacked, unpacked_size
from catalog.ingest.reading.dialect import Dialect, dialect_of
from catalog.ingest.reading.position import Position, Prefix
from catalog.ingest.reading.records import Records, Types
from catalog.ingest.reading.source import Source, check_header, fingerprint


@dataclass(frozen=True)
class TextSource(Source):
    dialect: Dialect = field(default_factory=lambda: Dialect(()))

    def rows(self, start: Position, block_bytes: int, types: Types | None) -> Iterator[Records]:
        with unpacked(self.parts, self.name) as stream:
            skip(stream, start.offset)
            yield from read(stream, self.path, self.dialect, start, block_bytes, types)

    def compare(self, position: Position) -> Prefix:
        found, left, last = 0, position.offset, b""
        with unpacked(self.parts, self.name) as stream:
            while left and (chunk := stream.read(min(CHUNK, left))):
                found, left, last = zlib.crc32(chunk, found), left - len(chunk), chunk[-1:]
            more = bool(stream.read(1))
        if left or found != position.crc or (more and last not in (b"\n", b"\r")):
            return Prefix.OTHER
        return Prefix.MORE if more else Prefix.ALL


def check_first_line(path: Path, head: bytes) -> None:
    """Raise IngestError for a file that is empty, or can't be text."""
    if not head.strip():
        raise IngestError(f"{path} is empty.")
    line = head.lstrip().splitlines(keepends=True)[0]
    if b"\0" in line:
        raise IngestError(f"{path} is not a text file, or damaged: its first line has zero bytes.")
    if line.startswith((b"{", b"[")):
        raise IngestError(f"{path} is JSON: write it as CSV or Parquet.")
    if len(line) == HEAD:
        raise IngestError(f"{path}: the first line is longer than {HEAD // 1024} kB.")


def text_source(name: str, path: Path, parts: Sequence[Path]) -> TextSource:
    with unpacked(parts, name) as stream:
        head = stream.read(HEAD)
    check_first_line(path, head)
    try:
        dialect = dialect_of(head, columns.known(name))
    except UnicodeDecodeError as error:
        raise IngestError(f"{path}: line 1 is not UTF-8 (byte {error.start}).") from None
    except ValueError as error:
        raise IngestError(f"{path}: {error}.") from None
    check_header(name, path, dialect.names)
    body = head[: dialect.size]
    return TextSource(
        name,
        path,
        tuple(parts),
        dialect.names,
        sum(unpacked_size(part, name) for part in parts),
        fingerprint(parts),
        Position(len(body), dialect.lines, 0, zlib.crc32(body)),
        dialect,
    )
