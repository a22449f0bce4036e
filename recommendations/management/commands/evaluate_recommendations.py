"""manage.py evaluate_recommendations [--holdout-days 7] [--k 12] [--kaggle] [--json FILE]"""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.lake.spark import add_engine_arguments, add_source_arguments
from recommendations.dataset.inputs import History
from recommendations.dataset.load import NothingToTrainOnError
from recommendations.evaluation.published import PUBLISHED, difference_from_competition
from recommendations.evaluation.report import page, summary
from recommendations.evaluation.run import FOR_YOU, NothingToEvaluateError, Plan, evaluate
from recommendations.management.engine import source_of_sales
from recommendations.management.reports import write_report
from recommendations.training.run import Load
from web.arguments import day
from web.json_types import Json

# Kaggle's protocol: everybody who bought in the last week, lists of twelve.
KAGGLE: Final = Plan(holdout_days=7, k=12, rolls=1, customers=10_000_000)
# The model's admin page links to them.
PAGE, NUMBERS = "evaluation.html", "evaluation.json"


class Command(BaseCommand):
    help = (
        "Compare for-you with baselines on rolling windows of the history: each window is "
        "predicted from the sales before it. Writes a report beside the active model."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--holdout-days",
            type=int,
            default=7,
            help="length of a test window in days (default: 7)",
        )
        parser.add_argument("--k", type=int, default=12, help="length of the lists (default: 12)")
        parser.add_argument(
            "--rolls", type=int, default=1, help="number of consecutive test windows"
        )
        parser.add_argument("--until", type=day, metavar="DATE", help="end of the last window")
        parser.add_argument(
            "--customers",
            type=int,
            default=5000,
            help="random sample of customers per window, at most",
        )
        parser.add_argument(
            "--known", action="store_true", help="only customers who had bought before a window"
        )
        parser.add_argument(
            "--ablate", action="store_true", help="train a ranker without each group of features"
        )
        parser.add_argument(
            "--kaggle",
            action="store_true",
            help="the competition's protocol: everybody of the last week, lists of 12, with a "
            "table of published results",
        )
        parser.add_argument(
            "--json", type=Path, metavar="FILE", help="also write the figures to this JSON file"
        )
        add_engine_arguments(parser)
        add_source_arguments(parser)

    def handle(self, *args: object, **options: Any) -> None:
        plan = plan_of(options)
        with source_of_sales(**options) as load:
            self.evaluate(plan, load, options)

    def evaluate(self, plan: Plan, load: Load, options: Json) -> None:
        start = time.perf_counter()

        def progress(line: str) -> None:
            self.stdout.write(f"{time.perf_counter() - start:7.1f} s  {line}")

        try:
            history = load(options["until"], timezone.now().date(), progress)
            outcomes = evaluate(history, plan, progress)
        except (NothingToTrainOnError, NothingToEvaluateError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("interrupted; no report was written", returncode=130) from error
        found = summary(outcomes, plan, note=settings.DATA_LABEL)
        if options["kaggle"]:
            found["published"] = PUBLISHED
            self.tell_published(history)
        text = json.dumps(found, indent=1) + "\n"
        write_report({options["json"]: text}, {NUMBERS: text, PAGE: page(found)})
        key = f"map@{plan.k}"
        for name, values in found["methods"].items():
            low, high = values[key]["interval"]
            self.stdout.write(
                f"{name:24} {key} {values[key]['mean']:.4f} ({low:.4f} – {high:.4f})  "
                f"recall@{plan.k} {values[f'recall@{plan.k}']['mean']:.4f}"
            )
        for name, ahead in found["for-you minus"].get("known", {}).items():
            self.stdout.write(f"known customers: for-you minus {name} {key} {lead(ahead)}")
        for window in found["windows"]:
            self.stdout.write(f"window after {window['after']}: {line_of(window)}")
        self.stdout.write(
            f"{found['customers']:,} customers of {len(outcomes)} windows in "
            f"{time.perf_counter() - start:.1f} s; next in session: real-time is "
            f"{found['next in session']['ratio']} times without"
        )

    def tell_published(self, history: History) -> None:
        for name, value in PUBLISHED.items():
            self.stdout.write(f"{name:34} map@12 {value} (published, full data)")
        if warning := difference_from_competition(history):
            self.stdout.write(f"note: {warning}")


def lead(ahead: Json) -> str:
    low, high = ahead["interval"]
    return f"{ahead['mean']:+.4f} ({low:+.4f} – {high:+.4f})"


def line_of(window: Json) -> str:
    """For-you in one window, and its lead over the best other method there."""
    others = {name: mean for name, mean in window["methods"].items() if name != FOR_YOU}
    best = max(others, key=others.__getitem__)
    return (
        f"{window['customers']:,} customers, for-you {window['methods'][FOR_YOU]:.4f}, "
        f"{best} {others[best]:.4f}, difference {lead(window['for-you minus'][best])}"
    )


def plan_of(options: Json) -> Plan:
    """Raise CommandError for a number below 1."""
    names = ("holdout_days", "k", "rolls", "customers")
    for name in names:
        if options[name] < 1:
            raise CommandError(f"--{name.replace('_', '-')} must be 1 or more")
    flags = {name: options[name] for name in ("known", "ablate")}
    plan = Plan(**{name: options[name] for name in names}, **flags)
    return replace(KAGGLE, ablate=plan.ablate) if options["kaggle"] else plan
