"""Runs beside the demo's command and stops everything it started, however the command ends.

A command can be killed without a chance to clean up (kill -9, a closed terminal, out of memory).
The warden has its own session, so that it isn't ended together with the command. It checks whether
the command is still its parent. When it isn't, or when the command asks (SIGTERM), the warden ends
the demo's processes and services, and then itself. It holds the demo's lock until then.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from demo.run.members import identity, is_alive, stop_everything

LOOK_EVERY_S = 0.25


def start(var: Path, lock: int) -> int:
    """Start the warden for this process; returns its pid."""
    log = var / "log" / "warden.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", __name__, str(var), str(os.getpid()), *_make()]
    with log.open("ab") as out:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            pass_fds=[lock],
        )
    child.returncode = 0  # waited for by `dismiss`, after the command has replaced itself
    return child.pid


def _make() -> list[str]:
    """The `make` that runs us, if any: when it ends, so do we."""
    parent = psutil.Process(os.getppid())
    if parent.name() not in {"make", "gmake"}:
        return []
    return [str(part) for part in identity(parent.pid)]


def stop(pid: int, var: Path) -> None:
    """Have the warden end everything, and wait; if it was killed, do the work here."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
    stop_everything(var)


def watch(command: int, make: tuple[int, float] | None) -> None:
    """Return when the command is gone or wants everything stopped."""
    while os.getppid() == command:
        if signal.sigtimedwait({signal.SIGTERM}, LOOK_EVERY_S):
            return
        if make and not is_alive(*make):
            make = None
            with suppress(ProcessLookupError):
                os.kill(command, signal.SIGTERM)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("var", type=Path)
    parser.add_argument("command", type=int, help="the demo's process")
    parser.add_argument("make", nargs="*", type=float, help="pid and time of the make it is under")
    asked = parser.parse_args(arguments)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
    make = (int(asked.make[0]), asked.make[1]) if asked.make else None
    watch(asked.command, make)
    stop_everything(asked.var)


if __name__ == "__main__":
    main(sys.argv[1:])
