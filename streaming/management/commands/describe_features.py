from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from streaming.features.reference import page


class Command(BaseCommand):
    help = "Write docs/features.md, the reference of all features, from their registry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = Path(settings.BASE_DIR) / "docs" / "features.md"
        parser.add_argument(
            "--out", type=Path, default=default, help="file to write (default: docs/features.md)"
        )

    def handle(self, *args: object, out: Path, **options: object) -> None:
        text = page()
        out.write_text(text)
        self.stdout.write(f"{out}: {text.count('### ')} features.")
