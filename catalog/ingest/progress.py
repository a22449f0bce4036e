"""Progress output of the ingest, and the duration of each phase."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

Advance = Callable[[int, int], None]


class Phases:
    """Progress bars on a terminal, one line per phase otherwise; `seconds` by phase."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}
        self.bars = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    @contextmanager
    def phase(self, name: str, total: int = 1, *, beside: bool = False) -> Iterator[Advance]:
        """Time a phase. Yields a function to report how much of `total` and how many rows are done.

        A phase that runs `beside` another is displayed but not timed, so that `seconds` add up.
        """
        task = self.bars.add_task(name, total=max(total, 1), rate="")
        begin = time.monotonic()

        def advance(done: int, rows: int = 0) -> None:
            rate = rows / max(time.monotonic() - begin, 1e-3)
            self.bars.update(task, completed=done, rate=f"{rate:,.0f} rows/s" if rate else "")

        yield advance
        self.bars.update(task, completed=max(total, 1))
        if beside:
            return
        self.seconds[name] = round(time.monotonic() - begin, 3)
        if not self.console.is_terminal:
            self.console.print(f"{name}: {self.seconds[name]:.1f} s")
