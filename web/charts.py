"""Charts rendered on the server as SVG: coordinates for the lines, labels for the axes. Pure.

x runs from 0 to WIDTH, y down from 0 to HEIGHT. The template stretches the drawing to its box and
puts the labels beside it, so that text keeps its size.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

WIDTH: Final = 600
HEIGHT: Final = 150
MIN_BARS: Final = 12  # with few bars, leave the right empty so that they stay slim
Value = float | None


@dataclass(frozen=True)
class Line:
    """`values` follow the order of the chart's x positions; None is a gap."""

    name: str
    values: Sequence[Value]

    @property
    def last(self) -> Value:
        return next((value for value in reversed(self.values) if value is not None), None)


@dataclass(frozen=True)
class Chart:
    """Lines (or bars) over the same x positions, which `starts` and `ends` label."""

    name: str
    title: str
    unit: str
    lines: Sequence[Line]
    starts: str
    ends: str

    @property
    def top(self) -> float:
        """A round number that no value exceeds."""
        most = max((v for line in self.lines for v in line.values if v is not None), default=0.0)
        return rounded_up(most)

    @property
    def is_empty(self) -> bool:
        return all(line.last is None for line in self.lines)

    @property
    def paths(self) -> list[tuple[Line, str]]:
        return [(line, path(line.values, self.top)) for line in self.lines]

    @property
    def bars(self) -> str:
        """The first line's values as bars."""
        return bars(self.lines[0].values, self.top)

    @property
    def words(self) -> str:
        """A text alternative for people who can't see the chart."""
        said = [
            f"{line.name} at most {most(line):,.6g} {self.unit}, last {line.last:,.6g}"
            for line in self.lines
            if line.last is not None
        ]
        return "; ".join(said) or "nothing yet"


def most(line: Line) -> float:
    return max((value for value in line.values if value is not None), default=0.0)


def rounded_up(value: float) -> float:
    """1, 2 or 5 times a power of ten; 1 for nothing, or what is too small for a power."""
    if value < sys.float_info.min:
        return 1.0
    power = float(f"1e{math.floor(math.log10(value))}")
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def path(values: Sequence[Value], top: float) -> str:
    """Straight segments between neighbours; an isolated value is a dot."""
    step = WIDTH / max(len(values) - 1, 1)
    drawn, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        drawn.append(f"{pen}{place * step:.1f} {HEIGHT * (1 - value / top):.1f}")
        lone = pen == "M" and (place + 1 == len(values) or values[place + 1] is None)
        drawn.append("h.1" if lone else "")
        pen = "L"
    return "".join(drawn)


def bars(values: Sequence[Value], top: float) -> str:
    """A path with a bar for each value."""
    wide = WIDTH / max(len(values), MIN_BARS)
    return "".join(
        f"M{place * wide + wide * 0.12:.1f} {HEIGHT}v{-HEIGHT * value / top:.1f}"
        f"h{wide * 0.76:.1f}V{HEIGHT}z"
        for place, value in enumerate(values)
        if value
    )


def clock(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%H:%M:%S}"
