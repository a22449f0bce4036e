import os
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.run import conditions, members, startup
from demo.run.data import DEFAULT_SCALE, PARTS, SCALES, DataSet, data_set
from demo.run.processes import ChildError
from demo.run.startup import Shutdown
from demo.services import ServiceError

INTERRUPTED = 130
EXPECTED = (
    startup.TakenError, ChildError, conditions.ConditionError, members.RunningError, ServiceError,
    OSError,
)  # fmt: skip


class Command(BaseCommand):
    help = (
        "Starts the services, generates or uses a data set, ingests it, trains, and runs the shop "
        "(web, images, workers, beat, replay) until Ctrl-C. Safe to run again: it skips finished "
        "steps."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data-dir", help="a folder of H&M files instead of synthetic data")
        parser.add_argument("--scale", choices=SCALES, default=DEFAULT_SCALE)
        parser.add_argument(
            "--port", type=int, help="port of the shop (default: the first free one from 8000)"
        )
        parser.add_argument(
            "--once", action="store_true", help="check everything, stop, and exit with 0 or 1"
        )
        parser.add_argument(
            "--without", choices=PARTS, help="leave out a part, to see which checks fail"
        )

    def handle(
        self,
        *args: object,
        data_dir: str | None,
        scale: str,
        port: int | None,
        once: bool,
        without: str | None,
        **options: object,
    ) -> None:
        ending = Shutdown()
        ending.listen()
        base = Path(os.environ.get(startup.BASE_VAR, settings.VAR_DIR))
        data = data_set(base, data_dir, scale)
        if data.scale is None and not data.folder.is_dir():
            raise CommandError(f"{data.folder} is not a folder.")
        try:
            if not startup.has_begun():
                startup.begin(data, base, port, self.say)
            with self.stop_all_at_exit(data, ending):
                self.run(data, port, once, without)
        except EXPECTED as error:
            raise CommandError(conditions.in_one_line(error, data.var)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped.", returncode=INTERRUPTED) from None

    @contextmanager
    def stop_all_at_exit(self, data: DataSet, ending: Shutdown) -> Iterator[None]:
        try:
            yield
        finally:
            ending.begin()
            with suppress(OSError):  # the terminal may be gone
                self.say("Stopping …")
            startup.end(data)

    def run(self, data: DataSet, port: int | None, once: bool, without: str | None) -> None:
        # Models can only be imported once the settings know the database.
        from demo.run.shop import Demo
        from demo.run.steps import StepError

        demo = Demo(data, self.say, port, replay=not once, without=without)
        try:
            demo.open()
        except StepError:
            raise CommandError("The demo can't continue; see above.") from None
        if once:
            self.report(demo.check())
            return
        demo.announce()
        with suppress(KeyboardInterrupt):
            demo.watch()

    def report(self, failures: int) -> None:
        if failures:
            raise CommandError(f"{failures} checks failed; logs are in {settings.VAR_DIR / 'log'}.")
        self.say(self.style.SUCCESS("Everything works."))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
