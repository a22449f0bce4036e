"""Coordinates of the variants' intervals for a server-drawn SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.experiments.results import Line, Results

WIDTH: Final = 560
MARGIN: Final = 0.08


@dataclass(frozen=True)
class IntervalBar:
    """A variant against the control, in SVG units from the left; `zero` is no difference."""

    line: Line
    low: float
    high: float
    at: float
    zero: float

    @property
    def right(self) -> float:
        """Position of the label of the upper end, clear of the lower one."""
        return max(self.high, self.low + 44)

    @property
    def width(self) -> float:
        return self.high - self.low


def bars(results: Results) -> Sequence[IntervalBar]:
    """A bar for each variant that can be compared, all on one scale that includes zero."""
    compared = [line for line in results.lines if line.against is not None]
    ends = [0.0]
    for line in compared:
        if line.against:
            ends += (line.against.low, line.against.high)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return WIDTH * (MARGIN + (1 - 2 * MARGIN) * (value - low) / span)

    return [
        IntervalBar(
            line,
            place(line.against.low),
            place(line.against.high),
            place(line.against.difference),
            place(0.0),
        )
        for line in compared
        if line.against
    ]
