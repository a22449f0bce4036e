"""Stops a worker that files more dead letters than can be right."""

from collections import deque
from typing import Final

WINDOW: Final = 10_000
SHARE: Final = 0.01
IN_A_ROW: Final = 1_000
ADVICE: Final = (
    "They are filed, and the worker goes on behind them when it is started again. Look at them with"
    " `manage.py dead_letters list`; send them again with `manage.py dead_letters replay` once"
    " their cause is mended."
)


class DeadLetterLimitError(Exception):
    """Too many dead letters: something is wrong with a producer, or with us."""


class DeadLetterLimit:
    """At most 1 % of the last 10,000 records may be dead, and 1,000 one after another.

    It judges what is filed already, so that a worker that is started again gets past it.
    """

    def __init__(self) -> None:
        self.blocks: deque[tuple[int, int]] = deque()  # (records, dead), newest last
        self.records = self.dead = self.row = 0

    def watch(self, records: int, dead: int, example: str = "") -> None:
        """Take note of a batch; raise DeadLetterLimitError where it is too much."""
        if not records:
            return
        self.blocks.append((records, dead))
        self.records += records
        self.dead += dead
        self.row = self.row + dead if dead == records else 0
        while self.records - self.blocks[0][0] >= WINDOW:
            old, old_dead = self.blocks.popleft()
            self.records -= old
            self.dead -= old_dead
        cause = f" The last one: {example}." if example else ""
        if self.row > IN_A_ROW:
            raise DeadLetterLimitError(f"{self.row} dead letters in a row.{cause} {ADVICE}")
        if self.records >= WINDOW and self.dead > SHARE * self.records:
            raise DeadLetterLimitError(
                f"{self.dead} dead letters among the last {self.records} records.{cause} {ADVICE}"
            )
