"""One ingest from end to end: what is there already, what is left to do, what came of it."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from catalog.images.library import find_pictures
from catalog.ingest import derive, dimensions, partitions, transactions
from catalog.ingest.errors import IngestError
from catalog.ingest.files import Source, find_sources
from catalog.ingest.job import Job
from catalog.ingest.phases import Phases
from catalog.ingest.rejects import RejectsFile
from catalog.models import Article, Customer, IngestFile, IngestRun

Report = dict[str, Any]
LOCK = int.from_bytes(b"ingesthm", "big")
LOCK_TRIES, LOCK_PAUSE = 10, 0.5
SESSION = {
    # A crash of the server loses at most the last blocks, rows and checkpoint together.
    "synchronous_commit": "off",
    "maintenance_work_mem": "'256MB'",
    # A server process notices within a second that its client was killed, and frees its locks.
    "client_connection_check_interval": "'1s'",
}
TABLES = (
    "article", "articlesummary", "product", "producttype", "productgroup", "appearance", "colour",
    "colourvalue", "colourmaster", "department", "index", "indexgroup", "section", "garmentgroup",
    "customer",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    data_dir: Path
    images_dir: Path | None = None
    restart: bool = False
    max_rejects: int | None = None
    block_bytes: int = 16 << 20


def ingest(options: Options, phases: Phases) -> Report:
    """Bring the tables to what the files say, from wherever an earlier run came to.

    Raises IngestError for input that can't be used. Whatever is raised, the tables agree with
    the checkpoints, and the same call goes on from there.
    """
    sources = find_sources(options.data_dir)
    images = images_of(options)
    with only_one(), load_settings():
        run = begin_anew(options, sources) if options.restart else current_run(options, sources)
        if run.status == IngestRun.Status.DONE:
            return refresh_pictures(run, images, phases)
        job = job_of(run, sources, phases, options)
        try:
            return carry_on(job, images)
        except BaseException:
            mark(run, IngestRun.Status.FAILED)
            raise


def images_of(options: Options) -> Path | None:
    if options.images_dir and not options.images_dir.is_dir():
        raise IngestError(f"{options.images_dir} is not a folder.")
    beside = options.data_dir / "images"
    return options.images_dir or (beside if beside.is_dir() else None)


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the database-wide lock of the ingest. The server frees it if we are killed."""
    for attempt in range(LOCK_TRIES):
        if query("SELECT pg_try_advisory_lock(%s)", LOCK):
            break
        time.sleep(LOCK_PAUSE if attempt < LOCK_TRIES - 1 else 0)
    else:
        raise IngestError("Another ingest is at work on this database; wait until it is through.")
    try:
        yield
    finally:
        if connection.is_usable():
            query("SELECT pg_advisory_unlock(%s)", LOCK)


@contextmanager
def load_settings() -> Iterator[None]:
    for name, value in SESSION.items():
        partitions.execute(f"SET {name} = {value}")
    try:
        yield
    finally:
        if connection.is_usable():
            for name in SESSION:
                partitions.execute(f"RESET {name}")


def current_run(options: Options, sources: dict[str, Source]) -> IngestRun:
    """The run to take up, or to find done; a new one on an empty catalogue."""
    run = IngestRun.objects.order_by("-pk").first()
    if run is None:
        if Article.objects.exists() or Customer.objects.exists():
            raise IngestError(
                "The catalogue holds rows that no ingest has loaded. "
                "--restart empties it and loads these files."
            )
        return new_run(options, sources)
    changed = [
        str(sources[file.name].path)
        for file in run.files.order_by("pk")
        if file.fingerprint != sources[file.name].fingerprint
    ]
    if changed:
        raise IngestError(
            f"{', '.join(changed)}: not the file that was loaded from {run.data_dir}, or changed "
            "since. --restart empties the catalogue and loads these files."
        )
    return run


@transaction.atomic
def new_run(options: Options, sources: dict[str, Source]) -> IngestRun:
    partitions.drop_all()
    run = IngestRun.objects.create(data_dir=str(options.data_dir.resolve()))
    IngestFile.objects.bulk_create(
        IngestFile(
            run=run,
            name=source.name,
            fingerprint=source.fingerprint,
            offset=source.body,
            line=1,
        )
        for source in sources.values()
    )
    return run


@transaction.atomic
def begin_anew(options: Options, sources: dict[str, Source]) -> IngestRun:
    """Empty the catalogue, and whatever refers to its rows, and start a run."""
    tables = ", ".join(f"catalog_{name}" for name in TABLES)
    partitions.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return new_run(options, sources)


def job_of(run: IngestRun, sources: dict[str, Source], phases: Phases, options: Options) -> Job:
    mark(run, IngestRun.Status.RUNNING)
    files = {file.name: file for file in run.files.all()}
    rejects = RejectsFile(
        settings.VAR_DIR / "ingest" / f"rejects-{run.pk}.csv",
        max(file.rejects_size for file in files.values()),
    )
    return Job(run, sources, files, rejects, phases, options.block_bytes, options.max_rejects)


def carry_on(job: Job, images: Path | None) -> Report:
    """Every step that is not done yet, in order."""
    before = sum(file.rows for file in job.files.values())
    if not job.files["articles"].done:
        dimensions.load_articles(job)
    if not job.files["customers"].done:
        dimensions.load_customers(job)
    if not job.files[transactions.NAME].done:
        transactions.load_transactions(job)
        transactions.attach_months(job)
    with transaction.atomic():
        with job.phases.phase("statistics"):
            derive.analyze("catalog_article", "catalog_customer", partitions.PARENT)
        with job.phases.phase("summaries"):
            derive.fill_summaries()
            pictures = picture_report(images)
            derive.analyze("catalog_articlesummary")
        return finish(job, before, pictures)


def finish(job: Job, before: int, pictures: Report) -> Report:
    run, files = job.run, job.files.values()
    seconds = sum(job.phases.seconds.values())
    rows = sum(file.rows for file in files)
    run.report = {
        "run": run.pk,
        "data_dir": run.data_dir,
        "files": {file.name: file_report(file) for file in files},
        "rows": rows,
        "rows_read_before": before,
        "rows_per_second": round((rows - before) / max(seconds, 1e-3)),
        "seconds": job.phases.seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "months": len(partitions.attached()),
        "pictures": pictures,
        "rejects_file": str(job.rejects.path) if job.rejects.path.exists() else None,
    }
    run.finished_at = timezone.now()
    mark(run, IngestRun.Status.DONE)
    return {**run.report, "unchanged": False}


def file_report(file: IngestFile) -> Report:
    return {"rows": file.rows, "accepted": file.accepted, "rejected": file.rejected}


def refresh_pictures(run: IngestRun, images: Path | None, phases: Phases) -> Report:
    """The tables hold these files already; only pictures may have come or gone."""
    if images:
        with phases.phase("pictures"):
            run.report["pictures"] = picture_report(images)
        run.save()
    return {**run.report, "unchanged": True}


def picture_report(images: Path | None) -> Report:
    """Mark the articles that have a picture; how many have, have none, and have no article."""
    pictured = find_pictures(images) if images else set()
    missing, surplus = derive.mark_pictures(pictured)
    return {"found": len(pictured) - surplus, "missing": missing, "surplus": surplus}


def mark(run: IngestRun, status: IngestRun.Status) -> None:
    """Save the run's status, if the database is there to save it."""
    run.status = status
    if connection.is_usable():
        run.save()


def query(sql: str, *parameters: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]
