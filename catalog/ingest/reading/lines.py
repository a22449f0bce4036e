"""Reads a text file line by line, in any compression and with any line ending: for JSON lines."""

from collections.abc import Iterator
from pathlib import Path

from catalog.ingest.errors import IngestError
from catalog.ingest.reading.compression import CHUNK, unpacked
from catalog.ingest.reading.parts import parts_of


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each non-blank line with its number. Raises IngestError for invalid UTF-8."""
    number, pending = 0, b""
    with unpacked(parts_of(path)) as stream:
        while data := stream.read(CHUNK):
            *whole, pending = (pending + data).split(b"\n")
            for line in whole:
                number += 1
                yield from checked(path, number, line)
        yield from checked(path, number + 1, pending)


def checked(path: Path, number: int, line: bytes) -> Iterator[tuple[int, bytes]]:
    text = line.strip()
    if not text:
        return
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise IngestError(
            f"{path}: line {number} is not UTF-8 (character {error.start + 1}): save it as UTF-8."
        ) from None
    yield number, text
