"""Common base of the three embedded services."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import psutil

from demo.services import ports, process
from demo.services.process import Account, NotAnsweringError, PortTakenError, ServiceError

LOG_LIMIT = 5_000_000
# Receives a line of progress.
Say = Callable[[str], None]


def quiet(line: str) -> None:
    """Say nothing."""


class Service(ABC):
    """A server with its data in `var/<name>` and its log in `var/log/<name>.log`."""

    name: ClassVar[str]
    product: ClassVar[str]
    variable: ClassVar[str]
    program: ClassVar[str]
    keeps_data: ClassVar[bool] = True
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    # Crash recovery or loading a long append-only file may delay the first response.
    patience: ClassVar[float] = 60

    def __init__(self, var: Path, *, durable: bool = True, say: Say = quiet) -> None:
        self.say = say
        self.var = var
        self.durable = durable
        self.log = var / "log" / f"{self.name}.log"

    @property
    def folder(self) -> Path:
        """Its data folder, which is also the server's working directory."""
        return self.var / self.name

    @abstractmethod
    def url(self, port: int, previous: str | None) -> str:
        """The value of `variable` for this port, with the previous one's password."""

    @abstractmethod
    def launch(self, url: str, *, new_secret: bool) -> subprocess.Popen[bytes]:
        """Start the server; with `new_secret` its data don't contain the URL's password yet."""

    @staticmethod
    @abstractmethod
    def probe(url: str) -> str:
        """The server's version, from a real request; raises NotAnsweringError."""

    def processes(self) -> list[psutil.Process]:
        return process.find(self.program, self.folder)

    def plan(self, previous: str | None) -> str:
        """The URL to use: the previous one unless another program has taken its port."""
        if previous and (self.processes() or ports.is_free(ports.port_of(previous))):
            return previous
        return self.url(ports.choose(), previous)

    def ensure(self, url: str, *, new_secret: bool) -> bool:
        """Ensure it responds at `url`; returns whether it had to be started."""
        if self.processes() and not new_secret:
            try:
                self.wait(url, lambda: bool(self.processes()))
            except ServiceError:
                pass  # dead or hanging: restart below
            else:
                return False
        self.stop()
        self._start(url, new_secret=new_secret)
        return True

    def _start(self, url: str, *, new_secret: bool) -> None:
        child = self.launch(url, new_secret=new_secret)
        try:
            self.wait(url, lambda: child.poll() is None)
        except ServiceError as error:
            died = child.poll() is not None
            self.stop()
            if died and not ports.is_free(ports.port_of(url)):
                raise PortTakenError(
                    f"{self.product}: port {ports.port_of(url)} is taken"
                ) from None
            raise ServiceError(f"{self.product} did not start: {error}") from None
        self.say(f"{self.product} answers")

    def spawn(
        self, command: Sequence[str], account: Account | None = None, **variables: str
    ) -> subprocess.Popen[bytes]:
        """Start the server in a session of its own, in its folder, with its output in the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            child = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment(**variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **(account.as_process() if account else {}),
            )
        process.children.append(child)
        return child

    def wait(self, url: str, alive: Callable[[], bool]) -> None:
        """Poll until it responds; raise ServiceError with the end of its log if it dies, or takes
        longer than its patience."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                self.probe(url)
                return
            except NotAnsweringError as error:
                silence = error
            if not alive():
                raise ServiceError(f"it exited immediately. {process.tail(self.log)}")
            if time.monotonic() > deadline:
                late = f"no answer in {self.patience:g} s ({silence})"
                raise ServiceError(f"{late}. {process.tail(self.log)}")
            time.sleep(0.05)

    def stop(self, patience: float | None = None) -> list[int]:
        """Stop it cleanly, or kill it after a timeout; returns the pids it had."""
        patience, running = self.patience if patience is None else patience, self.processes()
        for server in running[:1]:
            process.send(server, self.stop_signal)
        process.wait_gone(running, patience)
        process.kill(self.processes(), patience)
        return [one.pid for one in running]


def wheel(package: str) -> Path:
    """The folder of an installed wheel, found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ServiceError(
            f"The wheel {package.replace('_', '-')} is not installed: "
            "pip install -r requirements-embedded.txt, or name a service of your own."
        )
    return Path(spec.origin).parent


def environment(**more: str) -> dict[str, str]:
    """A server's environment, without variables that reconfigure it (PGPORT, LISTENER_URL, …)."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", **more}
