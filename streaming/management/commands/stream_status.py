from argparse import ArgumentParser
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from streaming import status
from streaming.connection import StoreUnavailable
from streaming.models import OutboxEvent
from streaming.producers import spool
from streaming.status import WorkerStatus


class Command(BaseCommand):
    help = "Show each stream worker's partitions, lag, rate and delay, and what waits to be sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workers = status.workers()
        except StoreUnavailable as error:
            raise CommandError(f"Redis is away: {error}") from error
        waiting = {
            "outbox": OutboxEvent.objects.filter(sent_at__isnull=True).count(),
            "spool_bytes": spool.size(),
        }
        if options["json"]:
            answer = {"workers": workers, "lag": sum(w.lag for w in workers), **waiting}
            self.stdout.write(msgspec.json.encode(answer).decode())
            return
        Console(file=self.stdout).print(_table(workers))  # type: ignore[arg-type]
        self.stdout.write(
            f"{len(workers)} workers, {sum(w.lag for w in workers)} events behind;"
            f" {waiting['outbox']} events in the outbox, {waiting['spool_bytes']} bytes spooled."
        )


def _table(workers: list[WorkerStatus]) -> Table:
    table = Table("worker", "state", "partitions", "lag", "events", "events/s", "delay p50/p99 ms")
    for worker in workers:
        p50, p99 = worker.delay_p50_ms, worker.delay_p99_ms
        table.add_row(
            worker.worker,
            worker.state,
            " ".join(map(str, worker.partitions)),
            str(worker.lag),
            str(worker.events),
            f"{worker.events_per_s:.0f}",
            "" if p50 is None else f"{p50:.0f} / {p99:.0f}",
        )
    return table
