"""Diversity: keeps a shelf from showing near-duplicates. Pure."""

from collections.abc import Iterator
from typing import Final

from recommendations.bundle.reader import Bundle, Ints

AT_A_TIME: Final = 48


def diverse(bundle: Bundle, rows: Ints, k: int) -> list[int]:
    """Places of up to k rows, in order: one of each design."""
    designs: set[int] = set()
    chosen: list[int] = []
    for place, design in enumerate(_designs(bundle, rows)):
        if len(chosen) == k:
            break
        if design not in designs:
            designs.add(design)
            chosen.append(place)
    return chosen


def _designs(bundle: Bundle, rows: Ints) -> Iterator[int]:
    """The design of each row, read some at a time: a shelf is filled by the first."""
    for start in range(0, len(rows), AT_A_TIME):
        yield from bundle.design.take(rows[start : start + AT_A_TIME]).tolist()
