"""One ingest from start to end: determines what is loaded already, does the rest, reports."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from rich.console import Console

from catalog.ingest import derive, partitions, session, state
from catalog.ingest.checks.check import check
from catalog.ingest.checks.rejects import Limits
from catalog.ingest.errors import IngestError
from catalog.ingest.job import Job
from catalog.ingest.loading import dimensions, transactions
from catalog.ingest.progress import Phases
from catalog.ingest.reading.columns import SALES
from catalog.ingest.reading.files import find_sources
from catalog.ingest.reading.source import Source
from catalog.ingest.rejects import RejectsFile
from catalog.ingest.report import Report, full_report, picture_report
from catalog.lake import files as lake
from catalog.models import IngestRun
from catalog.signals import ingested
from web.tasks import run_soon


@dataclass(frozen=True)
class Options:
    data_dir: Path
    images_dir: Path | None = None
    restart: bool = False
    limits: Limits = field(default_factory=Limits)
    block_bytes: int = 16 << 20


def ingest(options: Options, phases: Phases) -> Report:
    """Make the tables match the files, resuming an earlier run if there is one; the lake follows,
    where there is one.

    Raises IngestError for unusable input. Whatever is raised, the tables agree with the
    checkpoints, and the same call resumes from there.
    """
    report = load_files(options, phases)
    if lake.exists():
        with phases.phase("lake"):
            lake.append()
    return report


def load_files(options: Options, phases: Phases) -> Report:
    images = images_of(options)
    with session.ingest_lock(), session.loading():
        sources = find_sources(options.data_dir)
        if options.restart and IngestRun.objects.exists():
            judge(options, images, phases)
        begin = state.restart_run if options.restart else state.current_run
        run = begin(options.data_dir, sources)
        if run.status == IngestRun.Status.DONE:
            return refresh_pictures(run, images, phases)
        try:
            return carry_on(job_of(run, sources, phases, options), images)
        except BaseException:
            mark(run, IngestRun.Status.FAILED)
            raise


def judge(options: Options, images: Path | None, phases: Phases) -> None:
    """Read the files that are to replace the catalogue; raise IngestError if they can't."""
    with phases.phase("check"):
        quiet = Phases(Console(quiet=True))
        faults = check(options.data_dir, images, options.limits, quiet, options.block_bytes).faults
    if faults:
        text = "\n".join(faults)
        raise IngestError(f"{text}\nNothing was changed: the catalogue holds what it held before.")


def images_of(options: Options) -> Path | None:
    if options.images_dir and not options.images_dir.is_dir():
        raise IngestError(f"{options.images_dir} is not a folder.")
    beside = options.data_dir / "images"
    return options.images_dir or (beside if beside.is_dir() else None)


def job_of(run: IngestRun, sources: dict[str, Source], phases: Phases, options: Options) -> Job:
    mark(run, IngestRun.Status.RUNNING)
    files = {file.name: file for file in run.files.all()}
    rejects = RejectsFile(
        settings.VAR_DIR / "ingest" / f"rejects-{run.pk}.csv",
        max(file.rejects_size for file in files.values()),
    )
    return Job(run, sources, files, rejects, phases, options.block_bytes, options.limits)


def carry_on(job: Job, images: Path | None) -> Report:
    """Every step that isn't done yet, in order."""
    before = sum(file.rows for file in job.files.values())
    with dimensions.loaded_dimensions(job) as (customers, written):
        if not job.files[SALES].done:
            transactions.load(job, customers, written)
    with transaction.atomic():
        with job.phases.phase("statistics"):
            derive.analyze("catalog_article", "catalog_articleweek", partitions.PARENT)
        with job.phases.phase("summaries"):
            derive.fill_summaries()
            derive.analyze("catalog_articlesummary")
        with job.phases.phase("pictures"):
            pictures = picture_report(job.run.data_dir, images)
        job.run.report = full_report(job, before, pictures)
        job.run.finish()
        transaction.on_commit(partial(run_soon, "catalog.warm_renditions"))
        ingested.send(IngestRun)
    return {**job.run.report, "unchanged": False}


def refresh_pictures(run: IngestRun, images: Path | None, phases: Phases) -> Report:
    """For files that are loaded already: only pictures may have changed."""
    if images:
        with phases.phase("pictures"), transaction.atomic():
            run.report["pictures"] = pictures = picture_report(run.data_dir, images)
            # Changed pictures need a new data version, as it keys the caches of pages.
            run.finish() if pictures["changed"] else run.save()
    return {**run.report, "unchanged": True}


def mark(run: IngestRun, status: IngestRun.Status) -> None:
    """Save the run's status if the database is reachable."""
    run.status = status
    if connection.is_usable():
        run.save()
