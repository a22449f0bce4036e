"""Shared by the commands that embed texts or pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError, OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn


@contextmanager
def embedding(
    what: str, out: OutputWrapper, *errors: type[Exception]
) -> Iterator[Callable[[int, int], None]]:
    """A progress bar in a terminal; takes how many are done, and of how many. Raise CommandError
    for the errors, and where the command is stopped."""
    expected: tuple[type[Exception], ...] = (OSError, *errors)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(quiet=not out.isatty())) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    except expected as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt as error:
        raise CommandError("stopped; run it again to continue", returncode=130) from error
