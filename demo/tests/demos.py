"""Runs a demo as a user would, observing it from outside."""

import os
import re
import shutil
import signal
import site
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from demo import services
from demo.run.members import stop_everything
from demo.services.ports import free_port
from demo.services.process import Account

PROJECT = Path(__file__).resolve().parent.parent.parent
SERVICES = ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "SECRET_KEY")
OF_TESTS = (*SERVICES, "DJANGO_SETTINGS_MODULE")
# For a start on a busy machine; a failing demo exits much earlier.
PATIENCE_S = 900.0
# Everything must end within this time after the command.
GONE_S = 20.0


def environment(var: Path, **more: str) -> dict[str, str]:
    """Our environment without the tests' services and settings, and without the mark of a running
    demo."""
    kept = {k: v for k, v in os.environ.items() if k not in OF_TESTS and not k.startswith("DEMO")}
    return kept | {"VAR_DIR": str(var), "PYTHONUNBUFFERED": "1"} | more


def with_our_packages(python: Path) -> dict[str, str]:
    """Variables that let a Python of our version find its library and our packages."""
    packages = os.pathsep.join(site.getsitepackages())
    return {"PYTHONPATH": packages, "LD_LIBRARY_PATH": str(python.parent.parent / "lib")}


def until(holds: Callable[[], bool], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextmanager
def a_folder() -> Iterator[Path]:
    """A VAR_DIR that other accounts can reach; stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="demo-"))
    folder.chmod(0o755)
    var = folder / "var"
    try:
        yield var
    finally:
        for state in (var, var / "tiny"):
            stop_everything(state)
            shutil.rmtree((state / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder)


@contextmanager
def a_var() -> Iterator[Path]:
    """A var folder for services that other accounts can reach; they end with it."""
    folder = Path(tempfile.mkdtemp(prefix="services-"))
    folder.chmod(0o755)
    yield folder
    services.down(folder)
    shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(folder)


class Run:
    """A running `manage.py demo` or `make demo`, with its output in a file."""

    def __init__(
        self,
        var: Path,
        *arguments: str,
        make: bool = False,
        port: int = 0,
        account: Account | None = None,
        python: Path = Path(sys.executable),
    ) -> None:
        self.var, self.make = var, make
        self.port = port or free_port(21_000 + os.getpid() % 1000)
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as this object)
        self.process = subprocess.Popen(
            self.made() if make else self.command(python, arguments),
            cwd=PROJECT,
            env=environment(var, **with_our_packages(python)),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **(account.as_process() if account else {}),
        )

    def command(self, python: Path, arguments: Sequence[str]) -> list[str]:
        own = [str(python), "manage.py", "demo", "--scale=tiny", f"--port={self.port}"]
        return [*own, *arguments]

    def made(self) -> list[str]:
        """`make demo` using the virtual environment that runs the tests."""
        installed = f"{sys.prefix}/.installed-run"
        own = ["make", "-o", installed, "demo", f"VENV={sys.prefix}"]
        return [*own, "SCALE=tiny", f"PORT={self.port}"]

    @property
    def said(self) -> str:
        descriptor = self.log.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not re.search(words, self.said):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)

    def wait_open(self) -> None:
        self.wait_for("Ctrl-C stops everything")

    def open_and_stop(self) -> None:
        """It opens, Ctrl-C ends it without a complaint, and nothing of it is left."""
        self.wait_open()
        self.signal(signal.SIGINT)
        assert self.end() == 0, self.said
        self.assert_nothing_left()

    def end(self) -> int:
        return self.process.wait(PATIENCE_S)

    def demo(self) -> int:
        """The pid of manage.py, which may run under make."""
        if not self.make:
            return self.process.pid
        return int(psutil.Process(self.process.pid).children()[0].pid)

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole process group, as a terminal does."""
        os.killpg(self.process.pid, number)

    def assert_nothing_left(self) -> None:
        deadline = time.monotonic() + GONE_S
        while left := belonging(self.var):
            assert time.monotonic() < deadline, left
            time.sleep(0.1)


def belonging(var: Path) -> dict[int, list[str]]:
    """Every live process with the folder in its environment, command line or working directory:
    services, pools and web workers too."""
    found = {}
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            named = process.environ().get("VAR_DIR", ""), process.cwd(), *process.cmdline()
        except psutil.Error:
            continue
        if any(part == str(var) or part.startswith(f"{var}/") for part in named):
            found[process.pid] = process.cmdline()
    return found
