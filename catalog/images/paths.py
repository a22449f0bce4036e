"""Vector paths in a small subset of SVG's path syntax, flattened to points.

``M x,y`` moves, ``L`` draws a line, ``Q`` and ``C`` a Bézier curve, ``Z`` closes; coordinates are
absolute. One command is an extension: ``O x,y,rx,ry`` draws an ellipse.
"""

import itertools
import math
import re
from collections.abc import Iterator

Point = tuple[float, float]
Points = list[Point]

_PATH = re.compile(r"\s*(?:[MLQCZO][\d\s.,-]*)+")
_COMMAND = re.compile(r"([MLQCZO])([^A-Z]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0, "O": 4}
_STEPS = 10
_ELLIPSE_STEPS = 28


def flatten(path: str) -> list[Points]:
    """The path's subpaths as lists of points; raises ValueError if it is malformed."""
    lines: list[Points] = []
    for command, numbers in _commands(path):
        if command == "O":
            lines.append(_ellipse(*numbers))
        elif command == "M":
            lines.append([(numbers[0], numbers[1])])
        elif not lines:
            raise ValueError(f"the path {path!r} does not start with M")
        elif command == "Z":
            lines[-1].append(lines[-1][0])
        else:
            controls = list(zip(numbers[::2], numbers[1::2], strict=True))
            lines[-1].extend(_bezier([lines[-1][-1], *controls]))
    return lines


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; extra numbers repeat the command."""
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is not a path")
    for command, text in _COMMAND.findall(path):
        numbers = [float(number) for number in _NUMBER.findall(text)]
        size = _ARGUMENTS[command]
        if (size and (not numbers or len(numbers) % size)) or (not size and numbers):
            raise ValueError(f"{command} takes {size} numbers, in {path!r}")
        yield from (
            (command, numbers[at : at + size]) for at in range(0, max(1, len(numbers)), size or 1)
        )


def _bezier(controls: Points) -> Iterator[Point]:
    """Points along a Bézier curve of any degree, without its first (de Casteljau)."""
    steps = _STEPS if len(controls) > 2 else 1
    for step in range(1, steps + 1):
        t, points = step / steps, controls
        while len(points) > 1:
            points = [
                (ax + (bx - ax) * t, ay + (by - ay) * t)
                for (ax, ay), (bx, by) in itertools.pairwise(points)
            ]
        yield points[0]


def _ellipse(x: float, y: float, rx: float, ry: float) -> Points:
    angles = [2 * math.pi * i / _ELLIPSE_STEPS for i in range(_ELLIPSE_STEPS + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]
