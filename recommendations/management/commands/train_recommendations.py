"""manage.py train_recommendations [--as-of DATE]"""

import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.lake.spark import add_engine_arguments, add_source_arguments
from recommendations.dataset.load import NothingToTrainOnError
from recommendations.management.engine import source_of_sales
from recommendations.training.run import Load, TrainingRunningError, train_model
from web.arguments import day


class Command(BaseCommand):
    help = (
        "Train the recommendation model from the ingested data, write it as a bundle of "
        "memory-mapped files, and let every process serve from it. The admin can go back to an "
        "older one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            type=day,
            metavar="DATE",
            help="last day of sales to train on (default: the last day of the data)",
        )
        parser.add_argument(
            "--quick",
            action="store_true",
            help="skip the slow parts: ranker, outfit weights, neighbours of other types",
        )
        add_engine_arguments(parser)
        add_source_arguments(parser)

    def handle(self, *args: object, as_of: date | None, quick: bool, **options: Any) -> None:
        with source_of_sales(**options) as load:
            self.train(as_of, quick, load)

    def train(self, as_of: date | None, quick: bool, load: Load) -> None:
        start = time.perf_counter()

        def progress(line: str) -> None:
            self.stdout.write(f"{time.perf_counter() - start:7.1f} s  {line}")

        try:
            version = train_model(as_of, timezone.now(), progress, quick=quick, load=load)
        except (TrainingRunningError, NothingToTrainOnError, OSError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError(
                "stopped; the model before it stays active", returncode=130
            ) from error
        counts = version.manifest["counts"]
        self.stdout.write(
            f"model {version}: {counts['articles']:,} articles and {counts['sales']:,} sales up to "
            f"{version.as_of}, in {time.perf_counter() - start:.1f} s, "
            f"{version.metrics['peak_mb']:,} MB at most; it is active"
        )
