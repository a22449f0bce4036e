"""Finds and ends all processes that belong to a demo.

Every process of a demo has the state folder in its environment, which its children inherit: a
Celery pool, web workers, a background training. So all of them are found, whoever started them and
whichever parents have died, without a list that could go stale.
"""

import fcntl
import json
import os
import signal
import time
from pathlib import Path

import psutil

from demo import services
from demo.services.process import send, wait_gone

MARK = "DEMO_STATE"
# Together less than the 20 s within which everything must have ended.
PROCESSES_S = 6.0
SERVICES_S = 9.0
STOPPING_S = 30.0


def mark(var: Path) -> dict[str, str]:
    """The environment variable that marks processes as this folder's demo."""
    return {MARK: str(var.resolve())}


def members(var: Path) -> list[psutil.Process]:
    """The live processes of this folder's demo, except the caller and its parent."""
    folder = str(var.resolve())
    own = {os.getpid(), os.getppid()}
    return [p for p in psutil.process_iter() if p.pid not in own and _folder_of(p) == folder]


def _folder_of(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        folder: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):  # already gone, or another user's
        return None
    return folder


def stop_everything(var: Path) -> None:
    """End the demo's processes, then its services: terminate first, kill after a timeout."""
    stop_members(var)
    services.down(var, patience=SERVICES_S)


def stop_members(var: Path) -> None:
    """End everything except the services."""
    leaders = [process for process in members(var) if _leads(process)]
    for process in leaders:
        send(process, signal.SIGTERM)
    wait_gone(leaders, PROCESSES_S)
    while left := members(var):  # a process may have started another before it ended
        for process in left:
            send(process, signal.SIGKILL)
        wait_gone(left, 1)


def _leads(process: psutil.Process) -> bool:
    """Whether it is a session leader: pools and web workers are stopped by their parent."""
    try:
        return bool(os.getsid(process.pid) == process.pid)
    except ProcessLookupError:
        return False


def is_alive(pid: int, created: float) -> bool:
    """Whether this very process is alive, not a later one with the same pid."""
    try:
        process = psutil.Process(pid)
        return bool(process.create_time() == created and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def identity(pid: int) -> tuple[int, float]:
    return pid, psutil.Process(pid).create_time()


class RunningError(Exception):
    """A demo is running on this folder, or an earlier one can't be stopped."""


def take(var: Path) -> int:
    """Take the lock and return its descriptor, which survives the later exec.

    First ends whatever a killed demo (warden included) left running. Raises RunningError while
    another demo runs.
    """
    descriptor = os.open(var / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(descriptor, True)
    deadline = time.monotonic() + STOPPING_S
    while not _try(descriptor):
        if holder := _holder(descriptor):
            raise RunningError(
                f"The demo already runs on {var} (process {holder}): stop that one first, or set "
                "VAR_DIR to another folder."
            )
        if time.monotonic() > deadline:
            raise RunningError(f"An earlier demo on {var} does not stop.")
        stop_members(var)
        time.sleep(0.2)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(identity(os.getpid())).encode(), 0)
    stop_members(var)
    return descriptor


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> int | None:
    """The process that took the lock, if it is still alive rather than a leftover."""
    try:
        pid, created = json.loads(os.pread(descriptor, 100, 0))
    except ValueError:
        return None
    return pid if is_alive(pid, created) else None
