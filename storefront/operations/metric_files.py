"""The files in which the processes of one machine keep their figures for Prometheus."""

import os
from pathlib import Path

from django.conf import settings


def prepare() -> None:
    """Make the folder of the processes' files."""
    Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)


def forget_the_dead() -> None:
    """Remove the files of processes that are no more; for a web server's start.

    Not while it runs: a sum that falls looks to Prometheus like a restart.
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
