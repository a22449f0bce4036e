"""manage.py export_recommendations --customers FILE --out FILE [--as-of DATE]"""

import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from catalog.ingest.errors import IngestError
from catalog.lake.spark import add_engine_arguments
from recommendations.bundle.format import BundleError
from recommendations.bundle.models import ModelVersion
from recommendations.management.engine import exporter
from recommendations.serving.export import export
from recommendations.serving.export_formats import FORMATS, KAGGLE
from web.arguments import day


def version_of(as_of: date | None) -> ModelVersion:
    """The active version, or the newest that knows the sales up to `as_of` and no later ones."""
    versions = ModelVersion.objects.active() if as_of is None else ModelVersion.objects.ready()
    found = versions.first() if as_of is None else versions.filter(as_of=as_of).first()
    if found is None:
        wanted = "" if as_of is None else f" --as-of {as_of}"
        raise CommandError(f"There is no such model: run train_recommendations{wanted} first.")
    return found


class Command(BaseCommand):
    help = (
        "Write twelve articles for every customer of a file: as Kaggle's submissions have it "
        "(customer_id,prediction), as JSON lines or Parquet. Each customer gets one line. Goes on "
        "where a run with the same customers, model and format was stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--customers",
            type=Path,
            required=True,
            help="any file with a column customer_id that ingest_hm reads: .csv, packed, .parquet",
        )
        parser.add_argument("--format", choices=FORMATS, default=KAGGLE, help="default: kaggle")
        parser.add_argument("--out", type=Path, required=True, help="the file to write")
        parser.add_argument(
            "--as-of", type=day, metavar="DATE", help="use the model trained up to this day"
        )
        add_engine_arguments(parser)

    def handle(self, *args: object, **options: Any) -> None:
        version = version_of(options["as_of"])
        start = time.perf_counter()
        with exporter(**options) as mapped, Console(stderr=True).status("customers") as status:
            try:
                done = export(
                    version.folder,
                    options["customers"],
                    options["out"],
                    lambda count: status.update(f"{count:,} customers"),
                    options["format"],
                    mapped,
                )
            except (IngestError, BundleError, OSError) as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt as error:
                raise CommandError(
                    "stopped; the same command goes on from here", returncode=130
                ) from error
        if done.repeated:
            self.stderr.write(
                f"{options['customers']}: {done.repeated:,} rows name a customer again; each "
                "customer has one line."
            )
        self.stdout.write(
            f"{done.written:,} customers ({done.before:,} from an earlier run) from model "
            f"{version} as of {version.as_of} to {options['out']} "
            f"in {time.perf_counter() - start:.1f} s"
        )
