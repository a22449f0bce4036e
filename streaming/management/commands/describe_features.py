from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management.base import BaseCommand

from streaming.events.spans import DAY_MS
from streaming.features.registry import REGISTRY, Feature

HEAD: Final = """\
<!-- Written by `manage.py describe_features` from streaming/features/registry.py. -->
# Features

What the stream keeps for recommendations. All times, windows and half-lives go by event time; a
time to live starts with the last write. `features.store.snapshot` reads a shopper's features, and
those of any articles, in one round trip.
"""


def page() -> str:
    entities = dict.fromkeys(feature.of for feature in REGISTRY)
    return HEAD + "".join(map(_section, entities))


def _section(entity: str) -> str:
    mine = [feature for feature in REGISTRY if feature.of == entity]
    return f"\n## Of each {entity}\n" + "".join(map(_entry, mine))


def _entry(feature: Feature) -> str:
    fades = "no"
    if feature.half_life_ms is not None:
        fades = f"half-life {feature.half_life_ms // DAY_MS} d"
    rows = {
        "type": feature.type,
        "unit": feature.unit,
        "window": feature.window,
        "fades": fades,
        "default": feature.default,
        "bound": f"{feature.bound} entries",
        "time to live": f"{feature.ttl_s // 86_400} d",
    }
    table = "".join(f"| {name} | {value} |\n" for name, value in rows.items())
    return f"\n### {feature.name}\n\n{feature.meaning.capitalize()}.\n\n| | |\n|---|---|\n{table}"


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
