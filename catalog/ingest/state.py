"""Which run the tables hold, and what is left to do."""

from copy import copy
from pathlib import Path

from django.db import transaction

from catalog.ingest import partitions
from catalog.ingest.errors import IngestError
from catalog.ingest.keys import assigned
from catalog.ingest.reading.position import Position, Prefix
from catalog.ingest.reading.source import Source
from catalog.models import Article, ArticleWeek, Customer, IngestFile, IngestRun

TABLES = (
    "article", "articlesummary", "articleweek", "product", "producttype", "productgroup",
    "appearance", "colour", "colourvalue", "colourmaster", "department", "index", "indexgroup",
    "section", "garmentgroup", "customer",
)  # fmt: skip


def current_run(folder: Path, sources: dict[str, Source]) -> IngestRun:
    """The run to resume or already done; a new one for an empty catalogue or files that grew."""
    run = IngestRun.objects.order_by("-pk").first()
    if run is None:
        if Article.objects.exists() or Customer.objects.exists():
            raise IngestError(
                "The catalogue holds rows that no ingest has loaded. "
                "--restart empties it and loads these files."
            )
        return new_run(folder, sources)
    files = list(run.files.order_by("pk"))
    found = {file.name: compare_file(file, sources[file.name]) for file in files}
    changed = [str(sources[name].path) for name, prefix in found.items() if prefix is Prefix.OTHER]
    if changed:
        raise IngestError(
            f"{', '.join(changed)}: not the file that was loaded from {run.data_dir}, or changed "
            "since. --restart empties the catalogue and loads these files."
        )
    return resume_run(run, folder, files, found)


def compare_file(file: IngestFile, source: Source) -> Prefix:
    """Compare the file with what was loaded from it; it is only read if its fingerprint changed."""
    if file.fingerprint == source.fingerprint:
        return Prefix.ALL
    file.fingerprint = source.fingerprint
    return source.compare(Position(file.offset, file.line, file.rows, file.crc))


@transaction.atomic
def resume_run(
    run: IngestRun, folder: Path, files: list[IngestFile], found: dict[str, Prefix]
) -> IngestRun:
    """The run with its files as they are now; a new run if a loaded file has grown."""
    grown = [file for file in files if file.done and found[file.name] is Prefix.MORE]
    for file in grown:
        file.done = False
    if grown and run.status == IngestRun.Status.DONE:
        return continue_from(files, folder)
    IngestFile.objects.bulk_update(files, ["fingerprint", "done"])
    return run


def continue_from(files: list[IngestFile], folder: Path) -> IngestRun:
    """A new run that continues from these checkpoints, with its own rejects file."""
    run = IngestRun.objects.create(data_dir=str(folder.resolve()))
    for file in map(copy, files):
        file.pk, file.run, file.rejects_size = None, run, 0
        file._state.adding = True
        file.save()
    return run


@transaction.atomic
def new_run(folder: Path, sources: dict[str, Source]) -> IngestRun:
    partitions.drop_all()
    ArticleWeek.objects.all().delete()
    run = IngestRun.objects.create(data_dir=str(folder.resolve()))
    IngestFile.objects.bulk_create(
        IngestFile(
            run=run,
            name=source.name,
            fingerprint=source.fingerprint,
            offset=source.start.offset,
            line=source.start.line,
            crc=source.start.crc,
        )
        for source in sources.values()
    )
    return run


@transaction.atomic
def restart_run(folder: Path, sources: dict[str, Source]) -> IngestRun:
    """Empty the catalogue and everything that refers to it, and start a run; keys are preserved."""
    assigned.save_keys()
    tables = ", ".join(f"catalog_{name}" for name in TABLES)
    partitions.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return new_run(folder, sources)
