"""manage.py recommend --customer ID [--as-of DATE]"""

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from catalog.models import Customer
from recommendations.bundle.format import BundleError
from recommendations.bundle.reader import Bundle, open_bundle
from recommendations.management.commands.export_recommendations import version_of
from recommendations.ranking.pipeline import Constraints, predicted
from recommendations.ranking.ranker import Opinion, opinions
from recommendations.ranking.scoring import contributions, generate
from recommendations.recommenders.for_you import causes, reason
from recommendations.retrieval.profile import Profile, after_history, profile_of
from streaming.events.actions import ACTIONS
from web.arguments import day


class Command(BaseCommand):
    help = "Explain what a customer is recommended from their purchases, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--customer",
            required=True,
            help="customer id of 64 hex digits, or the customer's number",
        )
        parser.add_argument(
            "--as-of", type=day, metavar="DATE", help="use the model trained up to this day"
        )
        parser.add_argument("--k", type=int, default=12, help="number of items (default: 12)")

    def handle(
        self, *args: object, customer: str, as_of: date | None, k: int, **options: object
    ) -> None:
        known = customer_of(customer)
        version = version_of(as_of)
        try:
            bundle = open_bundle(version.folder)
        except BundleError as error:
            raise CommandError(str(error)) from error
        about = profile_of(bundle, (), known.pk, after_history(bundle))
        console = Console(width=160)
        title = f"Customer {known.customer_id}, as of {version.as_of}"
        console.print(past(bundle, about, title))
        console.print(shelf(bundle, about, k, f"For you, from model {version}"))


def customer_of(text: str) -> Customer:
    number = text.isdecimal() and len(text) < 10
    asked = (
        Customer.objects.filter(pk=int(text))
        if number
        else Customer.objects.filter(customer_id=text.lower())
    )
    found = asked.first()
    if found is None:
        raise CommandError(f"There is no customer {text}.")
    return found


def past(bundle: Bundle, about: Profile, title: str) -> Table:
    table = Table("article", "name", "action", "days ago", title=title)
    actions = zip(about.rows.tolist(), about.kinds.tolist(), about.days.tolist(), strict=True)
    for row, kind, days in actions:
        article = f"{bundle.article[row]:010d}"
        table.add_row(article, bundle.name(row), ACTIONS[kind], f"{days:.0f}")
    return table


def shelf(bundle: Bundle, about: Profile, k: int, title: str) -> Table:
    """The shelf with its reasons, what each generator contributed, and the ranker's explanation."""
    table = Table("", "article", "name", "score", "reason", "from", "ranker", title=title)
    found, why = generate(bundle, about), causes(about)
    of_ranker = opinions(bundle, about, found)
    for place, pick in enumerate(predicted(bundle, about, k, Constraints()), start=1):
        given = contributions(found, pick.row)
        table.add_row(
            str(place),
            f"{bundle.article[pick.row]:010d}",
            bundle.name(pick.row),
            f"{pick.score:.3f}",
            reason(bundle, why, pick.source, pick.cause),
            ", ".join(f"{name} {value:.3f}" for name, value in given.items()),
            describe_opinion(of_ranker.get(pick.row)),
        )
    return table


def describe_opinion(opinion: Opinion | None) -> str:
    """Purchase probability, place in the blend, and the features that moved it most."""
    if opinion is None:
        return ""
    moved = ", ".join(f"{name} {share:+.2f}" for name, share in opinion.moved.items())
    chance = "" if opinion.chance is None else f"{opinion.chance:.1%}, "
    return f"{chance}from place {opinion.place}: {moved}"
