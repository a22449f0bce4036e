"""The demo's first half: what must happen before settings can be read, then re-executes itself.

Imports no models, as the settings don't know the database yet. Its own settings load no app of the
shop, which would take seconds.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from demo import services
from demo.run import conditions, members, warden
from demo.run.data import DataSet
from demo.run.members import mark
from demo.services.ports import is_free

# Set in the second half: the folder shared by all data sets, and the warden's process id.
BASE_VAR = "DEMO_BASE_VAR"
WARDEN = "DEMO_WARDEN"

Say = Callable[[str], None]
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class TakenError(Exception):
    """The requested port is already in use."""


def has_begun() -> bool:
    return BASE_VAR in os.environ


def begin(data: DataSet, base: Path, port: int | None, say: Say) -> NoReturn:
    """Start warden and services, then exec the same command with their addresses.

    Raises ConditionError, RunningError, TakenError, ServiceError or OSError.
    """
    conditions.check(data.var)
    held = members.take(data.var)
    check_free(port)
    watching = warden.start(data.var, held)
    try:
        say("PostgreSQL, Redis and Kafka …")
        addresses = services.up(data.var, say=lambda line: say(f"  {line}"))
    except BaseException:
        warden.stop(watching, data.var)
        raise
    environment = {
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "storefront.settings",
        "VAR_DIR": str(data.var),
        "IMAGES_DIR": str(data.folder / "images"),
        "DATA_LABEL": data.label,
        "PYTHONUNBUFFERED": "1",
        BASE_VAR: str(base),
        WARDEN: str(watching),
        **mark(data.var),
    }
    command = [sys.executable, *sys.argv]
    os.execve(sys.executable, command, os.environ | addresses | environment)  # noqa: S606


def check_free(port: int | None) -> None:
    if port is not None and not is_free(port):
        raise TakenError(
            f"Port {port} is in use. Choose another one, or omit it to use a free port."
        )


def end(data: DataSet) -> None:
    """Stop everything; called in the second half."""
    warden.stop(int(os.environ[WARDEN]), data.var)


@dataclass
class Shutdown:
    """Turns the signals into KeyboardInterrupt until shutdown has begun."""

    has_begun: bool = False

    def listen(self) -> None:
        for number in ENDING:
            # Under `nohup` a closed terminal is deliberately ignored.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.handle)

    def handle(self, number: int, frame: FrameType | None) -> None:
        if not self.has_begun:
            raise KeyboardInterrupt

    def begin(self) -> None:
        self.has_begun = True
