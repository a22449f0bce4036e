import json
import os
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import psycopg2
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.table import Table

from catalog.ingest.checks.check import CheckReport, check
from catalog.ingest.checks.rejects import Limits
from catalog.ingest.errors import IngestError
from catalog.ingest.progress import Phases
from catalog.ingest.report import Report
from catalog.ingest.run import Options, images_of, ingest

T = TypeVar("T")

AGAIN = "Nothing is lost: the same command continues where this run stopped."


class Command(BaseCommand):
    help = (
        "Load the H&M files articles.csv, customers.csv and transactions_train.csv (plain, .gz or "
        ".zip) and note which articles have a picture. A run that was cut short continues where it "
        "stopped; a run on files that are loaded already changes nothing, and of files that have "
        "grown the new lines are loaded. Rows that can't be used "
        "go to var/ingest/rejects-*.csv with their line and reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data-dir", type=Path, required=True, metavar="DIR", help="folder of the three files"
        )
        parser.add_argument(
            "--images-dir", type=Path, metavar="DIR", help="picture folder (default: DIR/images)"
        )
        parser.add_argument(
            "--restart",
            action="store_true",
            help="empty the catalogue and all that refers to it (bags, orders), then start over",
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="read everything, load nothing, and report faults and supported features",
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")
        parser.add_argument(
            "--max-rejects", type=int, metavar="N", help="stop after more than N unusable rows"
        )
        parser.add_argument(
            "--max-reject-share",
            type=float,
            default=5.0,
            metavar="PERCENT",
            help="stop when more than this percentage of a file's rows is unusable (default: 5)",
        )
        parser.add_argument(
            "--only-known",
            action="store_true",
            help="skip sales of articles and customers that the other files don't contain",
        )
        parser.add_argument(
            "--block-mb", type=float, default=16, metavar="MB", help="bytes between checkpoints"
        )

    def handle(self, **options: Any) -> None:
        self.stdout.ending = ""  # rich writes line endings itself
        console = Console(file=cast("IO[str]", self.stdout), soft_wrap=True)
        phases = Phases(console)
        chosen = Options(
            data_dir=options["data_dir"],
            images_dir=options["images_dir"],
            restart=options["restart"],
            limits=Limits(
                options["max_rejects"], options["max_reject_share"], options["only_known"]
            ),
            block_bytes=max(1, int(options["block_mb"] * (1 << 20))),
        )
        if options["check"]:
            found = run_with_progress(lambda: check_files(chosen, phases), phases)
            save(options["report"], found.report())
            show_check(console, found)
            return
        report = run_with_progress(lambda: ingest(chosen, phases), phases)
        save(options["report"], report)
        show(console, report)


def check_files(options: Options, phases: Phases) -> CheckReport:
    images = images_of(options)
    return check(options.data_dir, images, options.limits, phases, options.block_bytes)


def save(path: Path | None, report: Report) -> None:
    if path:
        path.write_text(json.dumps(report, indent=2) + "\n")


def run_with_progress(work: Callable[[], T], phases: Phases) -> T:
    """Run the work, turning expected failures into CommandError messages."""
    try:
        with phases.bars:
            return work()
    except IngestError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt as error:
        raise CommandError(f"Stopped. {AGAIN}", returncode=130) from error
    except (DatabaseError, psycopg2.Error) as error:
        raise CommandError(f"PostgreSQL: {str(error).strip()}\n{AGAIN}") from error
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        raise CommandError(f"{name}{os.strerror(error.errno or 0)}. {AGAIN}") from error


def show_check(console: Console, found: CheckReport) -> None:
    """Print the findings. Raises CommandError if an ingest would stop."""
    report = found.report()
    console.print(files_table(report))
    for name, seen in found.files.items():
        for reason, example in seen.examples.items():
            line = f"{name}: {reason}, as in {seen.source.unit} {example.line}: {example.row[:120]}"
            console.print(line, highlight=False, markup=False)
    for warning in found.warnings:
        console.print(f"Warning: {warning}", highlight=False, markup=False)
    for line in found.fitness:
        console.print(line, highlight=False)
    if found.faults:
        raise CommandError("An ingest would stop:\n" + "\n".join(found.faults))
    console.print("An ingest would take these files. Nothing was loaded.")


def show(console: Console, report: Report) -> None:
    """Print the report as a table and a one-line summary."""
    console.print(files_table(report))
    pictures = report["pictures"]
    console.print(
        f"Pictures: {pictures['found']:,} articles have one, {pictures['missing']:,} have none, "
        f"{pictures['surplus']:,} belong to no article, "
        f"{pictures['unreadable_files']:,} can't be read."
    )
    for warning in [*report["warnings"], *pictures.get("warnings", [])]:
        console.print(f"Warning: {warning}", highlight=False, markup=False)
    if report["rejects_file"]:
        console.print(f"Rows that can't be used: {report['rejects_file']}")
    console.print(summary(report))


def files_table(report: Report) -> Table:
    table = Table("file", "rows", "accepted", "rejected")
    for name, file in report["files"].items():
        rejected = sum(file["rejected"].values())
        table.add_row(name, f"{file['rows']:,}", f"{file['accepted']:,}", f"{rejected:,}")
        for reason, count in file["rejected"].items():
            table.add_row("", "", f"  {reason}", f"{count:,}")
    return table


def summary(report: Report) -> str:
    if report["unchanged"]:
        return "These files are loaded already: nothing changed."
    return (
        f"{report['rows']:,} rows in {sum(report['seconds'].values()):.1f} s "
        f"({report['rows_per_second']:,} rows/s), {report['months']} months, "
        f"peak memory {report['peak_mb']} MB."
    )
