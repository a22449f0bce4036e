from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError

from streaming import history, store
from streaming.connection import StoreUnavailable
from streaming.pace import Pace
from streaming.replay import Plan, Replay
from streaming.topics import TopicError


class Command(BaseCommand):
    help = (
        "Fill an empty feature store from the history in PostgreSQL, by publishing its last days "
        "to Kafka. Only needed where Kafka no longer holds the events: else the stream workers "
        "read them again by themselves."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="how many (90)")
        parser.add_argument(
            "--resume", action="store_true", help="go on with a rebuild that was interrupted"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = history.bounds()
        if known is None:
            raise CommandError("There is no history: run ingest_hm first.")
        first = max(known[0], known[1] - timedelta(days=options["days"] - 1))
        try:
            if not options["resume"] and not store.is_empty():
                raise CommandError("The feature store isn't empty: nothing was done.")
            replay = Replay(Plan(first, known[1]), Pace())
            if not options["resume"]:
                replay.start_over()
            replay.run()
        except (KafkaException, TopicError, StoreUnavailable) as error:
            raise CommandError(f"The rebuild can't go on: {error}") from error
        self.stdout.write(f"{replay.sent} purchases since {first} published.")
