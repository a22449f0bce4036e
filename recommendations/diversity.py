"""Diversity: a shelf that doesn't show one thing twelve times. Pure."""

from collections import Counter

from recommendations.bundle.reader import Bundle, Ints


def diverse(bundle: Bundle, rows: Ints, k: int, per_type: int) -> list[int]:
    """Places of up to k rows, in order: the first of each design, at most `per_type` of a type.

    Where that leaves fewer than k, the best of the types that were cut fill up.
    """
    designs: set[int] = set()
    types: Counter[int] = Counter()
    chosen: list[int] = []
    spare: list[int] = []
    pairs = zip(bundle.design[rows].tolist(), bundle.product_type[rows].tolist(), strict=True)
    for place, (design, product_type) in enumerate(pairs):
        if len(chosen) == k:
            break
        if design in designs:
            continue
        designs.add(design)
        types[product_type] += 1
        (chosen if types[product_type] <= per_type else spare).append(place)
    return sorted(chosen + spare[: k - len(chosen)])
