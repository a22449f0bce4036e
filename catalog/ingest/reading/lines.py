"""Reads a text file line by line, in any compression and with any line ending: for JSON lines."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from catalog.ingest.errors import IngestError
from catalog.ingest.reading.blocks import end_of_last_line
from catalog.ingest.reading.compression import CHUNK, Readable, unpacked
from catalog.ingest.reading.parts import parts_of

# A file system that lost power pads files with zero bytes.
WHITE = b" \t\r\n\0"


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each non-blank line with its number. Raises IngestError for invalid UTF-8."""
    with unpacked(parts_of(path)) as stream:
        for number, line in enumerate(split(stream), start=1):
            yield from checked(path, number, line)


def split(stream: Readable) -> Iterator[bytes]:
    pending = b""
    while data := stream.read(CHUNK):
        text = pending + data
        end = end_of_last_line(text)
        pending = text[end:]
        yield from text[:end].splitlines()
    yield from pending.splitlines()


def checked(path: Path, number: int, line: bytes) -> Iterator[tuple[int, bytes]]:
    text = line.removeprefix(codecs.BOM_UTF8).strip(WHITE)
    if not text:
        return
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise IngestError(
            f"{path}: line {number} is not UTF-8 (character {error.start + 1}): save it as UTF-8."
        ) from None
    yield number, text
