"""manage.py rebuild_features [--source history|lake|log] [--days 90] [--resume] [--engine spark]"""

from argparse import ArgumentParser
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, cast

from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.lake.spark import add_engine_arguments, add_lake_argument, lake_of, running
from streaming import clock, history, status
from streaming.connection import StoreUnavailable
from streaming.consumer.processor import NO_POSITION
from streaming.events.spans import DAY_MS
from streaming.features import articles, store
from streaming.identity.tombstones import erased_customers
from streaming.kafka import topics
from streaming.partitions import settle
from streaming.replay.rate_limiter import Pace
from streaming.replay.replay import Plan, Replay
from web.arguments import positive_whole


class Command(BaseCommand):
    help = (
        "Rebuild the features. From history: publish the last days of purchases in PostgreSQL to "
        "Kafka, for an empty store whose log is gone too; with --engine spark, compute them on a "
        "cluster and write them while the workers are stopped, also from export_history's files "
        "(--source lake). From the log: forget the features, so that the workers, when they are "
        "started again, read all of Kafka's log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", choices=("history", "lake", "log"), default="history")
        parser.add_argument(
            "--days", type=positive_whole, default=90, help="days of history (default: 90)"
        )
        parser.add_argument("--resume", action="store_true", help="resume an interrupted rebuild")
        add_engine_arguments(cast("CommandParser", parser))
        add_lake_argument(cast("CommandParser", parser))

    def handle(self, *args: object, **options: Any) -> None:
        source = options["source"]
        wanted = {"log": "local", "lake": "spark"}.get(source, options["engine"])
        if options["engine"] != wanted:
            raise CommandError(f"--source {source} needs --engine {wanted}.")
        try:
            if source == "log":
                self.stdout.write(from_log())
            elif options["engine"] == "spark":
                self.stdout.write(with_spark(**options))
            else:
                self.stdout.write(from_history(options["days"], resume=options["resume"]))
        except (KafkaException, StoreUnavailable) as error:
            raise CommandError(f"The rebuild failed: {error}") from error


def from_log() -> str:
    refuse_running_workers()
    return f"{store.forget_log()} keys forgotten: the workers will read the log from its beginning."


def refuse_running_workers() -> None:
    """Raise CommandError while a worker runs: what it writes at the same time would count twice."""
    names = [worker.worker for worker in status.workers()]
    if names:
        raise CommandError(
            f"Stop the stream workers first ({', '.join(names)}); one that was killed is"
            f" forgotten after {status.TTL_S} s."
        )


def from_history(days: int, *, resume: bool) -> str:
    first, last = last_days(days)
    if not resume:
        refuse_features()
    # Its position isn't that of a replay of the same days, which may have filled another store.
    replay = Replay(Plan(first, last, data=f"rebuild {history.identity()}"), Pace())
    if not resume:
        replay.start_over()
    replay.run()
    return f"{replay.sent} purchases since {first} published."


def last_days(days: int) -> tuple[date, date]:
    known = history.bounds()
    if known is None:
        raise CommandError("There is no history: run ingest_hm first.")
    return max(known[0], known[1] - timedelta(days=days - 1)), known[1]


def refuse_features() -> None:
    if not store.is_empty():
        raise CommandError("The feature store isn't empty; nothing was changed.")


def with_spark(source: str, days: int, lake: str, *, resume: bool, **options: Any) -> str:
    first, last = last_days(days)
    refuse_running_workers()
    files = lake_of("database" if source == "history" else source, lake)
    homes = settle(topics.partitions_to_settle())
    fence = sha256(f"{first} {last} {homes} {history.identity()}".encode()).hexdigest()[:16]
    begin(fence, homes, resume=resume)
    end_ms = history.start_of(last) + DAY_MS - 1
    clock.reach(end_ms)
    with running(**options) as spark:
        from streaming.features import on_spark

        lines = on_spark.lines_of(spark, files, first, last, erased_customers())
        now_ms, latest_ms = clock.now_ms(), clock.latest_ms()
        rebuild = on_spark.Rebuild(fence, homes, now_ms, latest_ms, articles.load(), on_spark.LINES)
        count = on_spark.write_features(lines, rebuild)
    clock.follow(end_ms)
    return f"features of {count} purchases since {first} written."


def begin(fence: str, homes: int, *, resume: bool) -> None:
    """Raise CommandError if there are features already, or nothing to resume."""
    if not resume:
        refuse_features()
        for home in range(homes):
            store.forget_position(fence, home)
    elif set(store.positions(fence, homes).values()) == {NO_POSITION}:
        raise CommandError("No rebuild of this history was interrupted: run it without --resume.")
