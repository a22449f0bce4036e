"""Stops the stream before it files everything under dead letters."""

from collections import deque
from typing import Final

WINDOW: Final = 10_000
SHARE: Final = 0.01
IN_A_ROW: Final = 1_000


class BrakeError(Exception):
    """Too many dead letters: something is wrong with us rather than with them."""


class Brake:
    """Watches the last messages: at most 1 % of 10,000 may be dead, and 1,000 one after another."""

    def __init__(self) -> None:
        self.blocks: deque[tuple[int, int]] = deque()  # (messages, dead), newest last
        self.messages = self.dead = self.row = 0

    def watch(self, messages: int, dead: int) -> None:
        """Take note of a batch; raise BrakeError where it is too much."""
        self.blocks.append((messages, dead))
        self.messages += messages
        self.dead += dead
        self.row = self.row + dead if dead == messages else 0
        while self.messages - self.blocks[0][0] >= WINDOW:
            old, old_dead = self.blocks.popleft()
            self.messages -= old
            self.dead -= old_dead
        if self.row > IN_A_ROW:
            raise BrakeError(f"{self.row} dead letters in a row")
        if self.dead > WINDOW * SHARE:
            raise BrakeError(f"{self.dead} dead letters among the last {self.messages} messages")
