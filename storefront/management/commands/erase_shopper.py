import getpass
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from storefront.privacy import erasure
from streaming.events.schema import is_shopper


class Command(BaseCommand):
    help = (
        "Erase a shopper everywhere, permanently: features, bag, lists, sessions, purchases and "
        "waiting events; orders stay without their name. Neither a replay, a rebuild nor a new "
        "ingest brings them back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "shopper", help="c followed by the customer's key, or a followed by 32 hex digits"
        )

    def handle(self, *args: object, shopper: str, **options: object) -> None:
        if not is_shopper(shopper):
            raise CommandError(
                f"{shopper} is not a shopper: use c17, or a followed by 32 hex digits."
            )
        tombstone = erasure.erase(shopper, f"{getpass.getuser()} on the command line")
        _, waiting = erasure.finish_erasure()
        tombstone.refresh_from_db()
        removed = ", ".join(f"{number} {what}" for what, number in tombstone.removed.items())
        self.stdout.write(f"{shopper} is erased: {removed or 'there was nothing'}.")
        if waiting:
            raise CommandError(
                "Redis, Kafka or the spool can't be reached. Their copies are erased as soon as "
                "they can be, by the task storefront.finish_erasures or by running this again."
            )
