"""manage.py score_outfits --questions FILE --out FILE [--as-of DATE]"""

import os
import time
from datetime import date
from pathlib import Path

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from catalog.ingest.errors import IngestError
from catalog.ingest.reading.lines import lines_of
from recommendations.bundle import registry
from recommendations.dataset.inputs import Progress
from recommendations.dataset.load import NothingToTrainOnError, load_inputs
from recommendations.evaluation.outfit_scores import Line, QuestionError, answer, questions
from recommendations.outfits.arrays import wardrobe_of
from recommendations.outfits.search import Wardrobe
from recommendations.training.outfits.offline import trained_wardrobe
from web.arguments import day


class Command(BaseCommand):
    help = (
        'Score outfit questions: for each line {"id", "bag": [article ids], "choices": [article '
        'ids]} write {"id", "scores": [a number per choice], "top": [60 article ids, best first]}. '
        "Articles that are not known are answered with the lowest score."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--questions", type=Path, required=True, metavar="FILE")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument(
            "--as-of",
            type=day,
            metavar="DATE",
            help="use sales up to this day only (default: those of the active model)",
        )

    def handle(
        self, *args: object, questions: Path, out: Path, as_of: date | None, **options: object
    ) -> None:
        start = time.perf_counter()
        asked = self.read(questions)
        wardrobe = wardrobe_as_of(as_of, lambda line: self.stdout.write(f"  {line}"))
        partial = out.with_name(f".{out.name}.{os.getpid()}")
        quiet = not self.stdout.isatty()
        try:
            with partial.open("wb") as file:
                for line in track(asked, "questions", console=Console(quiet=quiet)):
                    file.write(msgspec.json.encode(answer(wardrobe, line)) + b"\n")
            partial.replace(out)
        except OSError as error:
            raise CommandError(f"{out}: {error}") from error
        finally:
            partial.unlink(missing_ok=True)
        taken = time.perf_counter() - start
        self.stdout.write(f"{len(asked):,} questions answered in {taken:.1f} s: {out}")

    def read(self, file: Path) -> list[Line]:
        try:
            found = list(questions(lines_of(file)))
        except IngestError as error:
            raise CommandError(str(error)) from error
        except (OSError, QuestionError) as error:
            raise CommandError(f"{file}: {error}") from error
        if not found:
            raise CommandError(f"{file} has no question.")
        return found


def wardrobe_as_of(as_of: date | None, progress: Progress) -> Wardrobe:
    """The active model's wardrobe if it has that as-of day, else one trained on the spot."""
    bundle = registry.active()
    if bundle is not None and as_of in (None, date.fromisoformat(bundle.manifest.as_of)):
        return wardrobe_of(bundle)
    try:
        return trained_wardrobe(load_inputs(as_of, timezone.now().date(), progress), progress)
    except NothingToTrainOnError as error:
        raise CommandError(str(error)) from error
