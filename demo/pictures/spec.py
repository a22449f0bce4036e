"""An article's attributes, and the seeded dice that vary its picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class GarmentSpec:
    """The attributes a drawing depends on, with the H&M files' values."""

    article_id: int
    product_type: str
    product_group: str
    appearance: str
    colour: str
    colour_value: str
    index_group: str

    @property
    def product_code(self) -> int:
        """Articles of one product have the same shape in different colours."""
        return self.article_id // 1000

    @property
    def is_child(self) -> bool:
        return self.index_group == "Baby/Children"

    @property
    def audience(self) -> str:
        """Whose proportions to draw; sportswear is the same for everybody."""
        if self.is_child:
            return "children"
        return {"Menswear": "men", "Sport": "all"}.get(self.index_group, "ladies")


class Dice:
    """Repeatable choices seeded by an integer (SplitMix64, Steele et al. 2014): the same on every
    machine and Python version, so that pictures can be redrawn identically."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def _next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * (self._next() >> 11) / (1 << 53)

    def chance(self, share: float) -> bool:
        return self.between(0, 1) < share

    def below(self, bound: int) -> int:
        return self._next() % bound

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]
