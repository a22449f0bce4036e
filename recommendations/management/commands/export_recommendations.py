"""manage.py export_recommendations --customers FILE --out FILE [--as-of DATE]"""

import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from recommendations.bundle.format import BundleError
from recommendations.bundle.models import ModelVersion
from recommendations.serving.export import CustomersFileError, export
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
        "Write the recommendations of every customer of a file in the format of Kaggle's "
        "submissions: customer_id,prediction. Goes on where a run before it was stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--customers", type=Path, required=True, help="CSV with a column customer_id (or .gz)"
        )
        parser.add_argument("--out", type=Path, required=True, help="the file to write")
        parser.add_argument("--as-of", type=day, metavar="DATE", help="use the model of this day")

    def handle(self, *args: Any, **options: Any) -> None:
        version = version_of(options["as_of"])
        start = time.perf_counter()
        with Console(stderr=True).status("customers") as status:
            try:
                written, before = export(
                    version.folder,
                    options["customers"],
                    options["out"],
                    lambda count: status.update(f"{count:,} customers"),
                )
            except (CustomersFileError, BundleError, OSError) as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt as error:
                raise CommandError(
                    "stopped; the same command goes on from here", returncode=130
                ) from error
        self.stdout.write(
            f"{written:,} customers ({before:,} from an earlier run) from model {version} as of "
            f"{version.as_of} to {options['out']} in {time.perf_counter() - start:.1f} s"
        )
