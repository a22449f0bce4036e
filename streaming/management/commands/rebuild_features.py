"""manage.py rebuild_features [--source history|log] [--days 90] [--resume]"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError

from streaming import history, status
from streaming.connection import StoreUnavailable
from streaming.features import store
from streaming.kafka.topics import TopicError
from streaming.replay.rate_limiter import Pace
from streaming.replay.replay import Plan, Replay
from web.arguments import positive_whole


class Command(BaseCommand):
    help = (
        "Rebuild the features. From history: publish the last days of purchases in PostgreSQL to "
        "Kafka, for an empty store whose log is gone too. From the log: forget the features, so "
        "that the workers, when they are started again, read all of Kafka's log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", choices=("history", "log"), default="history")
        parser.add_argument(
            "--days", type=positive_whole, default=90, help="days of history (default: 90)"
        )
        parser.add_argument("--resume", action="store_true", help="resume an interrupted rebuild")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            if options["source"] == "log":
                self.stdout.write(from_log())
            else:
                self.stdout.write(from_history(options["days"], resume=options["resume"]))
        except (KafkaException, TopicError, StoreUnavailable) as error:
            raise CommandError(f"The rebuild failed: {error}") from error


def from_log() -> str:
    """Raise CommandError while a worker runs: what it writes meanwhile would be counted twice."""
    running = [worker.worker for worker in status.workers()]
    if running:
        raise CommandError(
            f"Stop the stream workers first ({', '.join(running)}); one that was killed is"
            f" forgotten after {status.TTL_S} s."
        )
    return f"{store.forget_log()} keys forgotten: the workers will read the log from its beginning."


def from_history(days: int, *, resume: bool) -> str:
    known = history.bounds()
    if known is None:
        raise CommandError("There is no history: run ingest_hm first.")
    first = max(known[0], known[1] - timedelta(days=days - 1))
    if not resume and not store.is_empty():
        raise CommandError("The feature store isn't empty; nothing was changed.")
    # Apart from a replay of the same days, which another feature store may have seen.
    replay = Replay(Plan(first, known[1], data=f"rebuild {history.identity()}"), Pace())
    if not resume:
        replay.start_over()
    replay.run()
    return f"{replay.sent} purchases since {first} published."
