"""The demo's replay button: one day of history at a chosen speed, one replay at a time."""

import subprocess
import sys
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext

from catalog.data_version import per_data_version
from streaming import history

SPEEDS: Final = (300, 1200, 3600)
DAYS: Final = 5
DAY_S: Final = 86_400
# Added to the replay's own duration: covers its start, and limits repeated clicks.
PAUSE_S: Final = 15
RUNNING: Final = "replay-running"

_children: list[subprocess.Popen[bytes]] = []


@per_data_version()
def days() -> list[date]:
    """The last days of history that can be replayed, newest first."""
    known = history.bounds()
    if known is None:
        return []
    span = min((known[1] - known[0]).days + 1, DAYS)
    return [known[1] - timedelta(days=n) for n in range(span)]


def running() -> str | None:
    """The running replay, in words."""
    description: str | None = cache.get(RUNNING)
    return description


def describe_replay(day: date, speed: int) -> str:
    return gettext("%(day)s at ×%(speed)d") % {"day": f"{day:%d %B %Y}", "speed": speed}


def start(day: date, speed: int) -> bool:
    """False if a replay is running. The cache's lock covers all web processes."""
    _children[:] = [child for child in _children if child.poll() is None]
    if not cache.add(RUNNING, describe_replay(day, speed), DAY_S // speed + PAUSE_S):
        return False
    arguments = ["replay_transactions", "--from", str(day), "--to", str(day)]
    _children.append(
        subprocess.Popen(
            [sys.executable, "manage.py", *arguments, "--speed", str(speed), "--browse"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    return True
