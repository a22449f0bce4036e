"""Waits for a condition as long as it can still come true."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# For a machine under ten times the load it can handle: everything is slow, but arrives in the end.
PATIENCE_S = 180.0
# If the responsible part is gone, only what it did just before can still show up.
HOPELESS_S = 3.0
EVERY_S = 0.02


class CheckError(Exception):
    """The reason a check failed, for its output line."""


def expect(truth: object, otherwise: str) -> None:
    if not truth:
        raise CheckError(otherwise)


def eventually(
    look: Callable[[], T | None],
    otherwise: str,
    *,
    possible: Callable[[], bool] = lambda: True,
    patience_s: float = PATIENCE_S,
) -> T:
    """Poll until there is a result, and return it; raise CheckError on timeout, or soon after it is
    no longer `possible`."""
    start = time.monotonic()
    deadline = start + patience_s
    while True:
        if found := look():
            return found
        now = time.monotonic()
        if not possible():
            deadline = min(deadline, start + HOPELESS_S)
        if now > deadline:
            raise CheckError(f"{otherwise} within {now - start:.0f} s")
        time.sleep(EVERY_S)
