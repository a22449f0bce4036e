"""A file, or a folder of parts as written by Spark, DuckDB and Kaggle's tools."""

import re
from collections.abc import Sequence
from glob import escape
from pathlib import Path

from catalog.ingest.errors import IngestError

PART_ENDS = (
    ".csv", ".parquet", ".gz", ".zip", ".bz2", ".zst", ".xz", ".lz4", ".tsv", ".txt", ".pq", "",
)  # fmt: skip
# What programs keep beside or within what they haven't finished.
UNFINISHED = (".aria2", ".crdownload", ".part", ".partial", ".download", ".filepart", ".opdownload")
UNFINISHED_JOB = "_temporary"
SHARD = re.compile(r"(.*\D)(\d+)-of-(\d+)(\D.*)?")
# What a table format keeps beside its files, to know which of them count.
LAKES = {"_delta_log": "a Delta Lake", ".hoodie": "a Hudi", "metadata/*.json": "an Iceberg"}


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


def check_parts(path: Path, parts: Sequence[Path]) -> None:
    """Raise IngestError if there are no parts, or not all of them count."""
    if not parts:
        raise IngestError(f"{path} is a folder without data files.")
    for mark, what in LAKES.items():
        if path.is_dir() and any(path.glob(mark)):
            raise IngestError(
                f"{path} is {what} table, whose log tells which of its files count: write its rows "
                "as plain Parquet or CSV."
            )
    seen: dict[Path, Path] = {}
    for part in parts:
        twin = seen.setdefault(without_ends(part), part)
        if twin != part:
            raise IngestError(f"{twin} and {part.name} are the same part twice: keep one.")
    check_complete(path, parts)


def check_complete(path: Path, parts: Sequence[Path]) -> None:
    """Raise IngestError if a download or a job hasn't finished, or numbered parts are missing."""
    within = path.rglob("*") if path.is_dir() else path.parent.glob(f"{escape(path.name)}.*")
    for other in within:
        if other.suffix.lower() in UNFINISHED or other.name == UNFINISHED_JOB:
            raise IngestError(
                f"{path} is incomplete: {other.name} is left of an unfinished download or job. "
                "Finish it; if the file is complete, delete that."
            )
    shards = [match for part in parts if (match := SHARD.fullmatch(part.name))]
    for match in shards[:1]:
        there = {int(shard[2]) for shard in shards}
        if lacking := [n for n in range(int(match[3])) if n not in there]:
            raise IngestError(
                f"{path} is incomplete: {len(lacking)} of its {match[3]} parts are missing, the "
                f"first is number {lacking[0]}."
            )


def without_ends(path: Path) -> Path:
    """part-0 for part-0.csv.gz."""
    while path.suffix and path.suffix.lower() in PART_ENDS:
        path = path.with_suffix("")
    return path


def in_order(path: Path) -> list[tuple[int, str]]:
    """Natural sort order: part 10 comes after part 9."""
    pieces = re.split(r"(\d+)", str(path))
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces]
