"""A whole look around a bag: one article per missing slot, chosen jointly. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from recommendations.outfits.compatibility import clashes, occasion_of
from recommendations.outfits.look_candidates import look_candidates
from recommendations.outfits.search import Matches, Preferences, Wardrobe
from recommendations.ranking.pipeline import is_in
from web.arrays import Floats, Ints

# Candidates per slot; more cost time and change little.
PER_SLOT = 12
# Slots of a look by default.
MAX_SLOTS = 5
# A slot that can be left open needs this many designs to choose from: with fewer, the same piece
# would be in every look.
CHOICE = 3
# Weight of the fit between new pieces, relative to their fit to the bag.
AMONG_THEMSELVES = 0.3
SWEEPS = 3
NEVER = -np.inf

Places = npt.NDArray[np.intp]
Worth = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """The row chosen for a slot, its score for the bag, and alternatives, best first."""

    slot: int
    row: int
    score: float
    alternatives: list[int]


@dataclass(frozen=True)
class Look:
    """The pieces, best slot first, for an occasion (its number), the slots that an outfit of this
    kind should have and this one lacks, and those of them that another piece covers."""

    occasion: int
    pieces: list[Piece]
    missing_slots: list[int]
    covered_slots: list[int]


@dataclass(frozen=True)
class Board:
    """What a look is chosen from: candidates, their prices, `owed[i, j]` the mutual fit of two,
    `clash[i, j]` whether they may not share a look, and the budget for all pieces together
    (infinite without one)."""

    found: Matches
    price: Worth
    owed: Floats
    clash: npt.NDArray[np.bool_]
    budget: float

    @cached_property
    def places(self) -> dict[int, Places]:
        """Per slot the positions of its candidates, best first."""
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
        """Per slot the position of its piece; a slot where nothing goes with the others is left
        out. A greedy pass fills the slots, then each in turn gets the best piece beside the others.

        No step exceeds the budget or lowers the score of the whole look.
        """
        best = self._one_after_another(slots)
        for _ in range(SWEEPS):
            before = dict(best)
            for slot in slots:
                self._fill(best, slot)
            if best == before:
                break
        return best

    def _one_after_another(self, slots: list[int]) -> dict[int, int]:
        """Always reserves enough of the budget for the cheapest pieces of the later slots."""
        least = {slot: float(self.price[self.places[slot]].min()) for slot in slots}
        best: dict[int, int] = {}
        for at, slot in enumerate(slots):
            reserved = sum(least[later] for later in slots[at + 1 :])
            self._fill(best, slot, reserved)
        return best

    def _fill(self, best: dict[int, int], slot: int, reserved: float = 0.0) -> None:
        worth = self.worth(slot, best, reserved)
        if worth.max() > NEVER:
            best[slot] = int(self.places[slot][worth.argmax()])

    def worth(self, slot: int, chosen: dict[int, int], reserved: float = 0.0) -> Worth:
        """Score of each candidate of a slot beside the others; NEVER if it can't be chosen."""
        places = self.places[slot]
        pieces = [place for other, place in chosen.items() if other != slot]
        others = places[:, None], np.array(pieces, np.intp)
        value = self.found.scores[places] + self.owed[others].sum(axis=1)
        left = self.budget - self.price[pieces].sum() - reserved
        fits = self.price[places] <= left + 1e-9
        fits &= ~self.clash[others].any(axis=1)
        worth: Worth = np.where(fits, value, NEVER)
        return worth

    def others(self, slot: int, chosen: dict[int, int], count: int) -> list[int]:
        """Alternatives to the slot's piece, best first."""
        places, worth = self.places[slot], self.worth(slot, chosen)
        order = np.argsort(-worth, kind="stable")
        fit = [at for at in order.tolist() if worth[at] > NEVER and places[at] != chosen[slot]]
        return self.found.rows[places[fit[:count]]].tolist() if fit else []


def assemble(
    wardrobe: Wardrobe, bag: Ints, wishes: Preferences, budget: float | None, alternatives: int
) -> Look:
    """One piece for each slot the bag lacks, best slot first.

    `bag` includes locked pieces. `budget` bounds the sum of the pieces' prices (in the files'
    unit); if it can't pay for every slot, the least fitting ones are left out.
    """
    wardrobe = wardrobe.dressed
    occasion = occasion_of(wardrobe.wear, bag)
    worn = wearable(wardrobe, bag, wishes, occasion)
    found = best_per_slot(wardrobe, look_candidates(wardrobe, bag, wishes, worn, occasion))
    wanted = slots_to_fill(wardrobe, bag, found, wishes, occasion)
    found = found.at(np.flatnonzero(is_in(found.slots, np.array(wanted, np.int32))))
    board = Board(
        found,
        wardrobe.price[found.rows].astype(np.float64),
        between(wardrobe, found),
        clashes(wardrobe, found.rows),
        np.inf if budget is None else budget,
    )
    chosen = board.chosen(board.affordable(wanted))
    pieces = [
        Piece(
            slot,
            int(found.rows[place]),
            float(found.scores[place]),
            board.others(slot, chosen, alternatives),
        )
        for slot, place in chosen.items()
    ]
    missing = unfilled_slots(wardrobe, bag, chosen, wishes, occasion)
    rows = np.array([*bag.tolist(), *(piece.row for piece in pieces)], np.int32)
    return Look(occasion, pieces, missing, [n for n in missing if covered(wardrobe, rows, n)])


def wearable(wardrobe: Wardrobe, bag: Ints, wishes: Preferences, occasion: int) -> list[int]:
    """The slots to consider: those requested, else those of the occasion and of the bag."""
    if wishes.slots is not None:
        return sorted(wishes.slots)
    filled = set(wardrobe.model.slot[bag].tolist())
    return sorted(wardrobe.wears(occasion) | (filled - {wardrobe.slots.other}))


def best_per_slot(wardrobe: Wardrobe, found: Matches) -> Matches:
    """The best PER_SLOT of each slot, one per design, in order.

    In a slot with both patterned and plain pieces, half the places are for plain ones: only they go
    with a pattern.
    """
    taken: dict[tuple[int, bool], int] = {}
    designs: set[int] = set()
    kept: list[int] = []
    patterned = wardrobe.wear.patterned[found.rows].tolist()
    designs_found = wardrobe.design[found.rows].tolist()
    for place, slot in enumerate(found.slots.tolist()):
        kind = (slot, patterned[place])
        if taken.get(kind, 0) < PER_SLOT // 2 and designs_found[place] not in designs:
            taken[kind] = taken.get(kind, 0) + 1
            designs.add(designs_found[place])
            kept.append(place)
    return found.at(kept)


def slots_to_fill(
    wardrobe: Wardrobe, bag: Ints, found: Matches, wishes: Preferences, occasion: int
) -> list[int]:
    """The slots to fill, required ones first and then the best, none of which makes another one (or
    one of the bag's) superfluous."""
    slots, filled = wardrobe.slots, set(wardrobe.model.slot[bag].tolist())
    shut = superfluous(wardrobe, bag)
    needed = {slot for choice in wardrobe.needs(occasion) for slot in choice}
    proposed = found.slots.tolist()
    kept: list[int] = []
    for slot in dict.fromkeys(proposed):
        if wishes.slots is None and slot not in needed | filled and proposed.count(slot) < CHOICE:
            continue
        if slot not in shut:
            kept.append(slot)
            shut |= slots.without[slot]
    if wishes.slots is not None:
        return kept
    kept.sort(key=lambda slot: slot not in needed)
    return kept[:MAX_SLOTS]


def superfluous(wardrobe: Wardrobe, bag: Ints) -> set[int]:
    """What the bag's slots go without, except what its articles leave open and others of their slot
    cover: a top under a dungaree dress."""
    classes, slot, covers = wardrobe.classes, wardrobe.model.slot, wardrobe.covers
    shut: set[int] = set()
    for own in set(slot[bag].tolist()):
        worn, alike = classes.of[bag[slot[bag] == own]], slot[classes.example] == own
        for other in wardrobe.slots.without[own]:
            if covers[other, worn].any() or not covers[other, alike].any():
                shut.add(other)
    return shut


def unfilled_slots(
    wardrobe: Wardrobe, bag: Ints, chosen: Collection[int], wishes: Preferences, occasion: int
) -> list[int]:
    """Slots that were requested, or are required by the occasion, and are neither there nor chosen;
    those the occasion goes without; and a single article's own where nothing completes it."""
    filled = set(wardrobe.model.slot[bag].tolist())
    there = {*filled, *chosen}
    if wishes.slots is not None:
        return sorted(wishes.slots - there)
    short = {choice[0] for choice in wardrobe.needs(occasion) if there.isdisjoint(choice)}
    if not (chosen or short) and len(bag) == 1:
        return sorted(wardrobe.goes_without(occasion).keys() | filled & wardrobe.wears(occasion))
    return sorted((short | wardrobe.goes_without(occasion).keys()) - there)


def covered(wardrobe: Wardrobe, worn: Ints, slot: int) -> bool:
    """Whether a piece of another slot covers this one (see Wardrobe.covers)."""
    others = worn[wardrobe.model.slot[worn] != slot]
    return bool(wardrobe.covers[slot, wardrobe.classes.of[others]].any())


def between(wardrobe: Wardrobe, found: Matches) -> Floats:
    """Candidates × candidates: the fit of pieces of different slots, in both directions."""
    scores = wardrobe.model.scores(found.rows, found.rows)
    owed = (AMONG_THEMSELVES / 2 * (scores + scores.T)).astype(np.float32)
    owed[found.slots[:, None] == found.slots] = 0.0
    return owed
