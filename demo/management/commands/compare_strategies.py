import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from demo.management.commands.simulate_shoppers import add_plan, add_plot, plan_of, read_truth, save
from demo.shoppers.comparison import NotCountedError
from demo.shoppers.studies import STUDIES, conduct, summary
from web.json_types import Json


class Command(BaseCommand):
    help = (
        "Compare two strategies of a shelf on simulated shoppers: a real experiment in the running "
        "shop, counted by its stream. The same strategy twice is an A/A test, which should find "
        "no difference. Clicks per shopper, with intervals that hold at any look, beside the truth."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan(parser)
        parser.add_argument(
            "studies", nargs="+", metavar="STUDY", choices=["all", *STUDIES],
            help=f"all, or some of {', '.join(STUDIES)}",
        )  # fmt: skip
        parser.add_argument(
            "--size",
            type=float,
            default=1.0,
            help="multiply the studies' numbers of shoppers (default: 1)",
        )
        parser.add_argument(
            "--pages",
            action="store_true",
            help="browse whole pages instead of calling the shelf's API",
        )
        add_plot(parser)

    def handle(self, *args: object, **options: Any) -> None:
        plan, truth = plan_of(options), read_truth(options["data_dir"])
        results = read_results(options["json"])
        for number, (name, ready) in enumerate(STUDIES.items()):
            if not {name, "all"} & set(options["studies"]):
                continue
            study = replace(ready, shoppers=max(round(ready.shoppers * options["size"]), 20))
            only = None if options["pages"] else study.kind
            # Each study has its own customers, as the shop remembers returning ones.
            own = replace(plan, only=only, panel=(number, len(STUDIES)))
            with Progress(transient=True) as progress:
                task = progress.add_task(study.title, total=study.shoppers * study.runs)
                try:
                    found = conduct(study, own, truth, partial(progress.advance, task))
                except (NotCountedError, ValidationError) as error:
                    raise CommandError(f"{study.title}: {error}") from error
            results[name] = summary(study, found)
            show(results[name])
            # Saved after each study, so that an interruption loses nothing.
            write(results, options["json"], options["plot"])


def read_results(file: Path | None) -> dict[str, Json]:
    """The file's results of other studies, to which new ones are added."""
    if file is None or not file.exists():
        return {}
    results: dict[str, Json] = json.loads(file.read_text())
    return results


def write(results: dict[str, Json], file: Path | None, plot: Path | None) -> None:
    save(results, file)
    if plot:
        from demo.shoppers import plots  # matplotlib is among the development packages

        done = [results[name] for name in STUDIES if name in results]
        plots.forest(done).savefig(plot, format="svg", metadata={"Date": None})


def show(of: Json) -> None:
    console, table = Console(), Table(title=of["title"], title_justify="left")
    for name in ("seed", "shoppers", "clicks", "difference", "95 %", "truth"):
        table.add_column(name, justify="right")
    for one in of["each"]:
        table.add_row(
            str(one["seed"]),
            " / ".join(f"{n:,}" for n in one["shoppers"]),
            " / ".join(f"{clicks:.3f}" for clicks in one["clicks"]),
            f"{one['difference']:+.3f}",
            f"{one['low']:+.3f} … {one['high']:+.3f}",
            f"{one['truth']:+.3f}",
        )
    console.print(table)
    console.print(
        f"A difference was detected in {of['detected']} of {of['runs']} runs; the truth over all "
        f"of them, {of['truth']:+.3f} clicks a shopper, lies in {of['truth_inside']} intervals."
    )
