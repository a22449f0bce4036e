"""Servers that outlive us: started detached, found again, and stopped.

A server is identified by its program and its working directory, which is its data folder. No pid
file is needed that could go stale, name a recycled pid, or be missing because we were killed right
after starting a server.
"""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

CANDIDATES = ("postgres", "nobody")
# Popen warns if dropped while its process runs; these processes are meant to keep running.
children: list[subprocess.Popen[bytes]] = []


class ServiceError(Exception):
    """A service can't be started, reached or stopped."""


class PortTakenError(ServiceError):
    """Another program took the port between choosing it and listening on it."""


class NotAnsweringError(ServiceError):
    """A server doesn't respond to a real request of its protocol (yet)."""


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def as_process(self) -> dict[str, Any]:
        """Keyword arguments for subprocess to run a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_run(self, program: Path) -> bool:
        """Whether it can traverse all parents of `program` (or folder), and enter or execute it."""
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(program)]
        return subprocess.run(test, cwd="/", check=False, **self.as_process()).returncode == 0

    def chown(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def lesser_account(data: Path) -> Account | None:
    """None unless we are root; then the owner of `data`, else an unprivileged system account.

    Raises ServiceError if there is no such account.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServiceError(
        "PostgreSQL does not run as root, and there is no account named postgres or nobody. "
        "Run as another user, or set DATABASE_URL to a server of your own."
    )


def find(program: str, folder: Path) -> list[psutil.Process]:
    """Live processes of this program in this working directory, oldest first."""
    found = [
        process
        for process in psutil.process_iter(["name", "create_time"])
        if process.info["name"] == program and _works_in(process, folder)
    ]
    return sorted(found, key=lambda process: (process.info["create_time"], process.pid))


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return bool(process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def kill(processes: Sequence[psutil.Process], patience: float) -> None:
    for process in processes:
        send(process, signal.SIGKILL)
    wait_gone(processes, patience)
    for child in children:
        child.poll()  # leave no zombie of our own


def send(process: psutil.Process, number: signal.Signals) -> None:
    """Send a signal, unless the process is gone or another user's."""
    with suppress(psutil.Error):
        process.send_signal(number)


def wait_gone(processes: Sequence[psutil.Process], timeout: float) -> None:
    """Wait until processes have ended, reaped or not: in a container nobody may reap them."""
    deadline = time.monotonic() + timeout
    while any(map(_lives, processes)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log for an error message."""
    try:
        text = log.read_text(errors="replace")[-8000:]
    except FileNotFoundError:
        return f"It wrote no log ({log})."
    return f"The end of {log}:\n" + "\n".join(text.splitlines()[-lines:])
