"""Opens a path as a Source: text in any compression, or Parquet; one file or a folder of parts."""

from pathlib import Path

from catalog.ingest.errors import IngestError
from catalog.ingest.reading.parquet import parquet_source
from catalog.ingest.reading.parts import check_parts, parts_of
from catalog.ingest.reading.signatures import PARQUET
from catalog.ingest.reading.source import Source
from catalog.ingest.reading.text import text_source


def open_source(name: str, path: Path) -> Source:
    """Raises OSError, or IngestError for what can't be read or lacks a required column."""
    parts = parts_of(path)
    check_parts(path, parts)
    kinds = {is_parquet(part) for part in parts}
    if len(kinds) > 1:
        raise IngestError(f"{path} contains Parquet and other files: keep only one format.")
    read = parquet_source if kinds.pop() else text_source
    return read(name, path, parts)


def is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET
