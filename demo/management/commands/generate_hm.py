import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from demo.data.dataset import (
    DataSetError,
    Parameters,
    draw_pictures,
    generate,
    is_finished,
    read_articles,
)

Advance = Callable[[int], None]


class Command(BaseCommand):
    help = (
        "Write a synthetic data set (articles.csv, customers.csv, transactions_train.csv, and with "
        "--images pictures) in the exact format of the Kaggle H&M files. The same seed and sizes "
        "give the same bytes. A finished set of the same parameters is left as it is; a folder "
        "with anything else in it is refused."
    )

    # It only reads and writes files, so it runs before there are services or a database.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="folder to write")
        parser.add_argument("--articles", type=int, default=2_000, help="at least 200")
        parser.add_argument("--customers", type=int, default=5_000, help="at least 100")
        parser.add_argument("--transactions", type=int, default=100_000, help="at least 1000")
        parser.add_argument("--seed", type=int, default=1, help="any whole number from 0")
        parser.add_argument("--images", action="store_true", help="draw pictures as well")

    def handle(
        self,
        *args: object,
        out: Path,
        articles: int,
        customers: int,
        transactions: int,
        seed: int,
        images: bool,
        **options: object,
    ) -> None:
        try:
            self._run(Parameters(articles, customers, transactions, seed), out, images)
        except DataSetError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{out}: {error}") from error
        except KeyboardInterrupt:
            raise CommandError("interrupted; partial output was removed", returncode=130) from None

    def _run(self, parameters: Parameters, out: Path, images: bool) -> None:
        started = time.monotonic()
        parameters.check()
        there = is_finished(out, parameters)
        if not there:
            with _bar("transactions", parameters.transactions) as advance:
                generate(parameters, out, advance)
        drawn = self._draw(out) if images and not (out / "images").exists() else 0
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{'Already there' if there else 'Wrote'}: synthetic data set in {out}: "
            f"{parameters.articles:,} articles, {parameters.customers:,} customers, "
            f"{parameters.transactions:,} transactions"
            + (f", {drawn:,} pictures drawn" if drawn else "")
            + f" (seed {parameters.seed}, {seconds:.1f} s)"
        )

    def _draw(self, out: Path) -> int:
        # Imported late: only pictures need Pillow, which takes time to load.
        from demo.data.pictures import draw_all

        with _bar("pictures", len(read_articles(out))) as advance:
            return draw_pictures(out, draw_all, advance)


@contextmanager
def stoppable(advance: Advance) -> Iterator[Advance]:
    """Wraps `advance` so that it also ends the run after a Ctrl-C that numpy swallowed.

    An exception raised while numpy is running is occasionally lost, because numpy clears it
    together with errors of its own.
    """
    pressed = False

    def interrupt(*_: object) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    def advance_unless_pressed(count: int) -> None:
        if pressed:
            raise KeyboardInterrupt
        advance(count)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield advance_unless_pressed
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(what: str, total: int) -> Iterator[Advance]:
    """A progress bar on a terminal, nothing otherwise; yields the function that advances it."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        with stoppable(lambda count: progress.advance(task, count)) as advance:
            yield advance
