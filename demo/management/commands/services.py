import dataclasses
import json
from argparse import ArgumentParser
from collections.abc import Sequence

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from rich.console import Console
from rich.table import Table

from demo import services

COLOURS = {"up": "green", "external": "cyan", "silent": "yellow", "down": "red"}


class Command(BaseCommand):
    help = "Run PostgreSQL, Redis and Kafka from wheels under var/, on free loopback ports."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="up|status|down")
        up = actions.add_parser(
            "up", help="start the services that are not running and wait until they answer"
        )
        down = actions.add_parser("down", help="stop the services; data is kept")
        for action in (up, down):
            action.add_argument(
                "names",
                nargs="*",
                metavar="NAME",
                help=f"only these of {', '.join(services.NAMES)} (default: all)",
            )
        status = actions.add_parser(
            "status", help="print a table; exit code 1 if any service is down"
        )
        status.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(
        self,
        *args: object,
        action: str,
        names: Sequence[str] = (),
        json: bool = False,
        **options: object,
    ) -> None:
        try:
            if action == "status":
                self._status(json)
            else:
                (self._up if action == "up" else self._down)(names or services.NAMES)
        except services.ServiceError as error:
            raise CommandError(str(error)) from None

    def _up(self, names: Sequence[str]) -> None:
        with Console(stderr=True).status("starting services"):
            services.up(settings.VAR_DIR, names)
        self._print_table(services.status(settings.VAR_DIR))

    def _down(self, names: Sequence[str]) -> None:
        stopped = services.down(settings.VAR_DIR, names)
        self.stdout.write(f"stopped: {', '.join(stopped) or 'nothing was running'}")

    def _status(self, as_json: bool) -> None:
        rows = services.status(settings.VAR_DIR)
        if as_json:
            self.stdout.write(json.dumps([dataclasses.asdict(row) for row in rows], indent=2))
        else:
            self._print_table(rows)
        if not all(row.answers for row in rows):
            raise SystemExit(1)

    def _print_table(self, rows: list[services.ServiceStatus]) -> None:
        table = Table(box=None, header_style="bold")
        for heading in ("service", "product", "state", "address", "pid", "data"):
            table.add_column(heading, justify="right" if heading in {"pid", "data"} else "left")
        for row in rows:
            colour = COLOURS[row.state] if row.answers or row.state == "down" else "yellow"
            state = row.state if row.answers or row.state != "external" else "external, no answer"
            table.add_row(
                row.name,
                f"{row.product} {row.version}",
                f"[{colour}]{state}[/]",
                row.address,
                str(row.pid or ""),
                "" if row.data_bytes is None else filesizeformat(row.data_bytes),
            )
        Console().print(table)
