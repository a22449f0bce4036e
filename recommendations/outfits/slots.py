"""The slots of an outfit, read from slots.json, which operators edit."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext

if TYPE_CHECKING:  # slow to import, and every process imports this module
    import pandas as pd

FILE: Final = Path(__file__).with_name("slots.json")


class SlotsError(Exception):
    """The slots file can't be used; the message says why."""


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part of an outfit.

    `together`: two different types of it complement each other; `pairs`, if given, are the only
    ones that do. `without`: the slots, by name, that an item of this one makes superfluous.
    `garment_groups`: where articles go whose type is in no slot. `everyday`: proposed by default.
    `over`: types of other slots that looks wear in this one.
    """

    name: str
    label: str
    everyday: bool
    types: list[int]
    together: bool
    without: list[str]
    garment_groups: list[int] = []
    pairs: list[tuple[int, int]] = []
    over: list[int] = []


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    slots: list[Slot]


class Slots:
    """All slots, numbered by position in the file; the last is for what no outfit needs."""

    def __init__(self, slots: list[Slot]) -> None:
        self.all = slots
        self.names = [slot.name for slot in slots]
        self.other = len(slots) - 1
        self.everyday = np.array([slot.everyday for slot in slots])
        self.together = np.array([slot.together for slot in slots])
        self._pairs = {n: {*slot.pairs} for n, slot in enumerate(slots) if slot.pairs}
        self.halves = np.array([n in self._pairs for n in range(len(slots))])
        self._of_type = {kind: n for n, slot in enumerate(slots) for kind in slot.types}
        self._of_group = {g: n for n, slot in enumerate(slots) for g in slot.garment_groups}
        self.without = {
            n: {self.names.index(name) for name in slot.without} for n, slot in enumerate(slots)
        }

    def __len__(self) -> int:
        return len(self.all)

    def label(self, slot: int) -> str:
        """The slot's name as shoppers read it, in the shop's language."""
        return gettext(self.all[slot].label)

    def number(self, name: str) -> int:
        """Raise ValueError for a name that isn't a slot."""
        return self.names.index(name)

    def of_types(self, product_types: Iterable[int]) -> list[int]:
        return [self._of_type.get(kind, self.other) for kind in product_types]

    def of(self, articles: "pd.DataFrame") -> npt.NDArray[np.int32]:
        """The slot of each article, by its type, else by its garment group."""
        by_type = articles["product_type"].map(self._of_type)
        by_group = articles["garment_group"].map(self._of_group)
        found = by_type.fillna(by_group).fillna(self.other)
        return found.to_numpy().astype(np.int32)

    def in_looks(
        self, slot: npt.NDArray[np.int32], product_type: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.int32]:
        """The slot of each article within a look, from its own slot and its type."""
        found = slot.copy()
        for number, own in enumerate(self.all):
            found[np.isin(product_type, own.over)] = number
        return found

    def complete_each_other(self, slot: int, one: int, other: int) -> bool:
        """Whether two product types of one slot are worn together."""
        pairs = self._pairs.get(slot)
        if pairs is None:
            return bool(self.together[slot]) and one != other
        return (one, other) in pairs or (other, one) in pairs

    def parts(self, articles: "pd.DataFrame") -> npt.NDArray[np.int32]:
        """What doesn't complement itself: the slot, or the type if types go together."""
        slots = self.of(articles)
        own = len(self.all) + np.unique(articles["product_type"], return_inverse=True)[1]
        return np.where(self.together[slots], own, slots).astype(np.int32)


def read(file: Path) -> Slots:
    """Raise SlotsError with the error and its location."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=File).slots
    except (OSError, msgspec.DecodeError) as error:
        raise SlotsError(f"{file}: {error}") from error
    names = [slot.name for slot in found]
    kinds = [kind for slot in found for kind in slot.types]
    if len(found) < 2 or len(set(names)) < len(names):
        raise SlotsError(f"{file}: needs at least two slots, each with a unique name")
    if twice := sorted({kind for kind in kinds if kinds.count(kind) > 1}):
        raise SlotsError(f"{file}: product type {twice[0]} is in two slots")
    groups = [group for slot in found for group in slot.garment_groups]
    if twice := sorted({group for group in groups if groups.count(group) > 1}):
        raise SlotsError(f"{file}: garment group {twice[0]} is in two slots")
    if unknown := {name for slot in found for name in slot.without} - set(names):
        raise SlotsError(f"{file}: 'without' names {sorted(unknown)[0]!r}, which is not a slot")
    return Slots(found)


@cache
def slots() -> Slots:
    return read(FILE)
