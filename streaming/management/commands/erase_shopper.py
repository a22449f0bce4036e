from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from streaming.connection import StoreUnavailable
from streaming.erasure import erase
from streaming.shoppers import is_shopper


class Command(BaseCommand):
    help = (
        "Erase a shopper's features, for good: neither a replay nor a rebuild brings them back. "
        "Their purchases stay in PostgreSQL, but are no longer replayed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shopper", help="c and the customer's key, or a and 32 hex digits")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_shopper(options["shopper"]):
            raise CommandError(f"{options['shopper']} isn't a shopper: c17, or a and 32 digits.")
        try:
            new = erase(options["shopper"])
        except StoreUnavailable as error:
            raise CommandError(f"Nothing was erased: Redis is away ({error}).") from error
        told = "is on its way out of the store" if new else "was erased before"
        self.stdout.write(f"{options['shopper']} {told}.")
