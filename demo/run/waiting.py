"""Waiting for what must come true, as long as that is still possible."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# On a machine with ten times the work it can do, everything takes long and comes in the end.
PATIENCE_S = 180.0
# Without the part that would do it nothing will come; it may have just done it before it went.
HOPELESS_S = 3.0
EVERY_S = 0.02


class CheckError(Exception):
    """What is wrong, in words for the line of the check."""


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
    """Look until there is something, and return it; raise CheckError when it takes too long, or
    when it is `possible` no more."""
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
