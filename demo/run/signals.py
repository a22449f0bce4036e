"""Ctrl-C, SIGTERM and a closed terminal: the first ends the demo, further ones are ignored."""

import signal
from dataclasses import dataclass
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
