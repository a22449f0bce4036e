"""manage.py preview_outfits --constraints FILE [--articles ID …] [--sample N]"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from recommendations.bundle import registry
from recommendations.bundle.reader import ABSENT, Bundle
from recommendations.dataset.load import load_articles
from recommendations.outfits.arrays import wardrobe_of
from recommendations.outfits.assembly import assemble
from recommendations.outfits.constraints import read
from recommendations.outfits.search import Preferences, Wardrobe
from recommendations.outfits.slots import SlotsError

SAMPLE = 200
SHOWN = 40


class Command(BaseCommand):
    help = (
        "Show how a changed table of constraints would change looks, before it is installed and "
        "used for training: the looks that differ, before and after."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--constraints", type=Path, required=True, metavar="FILE")
        parser.add_argument(
            "--articles",
            nargs="+",
            metavar="ID",
            help="articles to build looks around (default: best sellers)",
        )
        parser.add_argument(
            "--sample", type=int, default=SAMPLE, metavar="N", help="number of best sellers"
        )

    def handle(
        self, *, constraints: Path, articles: list[str] | None, sample: int, **options: object
    ) -> None:
        bundle = registry.active()
        if bundle is None:
            raise CommandError("there is no model: run train_recommendations first")
        try:
            tables = read(constraints)
        except SlotsError as error:
            raise CommandError(str(error)) from error
        now = wardrobe_of(bundle)
        frame = load_articles()
        place = np.searchsorted(frame["article"], bundle.article).clip(max=len(frame) - 1)
        if not np.array_equal(frame["article"].to_numpy()[place], bundle.article):
            raise CommandError(
                "the catalogue has changed since the last training: train again first"
            )
        wear = tables.wear(frame.iloc[place].reset_index(drop=True))
        then = replace(now, constraints=tables, wear=wear)
        rows = rows_of(bundle, articles) if articles else best_sellers(now, sample)
        changed = [(row, a, b) for row in rows if (a := look(now, row)) != (b := look(then, row))]
        Console().print(table_of(bundle, changed[:SHOWN]))
        self.stdout.write(f"{len(changed):,} of {len(rows):,} looks change")


def rows_of(bundle: Bundle, articles: list[str]) -> list[int]:
    """Raise CommandError for an article unknown to the model."""
    found = []
    for article in articles:
        row = bundle.row_of(int(article)) if article.isdecimal() else ABSENT
        if row == ABSENT:
            raise CommandError(f"--articles: the model has no article {article}")
        found.append(row)
    return found


def best_sellers(wardrobe: Wardrobe, count: int) -> list[int]:
    found: list[int] = np.argsort(-wardrobe.model.popularity, kind="stable")[:count].tolist()
    return found


def look(wardrobe: Wardrobe, row: int) -> list[int]:
    pieces = assemble(wardrobe, np.array([row], np.int32), Preferences(), None, 0).pieces
    return [piece.row for piece in pieces]


def table_of(bundle: Bundle, changed: list[tuple[int, list[int], list[int]]]) -> Table:
    shown = Table("article", "now", "then")
    for row, now, then in changed:
        shown.add_row(
            f"{bundle.article[row]:010d} {bundle.name(row)}",
            ", ".join(map(bundle.name, now)),
            ", ".join(map(bundle.name, then)),
        )
    return shown
