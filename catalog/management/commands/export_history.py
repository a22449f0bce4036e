import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.lake.files import export


class Command(BaseCommand):
    help = (
        "Write the sales and the shop's orders as Parquet files by month, which Spark and other "
        "engines read: only months that changed. In the usual folder, each ingest and each night "
        "append to them from then on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--out", type=Path, default=settings.LAKE_DIR, help=f"folder ({settings.LAKE_DIR})"
        )

    def handle(self, *args: object, out: Path, **options: object) -> None:
        start, months, rows = time.perf_counter(), 0, 0
        try:
            for table, month, count in export(out):
                months, rows = months + 1, rows + count
                self.stdout.write(f"{month:%Y-%m}: {count:,} {table}")
        except OSError as error:
            raise CommandError(f"{out} can't be written: {error}") from error
        seconds = time.perf_counter() - start
        self.stdout.write(f"{rows:,} rows of {months} changed months in {seconds:.1f} s: {out}")
