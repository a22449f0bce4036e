import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from demo.shoppers import ground_truth
from demo.shoppers.crowd import Plan, figures, run
from web.arguments import not_negative, positive_whole, share
from web.json_types import Json


def add_shop(parser: CommandParser) -> None:
    """Options shared by all commands that send shoppers."""
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=settings.VAR_DIR / "data",
        help="generated data set of the shop (default: the demo's)",
    )
    parser.add_argument("--shop", default="http://127.0.0.1:8000", help="address of the shop")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures to this JSON file"
    )


def add_plot(parser: CommandParser) -> None:
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="FILE",
        help="write a plot to this SVG file (needs requirements-dev.txt)",
    )


def save(figures: Json, file: object) -> None:
    """Write them as JSON, if a file is given."""
    if isinstance(file, Path):
        file.write_text(json.dumps(figures, indent=1) + "\n")


def add_plan(parser: CommandParser) -> None:
    """Options that describe a crowd."""
    add_shop(parser)
    parser.add_argument(
        "--shoppers",
        type=positive_whole,
        default=200,
        help="total number of shoppers (default: 200)",
    )
    parser.add_argument(
        "--at-once",
        type=positive_whole,
        default=50,
        help="maximum number of concurrent shoppers (default: 50)",
    )
    parser.add_argument(
        "--think", type=not_negative, default=1.0, help="mean seconds between pages (default: 1)"
    )
    parser.add_argument(
        "--known",
        type=share,
        default=0.0,
        help="share of shoppers who sign in as a customer (default: 0; demo only)",
    )


def plan_of(options: dict[str, Any]) -> Plan:
    return Plan(
        shop=options["shop"],
        shoppers=options["shoppers"],
        at_once=options["at_once"],
        think_s=options["think"],
        known=options["known"],
        seed=options["seed"],
    )


def read_truth(folder: Path) -> ground_truth.GroundTruth:
    try:
        return ground_truth.read(folder)
    except ground_truth.NoTruthError as error:
        raise CommandError(str(error)) from error


class Command(BaseCommand):
    help = (
        "Send simulated shoppers, whose tastes are those of the generated data's customers, to the "
        "shop: they look at its pages, click, add and buy. Prints what they did and how long the "
        "pages took."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan(parser)

    def handle(self, *args: object, **options: Any) -> None:
        plan, truth = plan_of(options), read_truth(options["data_dir"])
        with Progress(transient=True) as progress:
            task = progress.add_task("Shoppers", total=plan.shoppers)
            found = figures(run(plan, truth, lambda: progress.advance(task)))
        save(found, options["json"])
        show(found, Console())
        if found["failures"]:
            lines = [f"{count} × {what}" for what, count in found["failures"].items()]
            raise CommandError("The shop failed:\n" + "\n".join(lines[:20]))


def show(found: Json, console: Console) -> None:
    table = Table(title="Shelves that were looked at", title_justify="left")
    for name in ("widget", "strategy", "looked at", "clicked", "value", "regret"):
        table.add_column(name, justify="left" if name in ("widget", "strategy") else "right")
    for row in found["shelves"]:
        table.add_row(
            row["widget"], row["strategy"], f"{row['looked_at']:,}",
            f"{row['clicked']:.3f}", f"{row['value']:.3f}", f"{row['regret']:.3f}",
        )  # fmt: skip
    console.print(table)
    for kind, of in found["pages_ms"].items():
        console.print(
            f"{kind:9} {of['n']:7,} answers, p50 {of['p50']:.0f} ms, p99 {of['p99']:.0f} ms"
        )
    console.print(
        f"{found['visits']:,} visits, {found['pages']:,} pages, {found['clicks']:,} clicks, "
        f"conversion {found['conversion']:.1%}, revenue {found['revenue']:,.2f}"
    )
