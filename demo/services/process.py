"""Servers that outlive us: started detached, found again, and stopped.

A server is identified by its program and its working directory, which is its data folder. No pid
file is needed that could go stale, name a recycled pid, or be missing because we were killed right
after starting a server.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from demo.services.account import Account, NotAnsweringError, ServiceError

LOG_LIMIT = 5_000_000
# Popen warns if dropped while its process runs; these processes are meant to keep running.
_children: list[subprocess.Popen[bytes]] = []


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


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in a new session, in `folder`, with its output in `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **(account.as_process() if account else {}),
        )
    _children.append(child)
    return child


def wait_ready(
    probe: Callable[[], object], *, alive: Callable[[], bool], timeout: float, log: Path
) -> None:
    """Poll until the server responds.

    Raises ServiceError with the end of the log if it dies or doesn't respond within `timeout`
    seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            probe()
            return
        except NotAnsweringError as error:
            silence = error
        if not alive():
            raise ServiceError(f"it exited immediately. {tail(log)}")
        if time.monotonic() > deadline:
            raise ServiceError(f"no answer in {timeout:g} s ({silence}). {tail(log)}")
        time.sleep(0.05)


def stop(program: str, folder: Path, *, with_signal: signal.Signals, patience: float) -> list[int]:
    """Terminate the server (the oldest process), then kill what is left; returns their pids."""
    processes = find(program, folder)
    for process in processes[:1]:
        send(process, with_signal)
    wait_gone(processes, patience)
    kill(find(program, folder), patience)
    return [process.pid for process in processes]


def kill(processes: Sequence[psutil.Process], patience: float) -> None:
    for process in processes:
        send(process, signal.SIGKILL)
    wait_gone(processes, patience)
    for child in _children:
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
