"""A whole look around a bag: one article per missing slot, chosen together. Pure."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from recommendations.outfits.pairs import Floats, Ints
from recommendations.outfits.search import Matches, Wardrobe, Wishes, search
from recommendations.ranking.pipeline import among

# Looked at per slot; more costs time and changes little.
PER_SLOT = 12
# Slots of a look when nobody says which.
MOST_SLOTS = 5
# What the new pieces owe each other, beside what they owe the bag.
AMONG_THEMSELVES = 0.3
SWEEPS = 3
NEVER = -np.inf

Places = npt.NDArray[np.intp]
Worth = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """The row chosen for a slot, its score for the bag, and others that would do, best first."""

    slot: int
    row: int
    score: float
    alternatives: list[int]


@dataclass(frozen=True)
class Board:
    """What a look is chosen from: candidates, their prices, `owed[i, j]` what two owe each other,
    and the budget for all pieces together (infinite without one)."""

    found: Matches
    price: Worth
    owed: Floats
    budget: float

    @cached_property
    def places(self) -> dict[int, Places]:
        """Per slot where its candidates stand, best first."""
        slots = self.found.slots
        return {slot: np.flatnonzero(slots == slot) for slot in np.unique(slots).tolist()}

    def affordable(self, slots: list[int]) -> list[int]:
        """The first slots whose cheapest pieces together stay within the budget."""
        kept: list[int] = []
        spent = 0.0
        for slot in slots:
            least = self.price[self.places[slot]].min()
            if spent + least <= self.budget:
                kept.append(slot)
                spent += least
        return kept

    def chosen(self, slots: list[int]) -> dict[int, int]:
        """Per slot the place of its piece: each in turn becomes the best beside the others.

        No step leaves the budget or lowers the score of the whole look.
        """
        best = {slot: int(self.places[slot][0]) for slot in slots}
        if self.price[list(best.values())].sum() > self.budget:
            best = {s: int(self.places[s][self.price[self.places[s]].argmin()]) for s in slots}
        for _ in range(SWEEPS):
            before = dict(best)
            for slot in slots:
                best[slot] = int(self.places[slot][self.worth(slot, best).argmax()])
            if best == before:
                break
        return best

    def worth(self, slot: int, chosen: dict[int, int]) -> Worth:
        """Of each candidate of a slot beside the other pieces; NEVER beyond the budget."""
        places, pieces = self.places[slot], list(chosen.values())
        # Pieces of one slot owe each other nothing, so the slot's own may stay among them.
        value = self.found.scores[places] + self.owed[places][:, pieces].sum(axis=1)
        left = self.budget - self.price[pieces].sum() + self.price[chosen[slot]]
        worth: Worth = np.where(self.price[places] <= left + 1e-9, value, NEVER)
        return worth

    def others(self, slot: int, chosen: dict[int, int], count: int) -> list[int]:
        """Rows that could take the place of the slot's piece, best first."""
        places, worth = self.places[slot], self.worth(slot, chosen)
        order = np.argsort(-worth, kind="stable")
        fit = [at for at in order.tolist() if worth[at] > NEVER and places[at] != chosen[slot]]
        return self.found.rows[places[fit[:count]]].tolist() if fit else []


def assemble(
    wardrobe: Wardrobe, bag: Ints, wishes: Wishes, budget: float | None, alternatives: int
) -> list[Piece]:
    """One piece for each slot the bag misses, best slot first.

    `bag` includes what the shopper locked. `budget` bounds the sum of the pieces' prices (in the
    files' unit); where it can't pay for every slot, the least fitting ones are left out.
    """
    found = shelved(wardrobe, search(wardrobe, bag, wishes))
    wanted = missing(wardrobe, bag, found, wishes)
    found = found.at(np.flatnonzero(among(found.slots, np.array(wanted, np.int32))))
    board = Board(
        found,
        wardrobe.price[found.rows].astype(np.float64),
        between(wardrobe, found),
        np.inf if budget is None else budget,
    )
    slots = board.affordable(wanted)
    chosen = board.chosen(slots)
    return [
        Piece(
            slot,
            int(found.rows[chosen[slot]]),
            float(found.scores[chosen[slot]]),
            board.others(slot, chosen, alternatives),
        )
        for slot in slots
    ]


def shelved(wardrobe: Wardrobe, found: Matches) -> Matches:
    """The best PER_SLOT of each slot, one of a design, in order."""
    taken: dict[int, int] = {}
    designs: set[int] = set()
    kept: list[int] = []
    pairs = zip(found.slots.tolist(), wardrobe.design[found.rows].tolist(), strict=True)
    for place, (slot, design) in enumerate(pairs):
        if taken.get(slot, 0) < PER_SLOT and design not in designs:
            taken[slot] = taken.get(slot, 0) + 1
            designs.add(design)
            kept.append(place)
    return found.at(kept)


def missing(wardrobe: Wardrobe, bag: Ints, found: Matches, wishes: Wishes) -> list[int]:
    """The slots to fill, best first, none of which makes another (or the bag's) superfluous."""
    slots, filled = wardrobe.slots, set(wardrobe.model.slot[bag].tolist())
    shut = set[int]().union(*(slots.without[slot] for slot in filled))
    ordered = list(dict.fromkeys(found.slots.tolist()))
    kept: list[int] = []
    for slot in ordered:
        asked = wishes.slots is not None
        if slot in shut or not (asked or slots.everyday[slot] or slot in filled):
            continue
        kept.append(slot)
        shut |= slots.without[slot]
    return kept if wishes.slots is not None else kept[:MOST_SLOTS]


def between(wardrobe: Wardrobe, found: Matches) -> Floats:
    """Candidates × candidates: what pieces of different slots owe each other, both ways."""
    scores = wardrobe.model.scores(found.rows, found.rows)
    owed = (AMONG_THEMSELVES / 2 * (scores + scores.T)).astype(np.float32)
    owed[found.slots[:, None] == found.slots] = 0.0
    return owed
