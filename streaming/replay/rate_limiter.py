"""The pace of a replay: steady, in slices of a few hundredths of a second."""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

TICK_S: Final = 0.05
SLICE: Final = 5_000
# A sender held up for longer (the broker was down) continues from there: what it missed isn't
# sent in a burst.
STALL_S: Final = 1.0


@dataclass
class Pace:
    """`speed` is event time per wall time, `rate` events per second; neither: as fast as possible.

    The clocks start with the first slice and run over all days, so that errors don't add up.
    """

    speed: float | None = None
    rate: float | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    began: float | None = field(default=None, init=False)
    seen: float = field(default=0.0, init=False)
    first_ts: int = field(default=0, init=False)
    sent: int = field(default=0, init=False)

    def slices(self, ts: Sequence[int], start: int = 0) -> Iterator[tuple[int, int]]:
        """Cut the moments (ascending, ms) from place `start` on; each slice comes when it is
        due."""
        while start < len(ts):
            if self.began is None:
                self.began = self.seen = self.now()
                self.first_ts = ts[start]
            stop = min(self._due(ts, start, self._elapsed(self.began)), start + SLICE)
            if stop > start:
                yield start, stop
                self.sent += stop - start
                start = stop
            else:
                self.sleep(TICK_S)

    def _elapsed(self, began: float) -> float:
        now = self.now()
        if (held_up := now - self.seen - STALL_S) > 0:
            began = self.began = began + held_up
        self.seen = now
        return now - began

    def _due(self, ts: Sequence[int], start: int, elapsed: float) -> int:
        if self.speed is not None:
            return bisect_right(ts, self.first_ts + elapsed * 1000 * self.speed, start)
        if self.rate is not None:
            return min(len(ts), start + 1 + int(elapsed * self.rate) - self.sent)
        return len(ts)
