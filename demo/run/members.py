"""Which processes belong to a demo, and the end of them all.

Every process of a demo carries the folder of its state in its environment, which whatever it starts
inherits: a Celery pool, web workers, a training in the background. So all of them are found
again whoever started them, whichever of them has died, and without a list that could go stale.
"""

import os
import signal
from pathlib import Path

import psutil

from demo import services
from demo.services.process import wait_gone

MARK = "DEMO_STATE"
# Together within the 20 s that nothing may outlive the demo by.
PROCESSES_S = 6.0
SERVICES_S = 9.0


def mark(var: Path) -> dict[str, str]:
    """What makes a process, by its environment, one of the demo of this folder."""
    return {MARK: str(var.resolve())}


def members(var: Path) -> list[psutil.Process]:
    """The live processes of the demo of this folder, without the one that asks and its parent."""
    folder = str(var.resolve())
    own = {os.getpid(), os.getppid()}
    return [p for p in psutil.process_iter() if p.pid not in own and _folder_of(p) == folder]


def _folder_of(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        folder: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):  # gone meanwhile, or somebody else's
        return None
    return folder


def stop_everything(var: Path) -> None:
    """End the demo's processes, then its services: asked first, killed where they take too long."""
    stop_members(var)
    services.down(var, patience=SERVICES_S)


def stop_members(var: Path) -> None:
    """End all but the services."""
    leaders = [process for process in members(var) if _leads(process)]
    for process in leaders:
        _send(process, signal.SIGTERM)
    wait_gone(leaders, PROCESSES_S)
    while left := members(var):  # one may have started another while it was asked
        for process in left:
            _send(process, signal.SIGKILL)
        wait_gone(left, 1)


def _leads(process: psutil.Process) -> bool:
    """Whether others follow it: pools and web workers are told by the process that made them."""
    try:
        return bool(os.getsid(process.pid) == process.pid)
    except ProcessLookupError:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return


def is_alive(pid: int, created: float) -> bool:
    """Whether this very process lives, not a later one of the same number."""
    try:
        process = psutil.Process(pid)
        return bool(process.create_time() == created and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def identity(pid: int) -> tuple[int, float]:
    return pid, psutil.Process(pid).create_time()
