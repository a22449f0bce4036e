"""What the pieces of a look are chosen from: more than the complements of its bag. Pure."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from recommendations.outfits.compatibility import suits_bag
from recommendations.outfits.constraints import NEUTRAL, WearTables
from recommendations.outfits.features import TABLES
from recommendations.outfits.pairs import Floats, Ints
from recommendations.outfits.search import (
    Matches,
    Preferences,
    Wardrobe,
    allowed,
    candidates,
    ranked,
)
from recommendations.ranking.pipeline import is_in

# Best sellers per slot that a look may choose from, after the shortlists.
SELLERS = 24
BEHIND = np.float32(20.0)
# Bonus when two halves of one garment have the same colour, and again if also the same pattern.
MATCHING = np.float32(3.0)
COLOUR, PATTERN = TABLES.index("colour"), TABLES.index("appearance")


def look_candidates(
    wardrobe: Wardrobe, bag: Ints, wishes: Preferences, worn: list[int], occasion: int
) -> Matches:
    """Candidates for a look that suit the bag, best first: the bag's shortlists, followed by best
    sellers that are worn at the occasion. Filler only if its slot was requested."""
    shortlisted = wardrobe.flagged(candidates(wardrobe, bag, worn))
    selling = wardrobe.flagged(best_sellers(wardrobe, bag, worn, occasion))
    rows = (shortlisted | selling).nonzero()[0].astype(np.int32)
    if wishes.slots is None:
        rows = rows[~wardrobe.wear.filler[rows]]
    rows = rows[allowed(wardrobe, bag, rows, wishes)]
    # Ranked last, which costs most.
    found = ranked(wardrobe, bag, rows[suits_bag(wardrobe, bag, rows, occasion)])
    # The ranking was trained on shortlists and can't judge what they leave out; the other half
    # of a bikini is known by its colour.
    alike = matching_halves(wardrobe, bag, found.rows)
    scores = found.scores + MATCHING * alike
    scores[~shortlisted[found.rows] & (alike == 0)] -= BEHIND
    order = np.argsort(-scores, kind="stable")
    return replace(found, scores=scores).at(order)


def matching_halves(wardrobe: Wardrobe, bag: Ints, rows: Ints) -> Floats:
    """Per row 1 if it and an article of the bag are halves (of a bikini) in one colour, 2 if the
    pattern is the same too, else 0."""
    slot, groups = wardrobe.model.slot, wardrobe.model.groups
    bag = bag[wardrobe.slots.halves[slot[bag]]]
    one_slot = slot[rows][:, None] == slot[bag]
    colour, pattern = (groups[at][rows][:, None] == groups[at][bag] for at in (COLOUR, PATTERN))
    alike = (one_slot & colour) * (1 + pattern.astype(np.float32))
    found: Floats = alike.max(axis=1, initial=0.0)
    return found


def best_sellers(wardrobe: Wardrobe, bag: Ints, worn: list[int], occasion: int) -> Ints:
    """The SELLERS best sellers of each slot in question (ascending) that are worn by the bag's
    audience, at its occasion, in its sizes; matching halves before others."""
    ends = wardrobe.pool.ends
    parts = [wardrobe.best_selling[ends[slot] : ends[slot + 1]] for slot in worn]
    rows = np.concatenate([*parts, np.zeros(0, np.int32)])
    # The cheap tests first: they leave few rows to the others.
    if len(bag):
        rows = rows[is_in(wardrobe.index_group[rows], np.unique(wardrobe.index_group[bag]))]
    rows = rows[wardrobe.worn_at(rows, occasion)]
    if len(bag):
        rows = rows[of_the_sizes(wardrobe.wear, bag, rows)]
    slot, alike = wardrobe.model.slot[rows], matching_halves(wardrobe, bag, rows)
    if alike.any():
        sold = wardrobe.model.popularity[rows] + MATCHING * alike
        rows = rows[np.lexsort((-sold, slot))]
    place = np.arange(len(rows)) - slot.searchsorted(slot)
    found: Ints = rows[place < SELLERS]
    return found


def of_the_sizes(wear: WearTables, bag: Ints, rows: Ints) -> npt.NDArray[np.bool_]:
    """Whether each row agrees in size, wearer and so on with the bag's articles taken together."""
    own = wear.agree[:, bag].max(axis=1)[:, None]
    theirs = wear.agree[:, rows]
    found: npt.NDArray[np.bool_] = ((theirs == own) | (theirs == NEUTRAL) | (own == NEUTRAL)).all(
        axis=0
    )
    return found
