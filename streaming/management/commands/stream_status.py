from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, cast

import msgspec
from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from streaming import status
from streaming.connection import StoreUnavailable
from streaming.consumer.lag import PartitionLag, partition_lags
from streaming.features import store
from streaming.kafka import topics
from streaming.models import OutboxEvent
from streaming.producers import spool
from streaming.status import WorkerStatus


class Command(BaseCommand):
    help = "Show each stream worker's partitions, lag, rate and delay, and what waits to be sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: object, json: bool, **options: object) -> None:
        try:
            every, parts = status.read_statuses(), _waiting()
        except StoreUnavailable as error:
            raise CommandError(f"Redis is unavailable: {error}") from error
        workers = [worker for worker in every if worker.state != status.STOPPED]
        of_features = [worker for worker in workers if worker.processor == "features"]
        answer: dict[str, object] = {
            "workers": of_features,
            "lag": sum(w.lag for w in of_features)
            if parts is None
            else sum(p.events for p in parts),
            "outbox": OutboxEvent.objects.waiting().count(),
            "spool_bytes": spool.size(),
        }
        more = {
            "others": [worker for worker in workers if worker.processor != "features"],
            "stopped": [worker for worker in every if worker.state == status.STOPPED],
            "partitions": [part._asdict() for part in parts or [] if part.end],
        }
        answer |= {name: found for name, found in more.items() if found}
        if json:
            self.stdout.write(msgspec.json.encode(answer).decode())
            return
        if every:
            Console(file=cast("IO[str]", self.stdout)).print(_table(every))
        for line in _stops(every):
            self.stdout.write(line)
        if parts is None:
            self.stdout.write("Kafka is down, so the number of waiting events is unknown.")
        self.stdout.write(
            f"Workers: {len(of_features)}; events behind: {answer['lag']}, in the outbox:"
            f" {answer['outbox']}; bytes spooled: {answer['spool_bytes']}."
        )


def _waiting() -> list[PartitionLag] | None:
    """As the log itself says; None where Kafka is down."""
    try:
        topic_id = topics.topic_id()
        return (
            None if topic_id is None else partition_lags(store.positions(topic_id, topics.size()))
        )
    except KafkaException:
        return None


def _stops(workers: list[WorkerStatus]) -> Iterator[str]:
    """The partitions that wait or have stopped: since when, where, and why."""
    for worker in workers:
        if worker.reason:
            since = clock(worker.since_ms)
            at = ", ".join(f"{n}: {p.position}" for n, p in worker.partitions.items())
            where = f" at {{{at}}}" if at else ""
            who = f"{worker.worker} ({worker.processor})"
            yield f"{who} {worker.state} since {since}{where}: {worker.reason}"
        for number, part in worker.partitions.items():
            if part.stop:
                yield (
                    f"Partition {number} ({worker.processor}) stands still since"
                    f" {clock(part.stop.since_ms)} at {part.stop.offset}: {part.stop.reason}"
                )


def clock(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _table(workers: list[WorkerStatus]) -> Table:
    table = Table("worker", "reads as", "state", "partitions", "lag", "events", "events/s",
                  "delay p50/p99 ms")  # fmt: skip
    for worker in workers:
        p50, p99 = worker.delay_p50_ms, worker.delay_p99_ms
        table.add_row(
            worker.worker,
            worker.processor,
            worker.state,
            " ".join(map(str, worker.partitions)),
            str(worker.lag),
            str(worker.events),
            f"{worker.events_per_s:.0f}",
            "" if p50 is None else f"{p50:.0f} / {p99:.0f}",
        )
    return table
