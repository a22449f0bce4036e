"""Which file of a folder is meant: its packing, its parts, copies beside it, names almost right."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from catalog.ingest.errors import IngestError
from catalog.ingest.reading import columns
from catalog.ingest.reading.opening import open_source
from catalog.ingest.reading.packing import is_data
from catalog.ingest.reading.parts import is_folder_of_parts
from catalog.ingest.reading.source import Source

# In the order in which one is taken: plain before packed.
ENDS = (
    ".csv", ".parquet", ".csv.gz", ".csv.zip", ".zip", ".csv.bz2", ".csv.zst", ".csv.xz", ".tsv",
    ".txt", ".gz", ".tsv.gz", ".parquet.gzip", ".parquet.snappy", ".pq", "",
)  # fmt: skip
ALIKE = {"articles": "article", "customers": "customer", "transactions_train": "transaction"}
MOST_ALIKE = 10


def find_sources(folder: Path) -> dict[str, Source]:
    """The three files of a folder. Raise IngestError with all that is missing, of every file."""
    if not folder.is_dir():
        raise IngestError(f"{folder} is not a folder.")
    paths = {name: find(folder, name) for name in columns.ALL}
    missing = [f"{name}.csv" for name, path in paths.items() if path is None]
    faults = [absent(folder, missing)] if missing else []
    sources = {}
    for name, path in paths.items():
        try:
            if path is not None:
                sources[name] = open_source(name, path)
        except IngestError as error:
            faults.append(str(error))
    if faults:
        raise IngestError("\n".join(faults))
    return sources


def absent(folder: Path, missing: list[str]) -> str:
    said = (
        f"{folder} has no {', '.join(missing)} (plain, .gz, .zip, .bz2, .zst or .xz; as .parquet; "
        "or a folder of parts)."
    )
    alike = list(looking_meant(folder))[:MOST_ALIKE]
    if not alike:
        return said
    listed = "".join(f"\n  {line}" for line in alike)
    return f"{said} These look meant; rename them or link to them by the names above:{listed}"


def looking_meant(folder: Path) -> Iterator[str]:
    """Files, here or one folder down, that are named nearly as one of the three."""
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
            yield from (f"{name} within {place}" for name in members_alike(path))


def members_alike(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist() if is_data(entry)]
    except (OSError, zipfile.BadZipFile):
        return []
    return [name for name in names if any(part in name.casefold() for part in ALIKE.values())]


def find(folder: Path, name: str) -> Path | None:
    return next(iter(candidates(folder, name)), None)


def candidates(folder: Path, name: str) -> list[Path]:
    """All that is named as the file should be, in any letters, the one to take first."""
    places = {f"{name}{end}": place for place, end in enumerate(ENDS)}
    found = [path for path in folder.iterdir() if path.name.casefold() in places]
    usable = [path for path in found if path.is_file() or is_folder_of_parts(path)]
    return sorted(usable, key=lambda path: (places[path.name.casefold()], path.name))
