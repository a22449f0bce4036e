"""The demo's long-running child processes: started, watched, restarted when they die."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from demo.services.process import tail

MAX_BACKOFF_S = 30.0
OPEN_S = 300.0  # for a machine under ten times the load it can handle


class ChildError(Exception):
    """A process of the shop doesn't start; with the end of its log."""


@dataclass
class Child:
    """One process of the shop, with its output in `log`."""

    name: str
    arguments: list[str]
    log: Path
    nice: int = 0
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    start_at: float = 0.0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *self.arguments],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # Ctrl-C must only reach the demo, which then ends all children.
                start_new_session=True,
            )
        # On top of our own: under `nice`, only root may give a child a higher priority.
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, self.process.pid, own + self.nice)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Keeps its child processes running."""

    children: list[Child] = field(default_factory=list)

    def start(self, names: Collection[str] | None = None) -> None:
        """Start those with these names, or all, that haven't been started."""
        for child in self.children:
            if child.process is None and (names is None or child.name in names):
                child.start()

    def runs(self, name: str) -> bool:
        """Whether the process with this name is alive."""
        return any(child.name == name and child.is_running() for child in self.children)

    def revive(self, now: float) -> list[Child]:
        """Restart dead children, each with exponential backoff; return those that just died."""
        died = []
        for child in self.children:
            if child.process is not None and not child.is_running():
                child.process = None
                child.deaths += 1
                child.start_at = now + min(2.0 ** (child.deaths - 1), MAX_BACKOFF_S)
                died.append(child)
            elif child.process is None and now >= child.start_at:
                child.start()
        return died


def reap_others(than: Iterable[Child]) -> None:
    """Reap a service that died. The demo replaced itself after starting it (see startup), and so
    doesn't know it; PostgreSQL takes a zombie's lock for held, and couldn't start again."""
    known = [child.process.pid for child in than if child.process is not None]
    with suppress(ChildProcessError):
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is not None and ended.si_pid not in known:
            os.waitpid(ended.si_pid, os.WNOHANG)


def answers(port: int) -> bool:
    """Whether a request gets a response, with any status: the port opens before the workers behind
    it are ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def wait_for_port(port: int, child: Child, timeout_s: float = OPEN_S) -> None:
    """Wait until `port` responds; raise ChildError if the child dies or takes far too long."""
    deadline = time.monotonic() + timeout_s
    while not answers(port):
        if not child.is_running() or time.monotonic() > deadline:
            raise ChildError(f"{child.name} doesn't answer on port {port}. {tail(child.log)}")
        time.sleep(0.1)
