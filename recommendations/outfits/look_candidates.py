"""What the pieces of a look are chosen from: more than the complements of its bag. Pure."""

from dataclasses import replace

import numpy as np

from recommendations.outfits.compatibility import joins, suitable
from recommendations.outfits.features import TABLES
from recommendations.outfits.search import (
    Matches,
    Preferences,
    Wardrobe,
    allowed,
    candidates,
    ranked,
)
from recommendations.ranking.pipeline import is_in
from web.arrays import Flags, Floats, Ints

# Best sellers per slot that a look may choose from, after the shortlists.
SELLERS = 24
BEHIND = np.float32(20.0)
# Share of a piece's appeal to all (see training.outfits.appeal) that looks go without: with all of
# it the same few pieces are in most looks, with none of it looks follow the season less.
LESS_APPEAL = np.float32(0.75)
# Bonus when two halves of one garment have the same colour, and again if also the same pattern.
MATCHING = np.float32(3.0)
COLOUR, PATTERN = TABLES.index("colour"), TABLES.index("appearance")


def look_candidates(
    wardrobe: Wardrobe, bag: Ints, wishes: Preferences, worn: list[int], occasion: int
) -> Matches:
    """Candidates for a look that suit the bag, best first: the bag's shortlists, followed by best
    sellers that are worn at the occasion. Filler only if its slot was requested."""
    suits = suitable(wardrobe, bag, occasion)
    shortlisted = wardrobe.flagged(candidates(wardrobe, bag, worn))
    selling = wardrobe.flagged(best_sellers(wardrobe, bag, worn, suits))
    rows = (shortlisted | selling).nonzero()[0].astype(np.int32)
    rows = rows[
        suits[wardrobe.classes.of[rows]]
        & is_in(wardrobe.model.slot[rows], np.array(worn, np.int32))
    ]
    if wishes.slots is None:
        rows = rows[~wardrobe.wear.filler[rows]]
    rows = allowed(wardrobe, bag, rows, wishes)
    # Ranked last, which costs most.
    found = ranked(wardrobe, bag, rows[joins(wardrobe, bag, rows)])
    # The ranking was trained on shortlists and can't judge what they leave out; the other half
    # of a bikini is known by its colour.
    alike = matching_halves(wardrobe, bag, found.rows)
    scores = found.scores + MATCHING * alike - LESS_APPEAL * wardrobe.model.appeal[found.rows]
    scores[~shortlisted[found.rows] & (alike == 0)] -= BEHIND
    order = np.argsort(-scores, kind="stable")
    return replace(found, scores=scores).at(order)


def matching_halves(wardrobe: Wardrobe, bag: Ints, rows: Ints) -> Floats:
    """Per row 1 if it and an article of the bag are halves (of a bikini) in one colour, 2 if the
    pattern is the same too, else 0."""
    slot, groups = wardrobe.model.slot, wardrobe.model.groups
    bag = bag[wardrobe.slots.halves[slot[bag]]]
    if len(bag) == 0:
        return np.zeros(len(rows), np.float32)
    one_slot = slot[rows][:, None] == slot[bag]
    colour, pattern = (groups[at][rows][:, None] == groups[at][bag] for at in (COLOUR, PATTERN))
    alike = (one_slot & colour) * (1 + pattern.astype(np.float32))
    found: Floats = alike.max(axis=1, initial=0.0)
    return found


def best_sellers(wardrobe: Wardrobe, bag: Ints, worn: list[int], suits: Flags) -> Ints:
    """The SELLERS best sellers of each slot in question whose class `suits` the bag; matching
    halves before others."""
    pool, ends, kind = wardrobe.best_selling, wardrobe.pool.ends, wardrobe.class_of_best_selling
    filled = {*wardrobe.model.slot[bag].tolist()}
    parts = [np.zeros(0, np.int32)]
    for slot in worn:
        own = slice(ends[slot], ends[slot + 1])
        rows = pool[own][suits[kind[own]]]
        if slot in filled and wardrobe.slots.halves[slot]:
            alike = matching_halves(wardrobe, bag, rows)
            sold = wardrobe.model.popularity[rows] + MATCHING * alike
            rows = rows[np.argsort(-sold, kind="stable")]
        parts.append(rows[:SELLERS])
    return np.concatenate(parts)
