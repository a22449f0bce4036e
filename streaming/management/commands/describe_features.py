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


TABLE: Final = """
| feature | meaning | type | unit | window | half-life | default | entries | time to live |
|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    entities = dict.fromkeys(feature.of for feature in REGISTRY)
    return HEAD + "".join(map(_section, entities))


def _section(entity: str) -> str:
    rows = [_row(feature) for feature in REGISTRY if feature.of == entity]
    return f"\n## Of each {entity}\n{TABLE}" + "".join(rows)


def _row(feature: Feature) -> str:
    half_life = f"{feature.half_life_ms // DAY_MS} d" if feature.half_life_ms else "–"
    cells = (
        feature.name, feature.meaning, feature.type, feature.unit, feature.window, half_life,
        feature.default, feature.bound, f"{feature.ttl_s // 86_400} d",
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |\n"


class Command(BaseCommand):
    help = "Write docs/features.md, the reference of all features, from their registry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = Path(settings.BASE_DIR) / "docs" / "features.md"
        parser.add_argument(
            "--out", type=Path, default=default, help="file to write (default: docs/features.md)"
        )

    def handle(self, *args: object, out: Path, **options: object) -> None:
        out.write_text(page())
        self.stdout.write(f"{out}: {len(REGISTRY)} features.")
