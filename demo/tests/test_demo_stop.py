"""However a demo ends, nothing is left running, and the next one starts on the same port."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from demo.services import ports
from demo.tests.demos import Run, a_folder, belonging

pytestmark = pytest.mark.slow


@pytest.fixture
def fresh(lived_in: Path) -> Iterator[Path]:
    """Empty state, but for the files of the data set, which take long to draw."""
    with a_folder() as folder:
        if (drawn := lived_in / "tiny" / "data").exists():
            shutil.copytree(drawn, folder / "tiny" / "data")
        yield folder


@pytest.fixture(scope="module")
def port() -> int:
    """The same for each start, and another than the other test process has."""
    return ports.choose()


def interrupt_twice(run: Run) -> None:
    run.signal(signal.SIGINT)
    run.wait_for("Stopping")
    run.signal(signal.SIGINT)


def terminate(run: Run) -> None:
    os.kill(run.process.pid, signal.SIGTERM)


def close_the_terminal(run: Run) -> None:
    run.signal(signal.SIGHUP)


def kill(run: Run) -> None:
    os.kill(run.demo(), signal.SIGKILL)


def kill_make(run: Run) -> None:
    os.kill(run.process.pid, signal.SIGKILL)


def kill_all_at_once(run: Run) -> None:
    """The command, then its warden: nobody is left to clean up, so the next start does."""
    for process in [psutil.Process(run.demo()), *psutil.Process(run.demo()).children()]:
        if process.pid == run.demo() or "warden" in " ".join(process.cmdline()):
            process.kill()


@pytest.mark.parametrize(
    ("way", "make"),
    [
        (terminate, True),  # make passes it on to the command
        (close_the_terminal, True),
        (kill, False),
        (kill_make, True),
    ],
)
def test_nothing_outlives_a_demo(
    lived_in: Path, port: int, way: Callable[[Run], None], make: bool
) -> None:
    run = Run(lived_in, make=make, port=port)
    run.wait_open()
    assert len(belonging(lived_in)) > 15
    way(run)
    run.end()
    run.assert_nothing_left()


def test_where_the_warden_is_killed_too_the_next_start_clears_up(lived_in: Path, port: int) -> None:
    run = Run(lived_in, port=port)
    run.wait_open()
    kill_all_at_once(run)
    run.end()
    assert belonging(lived_in)
    run = Run(lived_in, port=port)
    run.wait_open()
    interrupt_twice(run)
    run.end()
    run.assert_nothing_left()


def test_a_second_demo_on_the_same_data_is_refused_in_one_line(lived_in: Path) -> None:
    run = Run(lived_in)
    run.wait_for("PostgreSQL answers")
    second = Run(lived_in)
    assert second.end() == 1
    assert "already runs" in second.said
    assert second.said.count("\n") == 1, second.said
    run.signal(signal.SIGINT)
    run.end()
    run.assert_nothing_left()


# One of each kind: while a service, the tables, the rows, a model or the shop's own processes come.
STEPS = ("making the database", "Tables", "Ingest", "A first model", "Web, image server")


def test_a_start_that_was_killed_at_any_step_is_taken_up_by_the_next(
    fresh: Path, port: int
) -> None:
    for step in STEPS:
        run = Run(fresh, port=port)
        run.wait_for(step)
        os.kill(run.demo(), signal.SIGKILL)
        run.end()
        # Starts immediately, while the previous warden is still at work.
    Run(fresh, port=port).open_and_stop()
