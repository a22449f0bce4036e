"""Diversity: a shelf that doesn't show one thing twelve times. Pure."""

from collections import defaultdict

from recommendations.bundle.reader import Bundle, Ints


def diverse(bundle: Bundle, rows: Ints, k: int, per_type: int, per_design: int = 1) -> list[int]:
    """Places of up to k rows, in order: at most `per_design` of a design and `per_type` of a type.

    Where that leaves fewer than k, the best of the types that were cut fill up.
    """
    designs: defaultdict[int, int] = defaultdict(int)
    types: defaultdict[int, int] = defaultdict(int)
    chosen: list[int] = []
    spare: list[int] = []
    pairs = zip(bundle.design[rows].tolist(), bundle.product_type[rows].tolist(), strict=True)
    for place, (design, product_type) in enumerate(pairs):
        if len(chosen) == k:
            break
        if designs[design] == per_design:
            continue
        designs[design] += 1
        types[product_type] += 1
        (chosen if types[product_type] <= per_type else spare).append(place)
    return sorted(chosen + spare[: k - len(chosen)])
