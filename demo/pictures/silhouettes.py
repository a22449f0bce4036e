"""The marks that make up an article's silhouette: selected from the tables, placed, stretched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from catalog.images.paths import Points, flatten
from demo.pictures.spec import Dice, GarmentSpec
from web.cache import bounded
from web.files import table

LINES: Final = frozenset({"seam", "stitch", "fold", "gleam"})
_MARK: Final = re.compile(
    r"(?P<role>\w+)(?P<repeat>[|&:])(?P<options>( [wat]=[-\d.]+)*) (?P<path>M.*|O.*)"
)
_WIDTHS: Final = {"ladies": 0.96, "men": 1.05, "children": 1.05, "all": 1.0}
_CHILDS_LENGTH: Final = 0.82


@dataclass(frozen=True)
class Mark:
    """A filled outline, a stroke of ``width``, or one of the LINES."""

    role: str
    points: Points
    width: float = 0.0
    angle: int = 0
    tone: int | None = None

    def moved(self, dx: float, dy: float, scale: float = 1.0) -> "Mark":
        points = [(x * scale + dx, y * scale + dy) for x, y in self.points]
        return replace(self, points=points, width=self.width * scale)


@dataclass(frozen=True)
class Kind:
    """A product type's row of kinds.toml, which documents its columns."""

    all: list[str]
    ladies: list[str] | None = None
    men: list[str] | None = None
    children: list[str] | None = None
    stretch: tuple[float, float, float] | None = None
    reach: tuple[float, float] = (0.84, 0.76)
    least_width: float = 0.0
    relief: str = "grain"
    pair: tuple[float, float] | None = None
    beside: tuple[str, float, float, float] | None = None

    def looks(self, audience: str) -> list[str]:
        own = {"ladies": self.ladies, "men": self.men, "children": self.children}
        return own.get(audience) or self.all


_KINDS: Final = table(__file__, "kinds.toml")
TYPES: Final = {name: Kind(**row) for name, row in _KINDS["types"].items()}
_GROUPS: Final[dict[str, str]] = _KINDS["groups"]
_OUTLINES: Final = table(__file__, "outlines.toml")


def kind_of(article: GarmentSpec) -> Kind:
    """The article's row of the table of kinds, by its type, else by its group."""
    name = _GROUPS.get(article.product_group, "Unknown")
    return TYPES.get(article.product_type) or TYPES[name]


def silhouette(article: GarmentSpec) -> list[Mark]:
    """The article's marks in drawing order; the same for all articles of a product."""
    kind, dice = kind_of(article), Dice(article.product_code)
    marks = _look(kind, article, dice)
    if kind.pair:
        marks = [*(mark.moved(*kind.pair) for mark in marks), *marks]
    if kind.beside:
        product_type, *place = kind.beside
        other = silhouette(replace(article, product_type=product_type))
        marks = [*(mark.moved(*place) for mark in other), *marks]
    return marks


def _look(kind: Kind, article: GarmentSpec, dice: Dice) -> list[Mark]:
    look = dice.pick(kind.looks(article.audience))
    start, length, width = 0.0, 1.0, 1.0
    if kind.stretch:
        start, least, most = kind.stretch
        length = dice.between(least, most) * (_CHILDS_LENGTH if article.is_child else 1.0)
        width = dice.between(0.98, 1.02) * _WIDTHS[article.audience]
    return [
        _stretched(mark, width, start, length if not part.startswith("sleeve") else 1.0)
        for part in look.split()
        for mark in part_marks(_one_of(part, dice))
    ]


def _one_of(part: str, dice: Dice) -> str:
    category, _, names = part.partition(".")
    return f"{category}.{dice.pick(names.split('/'))}"


def _stretched(mark: Mark, width: float, start: float, length: float) -> Mark:
    points = [(x * width, y if y < start else start + (y - start) * length) for x, y in mark.points]
    return replace(mark, points=points)


@bounded(256)
def part_marks(part: str) -> tuple[Mark, ...]:
    """The marks of one part, such as "sleeve.short"."""
    category, _, name = part.partition(".")
    texts = re.split(r"; |\n", _OUTLINES[category][name])
    return tuple(mark for text in texts for mark in _marks(text, part))


def _marks(text: str, part: str) -> Iterator[Mark]:
    match = _MARK.fullmatch(text)
    if match is None:
        raise ValueError(f"{part}: {text!r} is not a mark")
    options = dict(option.split("=") for option in match["options"].split())
    for points in flatten(match["path"]):
        mirrored = [(-x, y) for x, y in points]
        wholes = {"|": [mirrored[::-1] + points], "&": [points, mirrored], ":": [points]}
        for place, whole in enumerate(wholes[match["repeat"]]):
            yield Mark(
                role=match["role"],
                points=whole,
                width=float(options.get("w", 0)),
                angle=int(options.get("a", 0)) * (-1 if place else 1),
                tone=int(options["t"]) if "t" in options else None,
            )
