"""The search for complements: what a bag lacks, best first. Pure."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from recommendations.dataset.inputs import find
from recommendations.outfits.constraints import TAKEN, Constraints, WearTables
from recommendations.outfits.model import Model
from recommendations.outfits.shortlist import (
    NONE,
    Audience,
    Pool,
    by_audience,
    pool_of,
    shortlists,
    strongest_by_slot,
)
from recommendations.outfits.slots import Slots
from recommendations.ranking.pipeline import is_in
from web.arrays import Flags, Floats, Ints

# Articles with content this similar count as the same thing.
NEAR_COPY = 0.9
# Of slots that the bag has but that take another type, this many pieces keep their rank; the rest
# come after the slots still empty.
SAME_SLOT = 1


@dataclass(frozen=True)
class WearClasses:
    """Articles that constraints can't tell apart share a class: what holds for the `example` of a
    class (a row) holds for the others. `of` is each article's class.

    There are a few hundred, so a constraint tested by class costs little for any number of rows.
    `agree` is tables × classes, as in WearTables.
    """

    of: Ints
    example: Ints
    agree: Ints


@dataclass(frozen=True)
class Wardrobe:
    """All data of a search; one entry per article.

    `lists` holds the complements of some articles (shortlist.shortlists), `list_line` the line of
    each article in it, NONE for an article whose list is computed on demand. `look_colours` are the
    dominant colours of the pictures, as in the bundle; without columns if there are none.
    """

    model: Model
    slots: Slots
    constraints: Constraints
    wear: WearTables
    pool: Pool
    lists: Ints
    list_line: Ints
    article: Ints
    design: Ints
    product_type: Ints
    index_group: Ints
    colour_master: Ints
    price: Floats
    on_sale: Flags
    look_colours: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @cached_property
    def dressed(self) -> "Wardrobe":
        """As looks wear it: some types in another slot than lists (see Slot.over)."""
        slot = self.slots.in_looks(self.model.slot, self.product_type)
        model = replace(self.model, slot=slot)
        pool = pool_of(model, self.flagged(self.pool.rows), len(self.slots))
        return replace(self, model=model, pool=pool)

    @cached_property
    def best_selling(self) -> Ints:
        """The pool's rows, the best sellers of each slot first."""
        rows = self.pool.rows
        return rows[np.lexsort((-self.model.popularity[rows], self.model.slot[rows]))]

    @cached_property
    def audiences(self) -> dict[int, Audience]:
        return by_audience(self.model, self.pool)

    @cached_property
    def classes(self) -> WearClasses:
        """By audience, slot, occasions and all tables of what agrees."""
        keys = [self.index_group, self.model.slot, self.wear.occasions, *self.wear.agree]
        of = np.zeros(len(self.article), np.int64)
        for key in keys:
            _, example, of = np.unique(
                of << 32 | key.astype(np.int64) + 1, return_index=True, return_inverse=True
            )
        return WearClasses(
            of.astype(np.int32), example.astype(np.int32), self.wear.agree[:, example]
        )

    @cached_property
    def covers(self) -> Flags:
        """slots × classes: whether an article takes what a look has once and every article of the
        slot takes too: a long dress that is filed under tops, the feet of an overall."""
        takes = self.classes.agree[self.wear.within == TAKEN] == 0
        slot = self.model.slot[self.classes.example]
        own = [slot == number for number in range(len(self.slots))]
        whole = [takes[:, rows].all(axis=1) & rows.any() for rows in own]
        return np.array([takes[needed].any(axis=0) for needed in whole])

    @cached_property
    def class_of_best_selling(self) -> Ints:
        return self.classes.of[self.best_selling]

    def wears(self, occasion: int) -> set[int]:
        """The slots of a look for the occasion."""
        return {*map(self.slots.number, self.constraints.occasions[occasion].wears)}

    @cached_property
    def worn(self) -> Flags:
        """occasions × classes: whether the class is worn at the occasion. In a slot outside the
        occasion, which only a shopper can request, everything is."""
        example = self.classes.example
        slot, bits = self.model.slot[example], self.wear.occasions[example]
        numbers = range(len(self.constraints.occasions))
        own = [(bits >> number & 1).astype(np.bool_) for number in numbers]
        outside = [~np.isin(slot, [*self.wears(number)]) for number in numbers]
        return np.array(own) | np.array(outside)

    def needs(self, occasion: int) -> list[list[int]]:
        """Lists of slots: a complete look for the occasion has one of each."""
        lists = self.constraints.occasions[occasion].needs
        return [[self.slots.number(name) for name in names] for names in lists]

    def goes_without(self, occasion: int) -> dict[int, str]:
        """The slots that a look for the occasion goes without, and why."""
        return self._by_number(self.constraints.occasions[occasion].not_worn)

    def stays_alone(self, occasion: int) -> dict[int, str]:
        """Why nothing completes an article of these slots, where nothing does."""
        return self._by_number(self.constraints.occasions[occasion].alone)

    def _by_number(self, texts: dict[str, str]) -> dict[int, str]:
        return {self.slots.number(name): text for name, text in texts.items()}

    def flagged(self, rows: Ints) -> Flags:
        """A flag per article, set for these rows: sets of rows join faster than by sorting."""
        flags = np.zeros(len(self.article), np.bool_)
        flags[rows] = True
        return flags

    def rows_of(self, articles: npt.ArrayLike) -> Ints:
        """The row of each article key, NONE for an unknown one."""
        return find(self.article, np.asarray(articles, self.article.dtype))


@dataclass(frozen=True)
class Preferences:
    """The request: only these slots (None: those the bag lacks), and rows to leave out.

    `less` are rows the shopper disliked: their whole designs are left out.
    """

    slots: frozenset[int] | None = None
    avoid_colours: frozenset[int] = frozenset()
    exclude: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    less: Ints = field(default_factory=lambda: np.zeros(0, np.int32))

    @property
    def are_none(self) -> bool:
        return self.slots is None and not (
            self.avoid_colours or len(self.exclude) or len(self.less)
        )


@dataclass(frozen=True)
class Matches:
    """Rows, best first, with scores and slots."""

    rows: Ints
    scores: Floats
    slots: Ints

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, places: npt.NDArray[np.intp] | list[int] | slice) -> "Matches":
        return Matches(self.rows[places], self.scores[places], self.slots[places])


def search(wardrobe: Wardrobe, bag: Ints, wishes: Preferences) -> Matches:
    """All candidates that complement the whole bag, best first; ties by row."""
    return ranked(wardrobe, bag, complements(wardrobe, bag, wishes))


def ranked(wardrobe: Wardrobe, bag: Ints, rows: Ints) -> Matches:
    """The rows, best first for the bag; ties by row."""
    model = wardrobe.model
    scores = model.in_demand(bag, rows) if len(bag) else model.popularity[rows]
    order = np.argsort(-scores, kind="stable")
    rows = rows[order]
    return Matches(rows, scores[order], model.slot[rows])


def complements(wardrobe: Wardrobe, bag: Ints, wishes: Preferences) -> Ints:
    """What may be proposed for the bag, ordered by row."""
    rows = candidates(wardrobe, bag, slots_for(wardrobe, bag, wishes))
    return allowed(wardrobe, bag, rows, wishes)


def slots_for(wardrobe: Wardrobe, bag: Ints, wishes: Preferences) -> list[int]:
    """The slots the bag lacks and those whose types go together; never the last one."""
    filled = set(wardrobe.model.slot[bag].tolist())
    found = [
        number
        for number in range(wardrobe.slots.other)
        if number not in filled or wardrobe.slots.together[number]
    ]
    return [n for n in found if n in wishes.slots] if wishes.slots is not None else found


def candidates(wardrobe: Wardrobe, bag: Ints, open_slots: list[int]) -> Ints:
    """The shortlists of the bag's articles without duplicates, ordered by row.

    With an empty bag, the best sellers of each slot.
    """
    if len(bag) == 0:
        pool = wardrobe.pool
        lists = strongest_by_slot(wardrobe.model.popularity[None, pool.rows], pool)
    else:
        line = wardrobe.list_line[bag]
        unlisted = bag[line == NONE]
        parts = [wardrobe.lists[line[line != NONE]]]
        if len(unlisted):
            slots = len(wardrobe.slots)
            parts.append(shortlists(wardrobe.model, wardrobe.audiences, unlisted, slots))
        lists = np.concatenate(parts)
    rows = lists.reshape(len(lists), len(wardrobe.slots), -1)[:, open_slots]
    return wardrobe.flagged(rows[rows != NONE]).nonzero()[0].astype(np.int32)


def allowed(wardrobe: Wardrobe, bag: Ints, rows: Ints, wishes: Preferences) -> Ints:
    """The rows of the bag's audience that are no substitutes for its articles, nor rejected by the
    shopper."""
    designs = wardrobe.design[np.concatenate([bag, wishes.less])]
    kept = ~is_in(wardrobe.design[rows], designs)
    kept &= ~is_in(wardrobe.product_type[rows], wardrobe.product_type[bag])
    kept &= ~is_in(rows, wishes.exclude)
    kept &= ~is_in(wardrobe.colour_master[rows], np.array([*wishes.avoid_colours], np.int32))
    if len(bag):
        kept &= is_in(wardrobe.index_group[rows], wardrobe.index_group[bag])
    rows = rows[kept]
    vectors = wardrobe.model.vectors
    likeness = (vectors[rows] @ vectors[bag].T).max(axis=1, initial=-1.0)
    found: Ints = rows[likeness < NEAR_COPY]
    return found


def listed(wardrobe: Wardrobe, bag: Ints, k: int) -> Matches:
    """The k best complements, those for empty slots first."""
    found = search(wardrobe, bag, Preferences())
    return empty_slots_first(found, wardrobe.model.slot[bag]).at(slice(k))


def empty_slots_first(found: Matches, filled: Ints) -> Matches:
    """Moves all but SAME_SLOT pieces in slots the bag has (a bikini's other half) to the end."""
    again = np.isin(found.slots, filled)
    later = again & (np.cumsum(again) > SAME_SLOT)
    return found.at(np.argsort(later, kind="stable"))
