"""manage.py embed_pictures [--images-dir DIR] [--threads N]"""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.management.embedding import embedding
from recommendations.vision.embedding import embed_pictures
from recommendations.vision.encoder import Encoder, NoVisionError
from recommendations.vision.weights import WeightsError

BROKEN_SHOWN = 5


class Command(BaseCommand):
    help = (
        "Make a vector and the dominant colours of every picture that is new or has changed; the "
        "next training uses them. What is done stays done when the command is stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--images-dir",
            type=Path,
            metavar="DIR",
            help="folder of pictures (default: the shop's)",
        )
        parser.add_argument(
            "--threads", type=int, default=2, metavar="N", help="number of threads (default: 2)"
        )

    def handle(
        self, *args: object, images_dir: Path | None, threads: int, **options: object
    ) -> None:
        images, folder = images_dir or Path(settings.IMAGES_DIR), Path(settings.VISION_DIR)
        if not images.is_dir():
            raise CommandError(f"there is no folder {images}")
        if threads < 1:
            raise CommandError("--threads must be 1 or more")
        start = time.perf_counter()
        with embedding("pictures", self.stdout, NoVisionError, WeightsError) as progress:
            found = embed_pictures(images, folder, Encoder(folder, threads), progress)
        if found.broken:
            some = ", ".join(f"{article:010d}" for article in found.broken[:BROKEN_SHOWN])
            self.stderr.write(f"{len(found.broken):,} pictures can't be read, such as {some}")
        self.stdout.write(
            f"{found.embedded:,} pictures embedded, {found.unchanged:,} unchanged, "
            f"in {time.perf_counter() - start:.1f} s"
        )
