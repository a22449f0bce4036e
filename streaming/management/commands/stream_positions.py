"""manage.py stream_positions show | skip PARTITION [--to OFFSET] | reread PARTITION"""

from argparse import ArgumentParser

from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError

from streaming.connection import StoreUnavailable
from streaming.consumer.lag import PartitionLag, partition_lags
from streaming.features import store
from streaming.kafka import topics


class Command(BaseCommand):
    help = (
        "Show where the features' workers continue in each partition, or let them skip what they "
        "can't get past: events that the log no longer holds, or (with --to) any others; or let "
        "them read a partition again, whose features were lost. Workers follow within a second."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action")
        actions.add_parser("show", help="show position, first offset and end of each partition")
        skip = actions.add_parser("skip", help="skip lost records, or jump to an offset")
        skip.add_argument("partition", type=int)
        skip.add_argument("--to", type=int, help="offset to continue at (default: the log's first)")
        reread = actions.add_parser("reread", help="read again from the log's first record")
        reread.add_argument("partition", type=int)

    def handle(
        self,
        *args: object,
        action: str | None,
        partition: int = -1,
        to: int | None = None,
        **options: object,
    ) -> None:
        try:
            topic_id = topics.ensure()
            found = partition_lags(store.positions(topic_id, topics.size()))
            if action == "skip":
                self._skip(topic_id, _part(found, partition), to)
            elif action == "reread":
                self._reread(topic_id, _part(found, partition))
            else:
                for part in found:
                    self.stdout.write(
                        f"{part.partition}: at {part.position}, log {part.first} to {part.end},"
                        f" {part.events} waiting" + (f", {part.lost} lost" if part.lost else "")
                    )
        except (KafkaException, StoreUnavailable) as error:
            raise CommandError(f"Not possible now: {error}") from error

    def _skip(self, topic_id: str, part: PartitionLag, to: int | None) -> None:
        to = part.first if to is None else to
        if not part.position < to <= part.end:
            raise CommandError(
                f"Offset {to} isn't behind the position {part.position} and within the log"
                f" ({part.first} to {part.end})."
            )
        if not store.move_on(topic_id, part.partition, part.position, to):
            raise CommandError("The partition moved in the meantime; check it again.")
        self.stdout.write(
            f"Partition {part.partition} continues at {to}: {to - max(part.position, 0)} offsets"
            " skipped."
        )

    def _reread(self, topic_id: str, part: PartitionLag) -> None:
        if part.first > 0:
            raise CommandError(
                f"The log begins at offset {part.first}: what was before can't be read again."
            )
        store.forget_position(topic_id, part.partition)
        self.stdout.write(f"Partition {part.partition} is read again; nothing counts twice.")


def _part(found: list[PartitionLag], partition: int) -> PartitionLag:
    for part in found:
        if part.partition == partition:
            return part
    raise CommandError(f"There is no partition {partition}.")
