"""Checks whether the demo can start here, and explains in one line if not."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

# The minimum for PostgreSQL, the generated data with pictures, and a model.
MIN_FREE = 400_000_000
FULL = 4_000_000


class ConditionError(Exception):
    """What is wrong with this machine, and what to do about it."""


def check(var: Path) -> None:
    """Raise ConditionError unless the state folder is writable and has enough space."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=var) as file:
            file.write(b"x")
    except OSError as error:
        raise ConditionError(in_one_line(error, var)) from None
    free = shutil.disk_usage(var).free
    if free < MIN_FREE:
        raise ConditionError(
            f"{free / 1e6:,.0f} MB are free on the disk of {var}, and the demo needs at least "
            f"{MIN_FREE / 1e6:,.0f} MB. Make room, or set VAR_DIR to a folder on another disk."
        )


def is_full(var: Path) -> bool:
    """Whether a full disk may be the cause of an error: PostgreSQL, when out of space, may only
    close the connection."""
    return var.exists() and shutil.disk_usage(var).free < FULL


def in_one_line(error: Exception, var: Path) -> str:
    """An error of the disk, the database or a service, as an actionable message."""
    said = str(error).strip()
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOSPC or os.strerror(errno.ENOSPC) in said or is_full(var):
        return f"The disk of {var} is full. Make room and start again: finished steps are skipped."
    if number in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{said}. The state is kept in {var}: set VAR_DIR to a folder that can be written."
    return said or type(error).__name__
