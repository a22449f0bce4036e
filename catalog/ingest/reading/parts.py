"""A file, or a folder of parts as written by Spark, DuckDB and Kaggle's tools."""

import re
from pathlib import Path

PART_ENDS = (".csv", ".parquet", ".gz", ".zip", ".bz2", ".zst", ".xz", ".tsv", ".txt", ".pq", "")


def is_folder_of_parts(path: Path) -> bool:
    return path.is_dir() and bool(parts_of(path))


def parts_of(path: Path) -> list[Path]:
    """The file itself, or the parts in the folder, in order."""
    if not path.is_dir():
        return [path]
    parts = [
        part
        for part in path.rglob("*")
        if part.is_file()
        and not any(piece.startswith((".", "_")) for piece in part.relative_to(path).parts)
        and part.suffix.lower() in PART_ENDS
    ]
    return sorted(parts, key=in_order)


def in_order(path: Path) -> list[tuple[int, str]]:
    """Natural sort order: part 10 comes after part 9."""
    pieces = re.split(r"(\d+)", str(path))
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces]
