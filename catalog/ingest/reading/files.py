"""Finds the right file in a folder: compression, parts, copies beside it, similar names."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from catalog.ingest.errors import IngestError
from catalog.ingest.reading.columns import ALL, ARTICLES, CUSTOMERS, SALES
from catalog.ingest.reading.compression import CHUNK, is_data, unpacked
from catalog.ingest.reading.derived import customers_of
from catalog.ingest.reading.opening import open_source
from catalog.ingest.reading.parts import is_folder_of_parts, parts_of
from catalog.ingest.reading.source import Source

# In order of preference: plain before packed.
ENDS = (
    ".csv", ".parquet", ".csv.gz", ".csv.zip", ".zip", ".csv.bz2", ".csv.zst", ".csv.xz", ".tsv",
    ".txt", ".csv.lz4", ".gz", ".tsv.gz", ".parquet.gzip", ".parquet.snappy", ".pq", "",
)  # fmt: skip
ALIKE = {ARTICLES: "article", CUSTOMERS: "customer", SALES: "transaction"}
MAX_ALIKE = 10
WITHOUT_HISTORY = (
    "For a shop without history, write a transactions_train.csv of one line: "
    "t_dat,customer_id,article_id."
)
NO_DATA = "an empty folder, a link to nowhere, or no regular file"
LONGEST_END, SHOWN_END = 4096, 60


def find_sources(folder: Path) -> dict[str, Source]:
    """A folder's three files. Raises IngestError listing everything missing, for every file.

    Customers are taken from the sales if no file resembles customers.csv.
    """
    if not folder.is_dir():
        raise IngestError(f"{folder} is not a folder.")
    paths = {name: find(folder, name) for name in ALL}
    missing = [f"{name}.csv" for name, path in paths.items() if path is None]
    derived = missing == [f"{CUSTOMERS}.csv"] and not seems_there(folder, CUSTOMERS)
    if derived:
        missing = []
    faults = [describe_missing(folder, missing)] if missing else []
    sources = {}
    for name, path in paths.items():
        try:
            if path is not None:
                sources[name] = open_source(name, path)
        except IngestError as error:
            faults.append(str(error))
    if faults:
        raise IngestError("\n".join(faults))
    return sources | {CUSTOMERS: customers_of(sources[SALES])} if derived else sources


def seems_there(folder: Path, name: str) -> bool:
    """Whether something in the folder has the file's name, or one like it."""
    meant = any(line.endswith(f" as {name}.csv") for line in similar_files(folder))
    return meant or bool(without_data(folder, [f"{name}.csv"]))


def describe_missing(folder: Path, missing: list[str]) -> str:
    said = (
        f"{folder} has no {', '.join(missing)} (plain, .gz, .zip, .bz2, .zst or .xz; as .parquet; "
        "or a folder of parts)."
    )
    if f"{SALES}.csv" in missing:
        said += f" {WITHOUT_HISTORY}"
    said += "".join(f" {path.name} is {NO_DATA}." for path in without_data(folder, missing))
    alike = list(similar_files(folder))[:MAX_ALIKE]
    if not alike:
        return said
    listed = "".join(f"\n  {line}" for line in alike)
    return f"{said} These look meant; rename them or link to them by the names above:{listed}"


def without_data(folder: Path, missing: list[str]) -> list[Path]:
    """What has the right name but can't be read as a file."""
    return [path for path in sorted(folder.iterdir()) if path.name.casefold() in missing]


def similar_files(folder: Path) -> Iterator[str]:
    """Files, here or one level down, whose names resemble one of the three."""
    for path in sorted([*folder.glob("*"), *folder.glob("*/*")]):
        place = path.relative_to(folder)
        if path.name.startswith((".", "_")) or "images" in place.parts[:1]:
            continue
        meant = next((name for name, part in ALIKE.items() if part in path.name.casefold()), None)
        if meant and (path.is_file() or is_folder_of_parts(path)):
            right = len(place.parts) == 1 and path in candidates(folder, meant)
            if not right:
                yield f"{place} as {meant}.csv"
        elif path.suffix == ".zip":
            yield from (f"{name} within {place}" for name in similar_members(path))


def similar_members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if is_data(entry)]
    except (OSError, zipfile.BadZipFile):
        return []
    return [name for name in names if any(part in name.casefold() for part in ALIKE.values())]


def find(folder: Path, name: str) -> Path | None:
    return next(iter(candidates(folder, name)), None)


def candidates(folder: Path, name: str) -> list[Path]:
    """All files with the expected name, ignoring case, in order of preference."""
    places = {f"{name}{end}": place for place, end in enumerate(ENDS)}
    found = [path for path in folder.iterdir() if path.name.casefold() in places]
    usable = [path for path in found if path.is_file() or is_folder_of_parts(path)]
    return sorted(usable, key=lambda path: (places[path.name.casefold()], path.name))


def describe_copies(folder: Path) -> list[str]:
    """For files with copies: which one is read, why, and whether they agree."""
    return [
        line
        for name in ALL
        for other in candidates(folder, name)[1:]
        for line in [describe_copy(name, candidates(folder, name)[0], other)]
    ]


def describe_copy(name: str, read: Path, other: Path) -> str:
    said = f"{read.name} is read and not {other.name} beside it (plain goes before packed)"
    try:
        size, end = size_and_end(name, read)
        other_size, other_end = size_and_end(name, other)
    except (IngestError, OSError) as error:
        return f"{said}, which can't be compared: {error}"
    if (size, end) == (other_size, other_end):
        return f"{said}; they end alike."
    return (
        f"{said}. They differ: {read.name} has {size:,} bytes and ends in {end!r}, {other.name} "
        f"has {other_size:,} and ends in {other_end!r}. Is one of them cut short?"
    )


def size_and_end(name: str, path: Path) -> tuple[int, str]:
    """The unpacked size of a text in bytes, and its last line."""
    size, tail = 0, b""
    with unpacked(parts_of(path), name) as stream:
        while data := stream.read(CHUNK):
            size, tail = size + len(data), (tail + data)[-LONGEST_END:]
    lines = tail.decode(errors="replace").splitlines()
    return size, lines[-1][-SHOWN_END:] if lines else ""
