"""`manage.py demo`: the whole shop on this machine, from nothing to a URL."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import services
from demo.run.data import DEFAULT_SCALE, SCALES, DataSet, data_set
from demo.run.processes import Supervisor, free_port, is_free, wait_for_port

DEFAULT_PORT = 8000
# Set when the services are up and this command has started itself anew with their addresses.
BASE_VAR = "DEMO_BASE_VAR"


class Command(BaseCommand):
    help = (
        "Starts the services, makes or takes a data set, ingests it, trains, and runs the shop "
        "(web, images, workers, beat, replay) until Ctrl-C. Safe to run again: what is done stays."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data-dir", help="a folder of H&M files instead of synthetic data")
        parser.add_argument("--scale", choices=SCALES, default=DEFAULT_SCALE)
        parser.add_argument("--port", type=int, help=f"default: the first free from {DEFAULT_PORT}")
        parser.add_argument(
            "--once", action="store_true", help="check everything, stop, exit 0 or 1"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(os.environ.get(BASE_VAR, settings.VAR_DIR))
        data = data_set(base, options["data_dir"], options["scale"])
        if data.scale is None and not data.folder.is_dir():
            raise CommandError(f"{data.folder} is not a folder.")
        if BASE_VAR not in os.environ:
            self.restart_with_services(data, base, options["port"])
        try:
            self.run(data, once=options["once"])
        finally:
            services.down(data.var)

    def restart_with_services(self, data: DataSet, base: Path, port: int | None) -> None:
        """Become the same command with the services' addresses, which settings read at start."""
        if port is not None and not is_free(port):
            raise CommandError(f"Port {port} is in use. Choose another, or none for a free one.")
        self.stdout.write("Starting PostgreSQL, Redis and Kafka …")
        self.stdout.flush()
        addresses = services.up(data.var)
        port = port or free_port(DEFAULT_PORT)
        image_port = free_port(port + 1)
        environment = {
            "DEMO": "1",
            "VAR_DIR": str(data.var),
            BASE_VAR: str(base),
            "PORT": str(port),
            "IMAGE_PORT": str(image_port),
            "IMAGE_BASE_URL": f"http://127.0.0.1:{image_port}",
            "IMAGES_DIR": str(data.folder / "images"),
            "DATA_LABEL": data.label,
        }
        command = [sys.executable, *sys.argv]
        os.execve(sys.executable, command, os.environ | addresses | environment)  # noqa: S606

    def run(self, data: DataSet, *, once: bool) -> None:
        # Models can be imported only once the settings know the database.
        from demo.run import checks, steps

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        steps.prepare(data)
        port, image_port = int(os.environ["PORT"]), int(os.environ["IMAGE_PORT"])
        supervisor = Supervisor(steps.children(data, port, image_port, replay=not once))
        try:
            supervisor.start()
            for child, wanted in zip(supervisor.children, (port, image_port), strict=False):
                wait_for_port(wanted, child)
            if once:
                self.report(checks.run(port, image_port))
            else:
                self.announce(port, steps.admin_password(data.var))
                self.watch(supervisor)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        finally:
            supervisor.stop()

    def report(self, failures: int) -> None:
        if failures:
            raise CommandError(f"{failures} checks failed; logs are in {settings.VAR_DIR / 'log'}.")
        self.stdout.write(self.style.SUCCESS("Everything works."))

    def announce(self, port: int, password: str) -> None:
        shop = f"http://127.0.0.1:{port}"
        self.stdout.write(self.style.SUCCESS(f"\nThe shop is open: {shop}/"))
        self.stdout.write(f"  API        {shop}/api/docs/")
        self.stdout.write(f"  Admin      {shop}/admin/  (admin / {password})")
        self.stdout.write(f"  Logs       {settings.VAR_DIR / 'log'}")
        self.stdout.write(f"  Commands   VAR_DIR={settings.VAR_DIR} python manage.py …")
        self.stdout.write("Ctrl-C stops everything and keeps the data.")

    def watch(self, supervisor: Supervisor) -> None:
        while True:
            for child in supervisor.revive(time.monotonic()):
                self.stderr.write(f"{child.name} died; it is started again ({child.log})")
            time.sleep(1)
