"""manage.py evaluate_outfits [--test-day DATE] [--baskets N] [--json FILE] [--plot FILE]"""

import time
from datetime import date
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from recommendations.dataset.load import NothingToTrainOnError, load_inputs
from recommendations.evaluation.calibration import calibration
from recommendations.evaluation.outfit_candidates import DEPTHS, candidate_recall
from recommendations.evaluation.outfits import LEAD, coverage, evaluate
from recommendations.evaluation.outfits_plot import drawing
from recommendations.management.reports import write_report
from recommendations.training.outfits.baskets import baskets_of
from recommendations.training.outfits.offline import SEED, trained_wardrobe
from recommendations.training.outfits.questions import Decoys, questions_by_basket
from web.arguments import day
from web.json_types import Json

BASKETS = 6000
COVERAGE_SAMPLE = 2000
# Enough for the shares of candidates, which take long.
CANDIDATE_BASKETS = 500
WEEK = 7
# Beside the bundle.
NUMBERS = "outfits.json"
PLOT = "outfits.svg"
PLOTTED = ("fitb", "recall@10", "mrr")


class Command(BaseCommand):
    help = (
        "Train the outfit model on everything before the test day, hide each article of that day's "
        "baskets in turn, and measure how well it is found again, beside simpler ways, and which "
        "share of them is among the candidates."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--test-day", type=day, metavar="DATE", help="day to test on (default: the last day)"
        )
        parser.add_argument(
            "--baskets", type=int, default=BASKETS, metavar="N", help="maximum number of baskets"
        )
        parser.add_argument(
            "--json", type=Path, metavar="FILE", help="write the figures to this JSON file"
        )
        parser.add_argument(
            "--plot", type=Path, metavar="FILE", help="write a plot to this SVG file"
        )

    def handle(
        self,
        *args: object,
        test_day: date | None,
        baskets: int,
        json: Path | None,
        plot: Path | None,
        **options: object,
    ) -> None:
        start = time.perf_counter()
        figures = self.measure(test_day, baskets)
        Console().print(table(figures), lead_table(figures), *candidate_tables(figures))
        text = msgspec.json.format(msgspec.json.encode(figures), indent=1).decode() + "\n"
        picture = drawing(figures["systems"], PLOTTED, figures["calibration"]["bins"])
        write_report({json: text, plot: picture}, {NUMBERS: text, PLOT: picture})
        self.stdout.write(f"evaluated in {time.perf_counter() - start:.1f} s")

    def measure(self, test_day: date | None, most: int) -> Json:
        try:
            inputs = load_inputs(test_day, timezone.now().date(), self.progress)
        except NothingToTrainOnError as error:
            raise CommandError(str(error)) from error
        last = inputs.as_of_day
        known = inputs.until(last - 1)
        wardrobe = trained_wardrobe(known, self.progress)
        slot = wardrobe.model.slot
        bought = baskets_of(inputs.between(last, last).sales, len(slot))
        hidden = list(questions_by_basket(bought, slot, most, np.random.default_rng(SEED)))
        if not hidden:
            raise CommandError(f"no basket of {inputs.as_of} spans two slots")
        week = inputs.between(last - WEEK + 1, last).sales
        sold = np.bincount(week.row, minlength=len(slot)).astype(np.float32)
        found = evaluate(wardrobe, hidden, Decoys(slot, sold, SEED), SEED)
        figures: Json = {
            "train_to": known.as_of.isoformat(),
            "test_day": inputs.as_of.isoformat(),
            "baskets": len(hidden),
            "questions": sum(map(len, hidden)),
            "calibration": calibration(wardrobe, chain(*hidden), Decoys(slot, sold, SEED)),
            "candidates": candidate_recall(wardrobe, hidden[:CANDIDATE_BASKETS], SEED),
            "coverage": coverage(wardrobe, COVERAGE_SAMPLE, SEED),
            "systems": {name: of for name, of in found.items() if not name.startswith(LEAD)},
            "leads": {name: of for name, of in found.items() if name.startswith(LEAD)},
        }
        return dict(msgspec.to_builtins(figures))

    def progress(self, line: str) -> None:
        self.stdout.write(f"  {line}")


def lead_table(figures: Json) -> Table:
    """A line per baseline: the model's lead over it on the same baskets."""
    shown = Table("", *PLOTTED, title="the model's lead, basket by basket")
    for name, found in figures["leads"].items():
        shown.add_row(name, *(cell(found.get(measure)) for measure in PLOTTED))
    return shown


def candidate_tables(figures: Json) -> list[Table]:
    """The share of what was bought that may be proposed at all, and that each generator finds."""
    found = figures["candidates"]
    limits = Table("condition", "share of what was bought", title="what may be proposed")
    for name, figure in found["limits"].items():
        limits.add_row(name, cell(figure))
    depths = [*map(str, DEPTHS)]
    shares = Table("generator", *(f"best {depth}" for depth in depths), title="candidates")
    for name in found[depths[0]]:
        shares.add_row(name, *(cell(found[depth][name]) for depth in depths))
    return [limits, shares]


def table(figures: Json) -> Table:
    """A line per measure, a column per system."""
    systems = figures["systems"]
    title = f"outfits of {figures['test_day']}, trained to {figures['train_to']}"
    asked = f"{figures['questions']:,} questions of {figures['baskets']:,} baskets"
    shown = Table("measure", *systems, title=f"{title}: {asked}")
    for measure in systems["model"]:
        shown.add_row(measure, *(cell(found.get(measure)) for found in systems.values()))
    for name, value in figures["coverage"].items():
        shown.add_row(name, f"{value:.3f}")
    shown.add_row("calibration error", f"{figures['calibration']['error']:.3f}")
    return shown


def cell(figure: dict[str, float] | None) -> str:
    if figure is None:
        return ""
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"
