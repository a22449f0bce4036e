"""manage.py compare_strategies --control default --other popularity [--kind for-you] [--runs N]"""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from recommendations.experiments.strategies import STRATEGIES
from recommendations.kinds import KINDS
from storefront.management.commands.simulate_shoppers import add_plan, plan_of, read_minds
from storefront.simulator.comparison import (
    Comparison,
    NotCountedError,
    compare,
    repeat,
    summary,
)
from storefront.simulator.crowd import Plan


class Command(BaseCommand):
    help = (
        "Compare two strategies of a shelf on simulated shoppers: a real experiment in the running "
        "shop, counted by its stream. The same strategy twice is an A/A test, which should find "
        "no difference. Clicks per shopper, with intervals that hold at any look."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan(parser)
        parser.add_argument("--kind", choices=sorted(KINDS), default="for-you")
        parser.add_argument("--control", choices=sorted(STRATEGIES), default="default")
        parser.add_argument("--other", choices=sorted(STRATEGIES), default="popularity")
        parser.add_argument("--runs", type=int, default=1, help="experiments, one after another")

    def handle(self, *args: Any, **options: Any) -> None:
        plan, truth = plan_of(options), read_minds(options["data_dir"])
        if options["runs"] < 1:
            raise CommandError("--runs must be 1 or more")
        control, other = ({"strategy": options[name]} for name in ("control", "other"))
        with Progress(transient=True) as progress:
            task = progress.add_task("Shoppers", total=plan.shoppers * options["runs"])

            def once(one: Plan) -> Comparison:
                return compare(
                    one, truth, options["kind"], control, other, lambda: progress.advance(task)
                )

            try:
                found = repeat(plan, options["runs"], once)
            except (NotCountedError, ValidationError) as error:
                raise CommandError(str(error)) from error
        if options["json"]:
            options["json"].write_text(json.dumps(summary(found), indent=1) + "\n")
        show(found, f"{options['kind']}: {options['other']} against {options['control']}")


def show(found: list[Comparison], title: str) -> None:
    console, table = Console(), Table(title=title, title_justify="left")
    for name in ("seed", "shoppers", "click-through", "difference", "95 %", "truth", "told"):
        table.add_column(name, justify="right")
    for one in found:
        table.add_row(
            str(one.seed),
            " / ".join(f"{n:,}" for n in one.shoppers),
            " / ".join(f"{rate:.3f}" for rate in one.click_rate),
            f"{one.measured.difference:+.3f}",
            f"{one.measured.low:+.3f} … {one.measured.high:+.3f}",
            f"{one.truth:+.3f}",
            "yes" if one.detected else "no",
        )
    console.print(table)
    of = summary(found)
    console.print(
        f"A difference was told in {of['detected']} of {of['runs']} runs; the truth over all of "
        f"them, {of['truth']:+.3f} clicks a shopper, lies in {of['truth_inside']} intervals."
    )
