"""Ends a process whose loop hangs. Its supervisor starts it again, and nothing is lost."""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final

logger = logging.getLogger(__name__)

EXIT_FAILED: Final = 70  # EX_SOFTWARE
# Every wait of the loop has a time-out of a few seconds: a loop that is silent for this long twice
# in a row hangs.
STUCK_S: Final = 60.0
CHECK_EVERY_S: Final = 5.0


class Watchdog:
    """The loop calls `turned`; `watch` returns once `stopping` is set or `alive` is false."""

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping = stopping
        self.turned_at = time.monotonic()

    def turned(self) -> None:
        self.turned_at = time.monotonic()

    def idle_s(self) -> float:
        """Seconds since the loop last turned; it also turns while it waits for a service."""
        return time.monotonic() - self.turned_at

    def watch(self, name: str, alive: Callable[[], bool]) -> None:
        stuck = 0
        while not self.stopping.wait(CHECK_EVERY_S) and alive():
            stuck = stuck + 1 if self.idle_s() > STUCK_S else 0
            if stuck > 1:
                logger.critical("Consumer %s hangs; stopping its worker.", name)
                os._exit(EXIT_FAILED)
