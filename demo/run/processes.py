"""Long-running children of the demo: started, watched, restarted when they die, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

MAX_BACKOFF_S = 30.0
STOP_TIMEOUT_S = 15.0


@dataclass
class Child:
    """One process of the shop; what it prints goes to `log`."""

    name: str
    arguments: list[str]
    log: Path
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
                # A Ctrl-C is for the demo, which then stops its children one by one.
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is None or not self.is_running():
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """Keeps its children running until it is stopped."""

    children: list[Child] = field(default_factory=list)

    def start(self) -> None:
        for child in self.children:
            child.start()

    def revive(self, now: float) -> list[Child]:
        """Restart what has died, each after a pause that doubles; return what died just now."""
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

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(first: int) -> int:
    """The first free loopback port from `first` on."""
    for port in range(first, first + 200):
        if is_free(port):
            return port
    raise OSError(f"no free port from {first} to {first + 199}")


def wait_for_port(port: int, child: Child, timeout_s: float = 60.0) -> None:
    """Return when `port` answers, else raise TimeoutError with the child's last lines."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and child.is_running():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    tail = "\n".join(child.log.read_text(errors="replace").splitlines()[-15:])
    raise TimeoutError(
        f"{child.name} doesn't answer on port {port}; {child.log} ends with:\n{tail}"
    )
