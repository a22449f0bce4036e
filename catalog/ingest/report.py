"""The report of an ingest: stored with its run, printed, and written as JSON."""

import resource
import sys
from pathlib import Path

from django.conf import settings

from catalog.images.library import Library, survey
from catalog.images.library import warnings as library_warnings
from catalog.ingest import derive, partitions
from catalog.ingest.checks import warnings
from catalog.ingest.job import Job
from catalog.ingest.reading.files import describe_copies
from catalog.models import IngestFile
from catalog.period import data_period
from web.json_types import Json

Report = Json
EXAMPLES = 20


def full_report(job: Job, before: int, pictures: Report) -> Report:
    """`rows` counts all rows in the tables and rejects files, `rows_read_before` those that were
    there when this command started."""
    files = job.files.values()
    rows = sum(file.rows for file in files)
    return {
        "run": job.run.pk,
        "data_dir": job.run.data_dir,
        "files": {file.name: file_report(file) for file in files},
        "rows": rows,
        "rows_read_before": before,
        "rows_per_second": round((rows - before) / max(sum(job.phases.seconds.values()), 1e-3)),
        "seconds": job.phases.seconds,
        "peak_mb": peak_mb(),
        "months": len(partitions.attached()),
        "warnings": warnings_of(job),
        "pictures": pictures,
        "rejects_file": str(job.rejects.path) if job.rejects.first(1) else None,
    }


def warnings_of(job: Job) -> list[str]:
    """Everything suspicious that could still be loaded."""
    lines = [*job.run.report.get("warnings", []), *describe_copies(Path(job.run.data_dir))]
    lines += warnings.of_sources(job.sources, f"{derive.AMOUNT_WITHOUT_SALES:.2f}")
    for name, file in job.files.items():
        path = job.sources[name].path.name
        lines += warnings.of_file(path, file.rows, file.rejected, file.quality)
        lines += warnings.of_prices(file.quality, settings.PRICE_UNIT)
    if period := data_period():
        lines += period.warnings
    return list(dict.fromkeys(lines))


def file_report(file: IngestFile) -> Report:
    return {
        "rows": file.rows,
        "accepted": file.accepted,
        "rejected": file.rejected,
        "emptied": file.quality.get("emptied", {}),
    }


def peak_mb() -> int:
    """Peak memory of this process; ru_maxrss is in kB on Linux, bytes on macOS."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1 << 20 if sys.platform == "darwin" else 1 << 10)


def picture_report(data_dir: str, images: Path | None) -> Report:
    """Mark the articles with a picture, and count found, missing and surplus pictures."""
    library = survey(images) if images else Library()
    missing, surplus, changed = derive.mark_pictures(library.articles)
    return {
        "found": len(library.articles) - surplus,
        "missing": missing,
        "surplus": surplus,
        "changed": changed,
        "unreadable": sorted(map(str, library.unreadable))[:EXAMPLES],
        "unreadable_files": len(library.unreadable),
        "other_files": len(library.strangers),
        "warnings": list(library_warnings(Path(data_dir), images, library)),
    }
