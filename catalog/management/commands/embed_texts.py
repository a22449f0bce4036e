"""manage.py embed_texts [--threads N]"""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from catalog.search.meaning.encoder import NoMeaningError
from catalog.search.meaning.vectors import embed


class Command(BaseCommand):
    help = (
        "Make a sentence vector of every article text that has none; search uses them after the "
        "next start. What is done stays done when the command is stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=2, metavar="N", help="default: 2")

    def handle(self, *args: object, threads: int, **options: object) -> None:
        if threads < 1:
            raise CommandError("--threads: at least 1")
        start = time.perf_counter()
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(quiet=not self.stdout.isatty())) as bar:
            task = bar.add_task("texts", total=None)

            def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            try:
                embedded = embed(Path(settings.MEANING_DIR), threads, progress)
            except (NoMeaningError, OSError) as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt as error:
                raise CommandError(
                    "stopped; run it again to go on where it stopped", returncode=130
                ) from error
        self.stdout.write(f"{embedded:,} texts embedded in {time.perf_counter() - start:.1f} s")
