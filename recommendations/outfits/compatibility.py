"""Which articles may share a look, by the operator's tables and by basket statistics. Pure."""

import numpy as np

from recommendations.outfits.constraints import NEUTRAL, WearTables
from recommendations.outfits.pairs import find_pairs
from recommendations.outfits.search import Wardrobe
from web.arrays import Flags, Ints

# Two patterned pieces go together if baskets contain them this much more often than chance (a
# logarithm): four times.
WORN_TOGETHER = 1.4


def occasion_of(wear: WearTables, bag: Ints) -> int:
    """The occasion shared by most of the bag's articles, by first occasions among ties; for an
    empty bag, the first of all."""
    if len(bag) == 0:
        return 0
    bits = wear.occasions[bag]
    numbers = np.arange(int(bits.max()).bit_length())
    shared = (bits[:, None] >> numbers & 1).sum(axis=0).tolist()
    first = np.bincount(wear.occasion[bag], minlength=len(shared)).tolist()
    return max(range(len(shared)), key=lambda number: (shared[number], first[number], -number))


def suitable(wardrobe: Wardrobe, bag: Ints, occasion: int) -> Flags:
    """Per class of articles whether it is worn at the occasion by an audience of the bag and
    disagrees with nothing there.

    A bag of several audiences is completed for each of them separately.
    """
    classes = wardrobe.classes
    kept: Flags = wardrobe.worn[occasion].copy()
    if len(bag):
        same = wardrobe.index_group[classes.example][:, None] == wardrobe.index_group[bag]
        kept &= same.any(axis=1)
        left = np.flatnonzero(kept)
        apart = disagree(wardrobe.wear, classes.agree[:, left], wardrobe.wear.agree[:, bag])
        kept[left] = ~(apart & same[left]).any(axis=1)
    return kept


def joins(wardrobe: Wardrobe, bag: Ints, rows: Ints) -> Flags:
    """Whether each row goes with the bag's patterns, and with its articles of the same slot."""
    same = wardrobe.index_group[rows][:, None] == wardrobe.index_group[bag]
    apart = twice_patterned(wardrobe, rows, bag) & same
    apart |= alike_slots(wardrobe, rows, bag)
    kept: Flags = ~apart.any(axis=1)
    return kept


def clashes(wardrobe: Wardrobe, rows: Ints) -> Flags:
    """rows × rows: pairs that may not share a look."""
    other: Flags = wardrobe.index_group[rows][:, None] != wardrobe.index_group[rows]
    agree = wardrobe.wear.agree[:, rows]
    other |= disagree(wardrobe.wear, agree, agree)
    other |= twice_patterned(wardrobe, rows, rows)
    other |= wardrobe.product_type[rows][:, None] == wardrobe.product_type[rows]
    return other


def disagree(wear: WearTables, left: Ints, right: Ints) -> Flags:
    """left × right: pairs of incompatible sizes, wearers or other values, which are given as
    tables × left and tables × right (see WearTables.agree)."""
    # Most tables are neutral to all of a bag.
    told = np.flatnonzero((right != NEUTRAL).any(axis=1))
    a, b = left[told][:, :, None], right[told][:, None, :]
    apart = (np.abs(a - b) > wear.within[told, None, None]) & (a != NEUTRAL) & (b != NEUTRAL)
    found: Flags = apart.any(axis=0)
    return found


def twice_patterned(wardrobe: Wardrobe, left: Ints, right: Ints) -> Flags:
    """left × right: both have a pattern, and baskets don't show that the two are worn together."""
    model, patterned = wardrobe.model, wardrobe.wear.patterned
    ours, theirs = np.flatnonzero(patterned[left]), np.flatnonzero(patterned[right])
    both = np.zeros((len(left), len(right)), np.bool_)
    if len(ours) and len(theirs):
        lift, _ = find_pairs(model.articles, left[ours], right[theirs])
        both[np.ix_(ours, theirs)] = lift < WORN_TOGETHER
    return both


def alike_slots(wardrobe: Wardrobe, rows: Ints, bag: Ints) -> Flags:
    """rows × bag: pairs of one slot whose types don't complement each other."""
    slot, kind, slots = wardrobe.model.slot, wardrobe.product_type, wardrobe.slots
    same: Flags = slot[rows][:, None] == slot[bag]
    complete = slots.together[slot[bag]] & (kind[rows][:, None] != kind[bag])
    halved = slots.halves[slot[bag]]
    for place, other in zip(*np.nonzero(same & halved), strict=True):
        row, own = rows[place], bag[other]
        complete[place, other] = slots.complete_each_other(
            int(slot[row]), int(kind[row]), int(kind[own])
        )
    alike: Flags = same & ~complete
    return alike
