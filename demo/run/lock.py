"""Allows one demo at a time per state folder."""

import fcntl
import json
import os
import time
from pathlib import Path

from demo.run.members import identity, is_alive, stop_members

STOPPING_S = 30.0


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
    _sign(descriptor)
    stop_members(var)
    return descriptor


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(identity(os.getpid())).encode(), 0)


def _holder(descriptor: int) -> int | None:
    """The process that took the lock, if it is still alive rather than a leftover."""
    try:
        pid, created = json.loads(os.pread(descriptor, 100, 0))
    except ValueError:
        return None
    return pid if is_alive(pid, created) else None
