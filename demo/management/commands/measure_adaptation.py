"""manage.py measure_adaptation --data-dir DIR [--shop URL] [--shoppers N] …"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from demo.management.commands.simulate_shoppers import add_shop, read_minds
from demo.shoppers.adaptation import BEFORE, figures, measure
from demo.shoppers.browser import ShopError


class Command(BaseCommand):
    help = (
        "Measure how soon “for you” follows a change of taste: each simulated shopper opens "
        f"{BEFORE} articles that match one taste, then articles that match a very different one, "
        "and checks after each which of the two tastes the shelf suits better."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_shop(parser)
        parser.add_argument(
            "--shoppers", type=int, default=40, help="number of shoppers (default: 40)"
        )
        parser.add_argument(
            "--plot",
            type=Path,
            metavar="FILE",
            help="write a plot to this SVG file (needs requirements-dev.txt)",
        )

    def handle(self, *args: object, **options: Any) -> None:
        if options["shoppers"] < 1:
            raise CommandError("--shoppers must be 1 or more")
        minds = read_minds(options["data_dir"])
        with Progress(transient=True) as progress:
            task = progress.add_task("Shoppers", total=options["shoppers"])
            try:
                found = measure(
                    options["shop"],
                    options["shoppers"],
                    minds,
                    options["seed"],
                    lambda: progress.advance(task),
                )
            except ShopError as error:
                raise CommandError(str(error)) from error
        of = figures(found)
        if options["json"]:
            options["json"].write_text(json.dumps(of, indent=1) + "\n")
        if options["plot"]:
            from demo.shoppers import plots  # matplotlib is among the development packages

            plots.adaptation(of).savefig(options["plot"], format="svg", metadata={"Date": None})
        Console().print(
            f"{of['shoppers']} shoppers: the median shelf follows after {of['median']} events, "
            f"{of['within_3']:.0%} within 3, {of['never']:.0%} not within {len(of['middle']) - 1}"
        )
