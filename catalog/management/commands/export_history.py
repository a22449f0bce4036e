"""manage.py export_history --out DIR"""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.lake.files import export_sales


class Command(BaseCommand):
    help = (
        "Write the sales as Parquet files by month, which Spark and other engines read. Run it "
        "after every ingest: only months that changed are written again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--out", type=Path, default=settings.LAKE_DIR, help=f"folder ({settings.LAKE_DIR})"
        )

    def handle(self, *args: object, out: Path, **options: object) -> None:
        start, months, sales = time.perf_counter(), 0, 0
        try:
            for month, count in export_sales(out):
                months, sales = months + 1, sales + count
                self.stdout.write(f"{month:%Y-%m}: {count:,} sales")
        except OSError as error:
            raise CommandError(f"{out} can't be written: {error}") from error
        seconds = time.perf_counter() - start
        self.stdout.write(f"{sales:,} sales of {months} changed months in {seconds:.1f} s: {out}")
