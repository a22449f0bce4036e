from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress, TextColumn

from catalog.ingest.errors import IngestError
from streaming import clock, history
from streaming.connection import StoreUnavailable
from streaming.history import Source
from streaming.history.from_file import HistoryFile, HistoryFileError
from streaming.replay.rate_limiter import Pace
from streaming.replay.replay import Plan, Replay
from web.arguments import day, positive

DEFAULT_SPEED = 60.0


class Command(BaseCommand):
    help = (
        "Publish ingested purchases to Kafka in chronological order, as if they happened now. "
        "The shop clock moves on with them. By default: the last day of history, one minute of it "
        "in a second."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=day, help="first day, such as 2020-09-22")
        parser.add_argument("--to", dest="last", type=day, help="last day, inclusive")
        parser.add_argument(
            "--data-dir",
            type=Path,
            help="read transactions_train.csv of this folder instead of PostgreSQL, which need "
            "only know the articles and customers",
        )
        pace = parser.add_mutually_exclusive_group()
        pace.add_argument("--speed", type=positive, help="seconds of event time per second")
        pace.add_argument("--rate", type=positive, help="events per second")
        pace.add_argument("--max", action="store_true", help="as fast as possible")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="continue where the replay of the same days of the same data stopped",
        )
        parser.add_argument(
            "--browse",
            action="store_true",
            help="add synthetic views and bag events before each purchase (widget “synthetic”)",
        )
        parser.add_argument(
            "--loop",
            action="store_true",
            help="start over after the last day, with later event times; implies --resume",
        )
        parser.add_argument(
            "--rewind",
            action="store_true",
            help="set the shop clock back to the first day (by default it only moves forward)",
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            source, known, data = _source(options["data_dir"])
            first, last = _days(options["first"], options["last"], known)
            plan = Plan(first, last, browse=options["browse"], loop=options["loop"], data=data)
            if options["rewind"]:
                clock.set_now(history.start_of(first))
            self._tell_order(source)
            self._replay(plan, source, options)
        except (KafkaException, StoreUnavailable) as error:
            raise CommandError(f"The replay can't start: {error}") from error
        except (HistoryFileError, IngestError, OSError) as error:
            raise CommandError(str(error)) from error

    def _replay(self, plan: Plan, source: Source, options: dict[str, object]) -> None:
        console = Console(stderr=True)
        columns = TextColumn("{task.description}"), TextColumn("{task.completed} events")
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("Replaying", total=None)

            def report(sent: int, ts: int) -> None:
                when = datetime.fromtimestamp(ts / 1000, UTC)
                progress.update(task, completed=sent, description=f"{when:%Y-%m-%d %H:%M}")

            replay = Replay(plan, _pace(options), report, source)
            if not options["resume"] and not options["loop"]:
                replay.start_over()
            elif options["resume"] and replay.is_first:
                self.stderr.write("These days of this data are replayed for the first time.")
            interrupted = _until_interrupted(replay)
        if isinstance(source, HistoryFile) and source.passed:
            self.stderr.write(_passed_over(source))
        self.stdout.write(_summary(replay, interrupted=interrupted))

    def _tell_order(self, source: Source) -> None:
        if isinstance(source, HistoryFile) and not source.survey.in_order:
            self.stderr.write(
                f"{source.source.path} is not in order of days: it is sorted in memory."
            )


def _until_interrupted(replay: Replay) -> bool:
    try:
        replay.run()
    except KeyboardInterrupt:
        return True
    return False


def _summary(replay: Replay, *, interrupted: bool) -> str:
    ending = "interrupted; --resume continues there" if interrupted else "all acknowledged"
    kinds = " (views and bag events are synthetic)" if replay.plan.browse else ""
    return f"{replay.sent} events{kinds} up to {replay.position}; {ending}."


def _passed_over(file: HistoryFile) -> str:
    """The skipped lines, which an ingest would reject too."""
    causes = ", ".join(f"{times:,} × {reason}" for reason, times in file.passed.most_common(3))
    total = sum(file.passed.values())
    return f"{total:,} lines passed over, as an ingest does: {causes}; first {file.first_passed}."


def _pace(options: dict[str, Any]) -> Pace:
    if options["max"]:
        return Pace()
    if options["rate"]:
        return Pace(rate=options["rate"])
    return Pace(speed=options["speed"] or DEFAULT_SPEED)


def _source(folder: Path | None) -> tuple[Source, tuple[date, date], str]:
    """Where the lines come from, the first and last day there, and the identity of the data."""
    if folder is not None:
        file = HistoryFile(folder)
        found = file.survey
        return file, (found.first, found.last), history.identity(found.content)
    known = history.bounds()
    if known is None:
        raise CommandError("There are no transactions to replay: run ingest_hm first.")
    return history.of_database, known, history.identity()


def _days(first: date | None, last: date | None, known: tuple[date, date]) -> tuple[date, date]:
    """The days asked for; by default the last day."""
    last = min(last or known[1], known[1])
    first = max(first or last, known[0])
    if first > last:
        span = f"{known[0]} to {known[1]}"
        raise CommandError(f"No history between {first} and {last}: it covers {span}.")
    return first, last
