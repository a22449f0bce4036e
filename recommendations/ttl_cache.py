"""Rows that serving needs on every request, asked for once a second at most."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from django.db import Error

logger = logging.getLogger(__name__)

CHECK_S: Final = 1.0
T = TypeVar("T")


class TTLCache(Generic[T]):
    """What `load` returned at most CHECK_S ago; with PostgreSQL away what was there before."""

    def __init__(self, load: Callable[[], T], nothing: T) -> None:
        self._load, self._nothing = load, nothing
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything, as in a new process."""
        self._value, self._next = self._nothing, 0.0

    def get(self) -> T:
        """Never raises. While one thread looks the others take what is there."""
        if time.monotonic() >= self._next and self._lock.acquire(blocking=False):
            try:
                self._value = self._load()
            except Error as error:
                logger.warning("what was kept is served on: %s", error)
            finally:
                self._next = time.monotonic() + CHECK_S
                self._lock.release()
        return self._value
