"""Which places of a ranking fill a varied shelf: few of one design, type or cause. Pure."""

from typing import Final

import numpy as np

from recommendations.bundle.reader import ABSENT, Ints
from recommendations.ranking.scoring import Places
from recommendations.retrieval.generators import INTS
from web.compiled import compiled, part

# A shelf of this length or more may hold one product that the shopper has bought before.
REPEATS_FROM: Final = 12
# Maximum share of a shelf caused by one article the shopper acted on, if there are several.
SEED_SHARE: Final = 3


@compiled(INTS, INTS, INTS, INTS, INTS, int)
def varied(designs: Ints, types: Ints, causes: Ints, viewed: Ints, bought: Ints, k: int) -> Places:
    """Up to k places of rows, in order, best first.

    One of each design, none of those viewed and one of those bought, at most half of one type, and
    limits on the share of each causing article. If that leaves fewer than k, the best rows cut by
    cause fill the shelf, in the bounds of their types, then those beyond; none that was bought.
    """
    of_type, of_cause = (k + 1) // 2, per_seed(causes, k)
    repeats = int(k >= REPEATS_FROM)
    taken = np.empty_like(designs)
    chosen, by_cause = np.empty((2, len(designs)), np.int64)
    by_type = np.zeros(len(designs), np.bool_)
    count = cut = passed = 0
    for place, design in enumerate(designs):
        if count == k:
            break
        known = times(bought, design) > 0
        if times(viewed, design) or times(taken[:passed], design) or (known and repeats == 0):
            continue
        taken[passed] = design
        passed += 1
        if times(types[chosen[:count]], types[place]) == of_type:
            by_type[place] = not known
        elif causes[place] != ABSENT and times(causes[chosen[:count]], causes[place]) == of_cause:
            by_cause[cut] = place
            cut += not known
        else:
            repeats -= known
            chosen[count] = place
            count += 1
    for place in by_cause[:cut]:
        if times(types[chosen[:count]], types[place]) < of_type:
            chosen[count] = place
            count += 1
        else:
            by_type[place] = True
    return np.concatenate((chosen[:count], np.flatnonzero(by_type)))[:k]


@part
def times(values: Ints, one: int) -> int:
    """How often a value occurs."""
    found = 0
    for value in values:
        found += value == one
    return found


@part
def per_seed(causes: Ints, k: int) -> int:
    """Maximum picks caused by one article: half a shelf for a single seed, a third for several."""
    seeds = 0
    for place, cause in enumerate(causes):
        seeds += cause != ABSENT and times(causes[:place], cause) == 0
    return max(-(-k // SEED_SHARE), k // (seeds + 1))
