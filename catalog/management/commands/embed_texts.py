import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from catalog.management.embedding import embedding
from catalog.search.meaning.encoder import NoMeaningError
from catalog.search.meaning.vectors import embed
from web.arguments import positive_whole


class Command(BaseCommand):
    help = (
        "Compute a sentence vector for every article text that has none; search uses them after "
        "the next start. An interrupted run keeps what it has computed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--threads", type=positive_whole, default=2, metavar="N", help="default: 2"
        )

    def handle(self, *args: object, threads: int, **options: object) -> None:
        start = time.perf_counter()
        with embedding("texts", self.stdout, NoMeaningError) as progress:
            embedded = embed(Path(settings.MEANING_DIR), threads, progress)
        self.stdout.write(f"{embedded:,} texts embedded in {time.perf_counter() - start:.1f} s")
