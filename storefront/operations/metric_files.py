"""The files in which the processes of one machine store their Prometheus metrics."""

import os
from pathlib import Path

from django.conf import settings


def prepare() -> None:
    """Create the folder of the processes' files."""
    Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)


def remove_dead_processes() -> None:
    """Delete the files of dead processes; called when a web server starts.

    Not while it runs: Prometheus would take a falling sum for a restart.
    """
    for file in Path(settings.METRICS_DIR).glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if not pid.isdecimal() or not is_alive(int(pid)):
            file.unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
