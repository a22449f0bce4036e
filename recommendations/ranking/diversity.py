"""Diversity: keeps a shelf from showing near-duplicates. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from recommendations.bundle.reader import Bundle, Ints

AT_A_TIME: Final = 48


def diverse(bundle: Bundle, rows: Ints, k: int, per_type: int, per_design: int = 1) -> list[int]:
    """Positions of up to k rows, in order: at most `per_design` of a design and `per_type` of a
    type.

    If that leaves fewer than k, the best rows cut by type fill the shelf.
    """
    designs: defaultdict[int, int] = defaultdict(int)
    types: defaultdict[int, int] = defaultdict(int)
    chosen: list[int] = []
    spare: list[int] = []
    for place, (design, product_type) in enumerate(_kinds(bundle, rows)):
        if len(chosen) == k:
            break
        if designs[design] == per_design:
            continue
        designs[design] += 1
        types[product_type] += 1
        (chosen if types[product_type] <= per_type else spare).append(place)
    return sorted(chosen + spare[: k - len(chosen)])


def _kinds(bundle: Bundle, rows: Ints) -> Iterator[tuple[int, int]]:
    """The design and the type of each row, read in chunks: the first ones usually fill a shelf."""
    for start in range(0, len(rows), AT_A_TIME):
        some = rows[start : start + AT_A_TIME]
        yield from zip(
            bundle.design.take(some).tolist(),
            bundle.product_type.take(some).tolist(),
            strict=True,
        )
