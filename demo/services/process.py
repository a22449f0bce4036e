"""Servers that outlive us: started detached, found again, and stopped.

A server is found by its program and its working folder, which is its data folder. That needs no pid
file, so there is none to go stale, to name a recycled pid, or to be missing when we are killed
between starting a server and writing its pid down.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from demo.services.account import Account
from demo.services.errors import NotAnsweringError, ServiceError

LOG_LIMIT = 5_000_000
# A Popen that is dropped while its process runs warns; these processes are meant to run on.
_children: list[subprocess.Popen[bytes]] = []


def find(program: str, folder: Path) -> list[psutil.Process]:
    """Live processes of this program working in this folder, oldest first."""
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
    """Start a server in its own session, working in `folder`, writing to `log`."""
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
    """Ask until the server answers.

    Raises ServiceError with the end of the log when it dies or stays silent for `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            probe()
            return
        except NotAnsweringError as error:
            silence = error
        if not alive():
            raise ServiceError(f"it stopped at once. {tail(log)}")
        if time.monotonic() > deadline:
            raise ServiceError(f"no answer in {timeout:g} s ({silence}). {tail(log)}")
        time.sleep(0.05)


def stop(program: str, folder: Path, *, with_signal: signal.Signals, patience: float) -> list[int]:
    """Ask the server (the oldest process) to end, then kill what is left; the pids it had."""
    processes = find(program, folder)
    for process in processes[:1]:
        _signal(process, with_signal)
    wait_gone(processes, patience)
    kill(find(program, folder), patience)
    return [process.pid for process in processes]


def kill(processes: Sequence[psutil.Process], patience: float) -> None:
    for process in processes:
        _signal(process, signal.SIGKILL)
    wait_gone(processes, patience)
    for child in _children:
        child.poll()  # leave no zombie of our own


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def wait_gone(processes: Sequence[psutil.Process], timeout: float) -> None:
    """Wait for the end of processes, not for their parent to reap them: in a container none may."""
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
