from argparse import ArgumentParser
from typing import IO, Any, cast

from confluent_kafka import KafkaException
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from streaming import dead_letters


class Command(BaseCommand):
    help = "List, show, replay or purge the messages that the stream couldn't process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="list all: number, origin, error")
        show = actions.add_parser("show", help="show one dead letter in full")
        show.add_argument("number", type=int)
        replay = actions.add_parser("replay", help="publish dead letters to the stream again")
        replay.add_argument("numbers", type=int, nargs="*", help="numbers to replay (default: all)")
        actions.add_parser("purge", help="delete all dead letters")

    def handle(self, *args: object, **options: object) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except KafkaException as error:
            raise CommandError(f"Kafka doesn't answer: {error}") from error

    def _list(self, options: dict[str, object]) -> None:
        table = Table("number", "topic", "partition", "offset", "error")
        for number, letter in dead_letters.dead_letters():
            place = map(str, (number, letter.topic, letter.partition, letter.offset))
            table.add_row(*place, letter.error)
        if table.row_count:
            Console(file=cast("IO[str]", self.stdout)).print(table)
        self.stdout.write(f"{table.row_count} dead letters.")

    def _show(self, options: dict[str, object]) -> None:
        for number, letter in dead_letters.dead_letters():
            if number == options["number"]:
                self.stdout.write(f"{letter.topic}[{letter.partition}]@{letter.offset}")
                self.stdout.write(letter.error)
                self.stdout.write(letter.value.decode(errors="backslashreplace"))
                return
        raise CommandError(f"There is no dead letter {options['number']}.")

    def _replay(self, options: dict[str, Any]) -> None:
        asked = set(options["numbers"])
        sent, failed = dead_letters.replay(asked or None)
        self.stdout.write(f"{sent} dead letters sent again.")
        if failed:
            raise CommandError(f"{failed} messages were not acknowledged.")
        if sent < len(asked):
            raise CommandError(f"{len(asked) - sent} of the given numbers don't exist.")

    def _purge(self, options: dict[str, object]) -> None:
        dead_letters.purge()
        self.stdout.write("All dead letters are gone.")
