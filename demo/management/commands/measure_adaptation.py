from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from demo.management.commands.simulate_shoppers import add_plot, add_shop, read_truth, save
from demo.shoppers.adaptation import BEFORE, figures, measure
from demo.shoppers.browser import ShopError
from web.arguments import positive_whole


class Command(BaseCommand):
    help = (
        "Measure how soon “for you” follows a change of taste: each simulated shopper opens "
        f"{BEFORE} articles that match one taste, then articles that match a very different one, "
        "and checks after each which of the two tastes the shelf suits better."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_shop(parser)
        parser.add_argument(
            "--shoppers", type=positive_whole, default=40, help="number of shoppers (default: 40)"
        )
        add_plot(parser)

    def handle(
        self, *args: object, data_dir: Path, shop: str, shoppers: int, seed: int, **options: object
    ) -> None:
        truth = read_truth(data_dir)
        with Progress(transient=True) as progress:
            task = progress.add_task("Shoppers", total=shoppers)
            try:
                found = measure(shop, shoppers, truth, seed, lambda: progress.advance(task))
            except ShopError as error:
                raise CommandError(str(error)) from error
        of = figures(found)
        save(of, options["json"])
        if isinstance(plot := options["plot"], Path):
            from demo.shoppers import plots  # matplotlib is among the development packages

            plots.adaptation(of).savefig(plot, format="svg", metadata={"Date": None})
        Console().print(
            f"{of['shoppers']} shoppers: the median shelf follows after {of['median']} events, "
            f"{of['within_3']:.0%} within 3, {of['never']:.0%} not within {len(of['middle']) - 1}"
        )
