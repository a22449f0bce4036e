from dataclasses import replace
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from demo.management.commands.simulate_shoppers import add_plan, plan_of, read_truth, save
from demo.shoppers.comparison import NotCountedError
from demo.shoppers.shelf_learning import (
    NothingLearnedError,
    ShopFailedError,
    figures,
    models,
    teach,
    try_out,
)
from web.arguments import positive_whole
from web.json_types import Json

EXPECTED: Final = (NothingLearnedError, NotCountedError, ShopFailedError, ValidationError)


class Command(BaseCommand):
    help = (
        "Measure what the log of shelves is worth: simulated shoppers look at “for you” and click, "
        "training learns a ranker from the log, and other shoppers, whom it has not met, are shown "
        "shelves by the models with and without it: a real experiment in the running shop."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_plan(parser)
        parser.add_argument(
            "--judges",
            type=positive_whole,
            default=1500,
            help="number of shoppers who compare, after those who taught (default: 1500)",
        )

    def handle(self, *args: object, **options: Any) -> None:
        plan, truth = plan_of(options), read_truth(options["data_dir"])
        judges = replace(plan, shoppers=options["judges"], seed=plan.seed + 1)
        with Progress(transient=True) as progress:
            taught_by = progress.add_task("Shoppers who teach", total=plan.shoppers)
            compared_by = progress.add_task("Shoppers who compare", total=judges.shoppers)
            try:
                taught = teach(plan, truth, partial(progress.advance, taught_by))
                call_command("train_recommendations", stdout=self.stdout)
                between = models()
                found = try_out(judges, truth, between, partial(progress.advance, compared_by))
            except EXPECTED as error:
                raise CommandError(str(error)) from error
        of = figures(taught, between[1].manifest["live_ranker"], found)
        save(of, options["json"])
        show(of, Console())


def show(of: Json, console: Console) -> None:
    console.print(f"{of['shelves']:,} shelves, {of['clicks']:,} clicks. {of['learned']}")
    without, learned = of["clicks_per_shopper"]
    console.print(
        f"{sum(of['shoppers']):,} other shoppers: {learned:.3f} clicks each with the ranker, "
        f"{without:.3f} without; difference {of['difference']['difference']:+.3f} "
        f"({of['difference']['low']:+.3f} … {of['difference']['high']:+.3f}), "
        f"the truth is {of['truth']:+.3f}"
    )
