"""Draws an article: its silhouette with the colours, fabric and print of its attributes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image, ImageChops

from catalog.images.colours import Colour, colour_named, luma, mix
from demo.pictures.fabrics import Fabric, fabric_of, relief
from demo.pictures.prints import emblem, inks_for, sheets
from demo.pictures.render import NEUTRAL, UNITS, Plate, on_ground, paint, plate
from demo.pictures.silhouettes import kind_of, silhouette
from demo.pictures.spec import Dice, GarmentSpec
from web.cache import bounded

_UNNAMED: Final = (201, 194, 184)
_DENIM: Final = (79, 106, 141)
_DYED: Final = ("cloth", "plain", "rib", "inside")
_TRIMS: Final[dict[str, Colour]] = {
    "white": (246, 245, 242), "metal": (186, 184, 178), "dark": (44, 43, 46),
    "glass": (66, 62, 64), "tan": (186, 138, 88), "cork": (201, 170, 132),
    "sole": (232, 228, 220), "pearl": (236, 231, 222),
}  # fmt: skip
_PARTS: Final = {"all": (0.0, 1.0), "upper": (0.0, 0.44), "lower": (0.46, 1.0)}
_CHILDS_SIZE: Final = 0.88


def draw(article: GarmentSpec, width: int, height: int) -> Image.Image:
    """The article as an RGB picture of this size in pixels; deterministic in the attributes."""
    body = garment_plate(article, width, height)
    fabric = fabric_of(article.appearance)
    base = base_colour(article)
    inks = inks_for(base, Dice(article.product_code * 31 + article.article_id % 3), fabric.tonal)
    tone = _woven(body, fabric.relief or kind_of(article).relief, width)
    picture = paint(tone, base)
    _printed(article, body, fabric, picture, _Ink(tone, inks))
    for (role, _), mask in body.regions.items():
        if role not in _DYED:
            picture.paste(paint(body.tone, _trim(role, base)), (0, 0), mask)
    sheer = body.masked("cloth").point([round(i * fabric.sheer) for i in range(256)])
    return on_ground(body, picture, ImageChops.subtract(body.mask, sheer), (width, height))


def garment_plate(article: GarmentSpec, width: int, height: int) -> Plate:
    """The article's garment, uncoloured: drawn once for the colours of a product that follow each
    other."""
    first = article.product_code * 1000
    appearance = "Denim" if article.appearance == "Denim" else ""
    shape = replace(article, article_id=first, appearance=appearance, colour="", colour_value="")
    return _plate(shape, width, height)


@bounded(4)
def _plate(article: GarmentSpec, width: int, height: int) -> Plate:
    kind = kind_of(article)
    share = _CHILDS_SIZE if article.is_child else 1.0
    reach = (kind.reach[0] * share, kind.reach[1] * share)
    denim = article.appearance == "Denim"
    return plate(silhouette(article), (width, height), reach, kind.least_width, denim)


def base_colour(article: GarmentSpec) -> Colour:
    """The fabric's colour; a warm grey if the colour group isn't a colour."""
    if article.appearance == "Denim" and article.colour in ("Blue", "Other Blue"):
        return _DENIM
    return colour_named(article.colour, article.colour_value) or _UNNAMED


def _trim(role: str, base: Colour) -> Colour:
    """The colour of parts that aren't dyed with the fabric: buttons, soles, buckles, labels."""
    if role == "second":  # lace at hems
        return mix(base, (250, 246, 240) if luma(base) < 0.8 else (196, 186, 176), 0.45)
    if role == "button":
        return mix(base, (250, 248, 244) if luma(base) < 0.4 else (70, 62, 56), 0.42)
    colour = _TRIMS[role]
    return mix(colour, (120, 112, 104), 0.24) if luma(base) > 0.88 and role != "sole" else colour


def _woven(body: Plate, name: str, width: int) -> Image.Image:
    """The garment's shading with the relief of its fabric, and ribs where it is ribbed."""
    tone = body.tone.copy()
    for sheet, roles in ((name, ("cloth", "plain", "inside")), ("rib", ("rib",))):
        mask = body.masked(*roles)
        if mask.getbbox():
            cut = _cut(relief(sheet, width), body.mask.size)
            tone.paste(ImageChops.add(tone, cut, 1.0, -NEUTRAL), (0, 0), mask)
    return tone


def _cut(sheet: Image.Image, size: tuple[int, int], shift: int = 0) -> Image.Image:
    """A piece of this size from around the middle of a sheet."""
    left, top = (sheet.width - size[0]) // 2 + shift, (sheet.height - size[1]) // 2 + shift
    return sheet.crop((left, top, left + size[0], top + size[1]))


def _printed(
    article: GarmentSpec, body: Plate, fabric: Fabric, picture: Image.Image, ink: "_Ink"
) -> None:
    """Print on the fabric: all over, at one place, or as a block of a second colour."""
    dice = Dice(article.product_code * 13 + 1)
    cloth = body.masked("cloth")
    if fabric.part in ("front", "badge"):
        ink(picture, _emblem(article, body, fabric.part == "front", dice), cloth)
    elif fabric.part == "block":
        block = _band(body, *dice.pick(((0.0, 0.36), (0.36, 0.5), (0.5, 1.0))))
        ink(picture, (block,), body.masked("cloth", "plain", "rib"))
    elif fabric.prints:
        name, shift = dice.pick(fabric.prints), dice.below(17) - 8
        part = _band(body, *_PARTS[fabric.part])
        for (role, angle), mask in body.regions.items():
            if role == "cloth":
                inked = sheets(name, round(body.unit * UNITS), angle)
                masks = [_cut(sheet, body.mask.size, shift) for sheet in inked]
                ink(picture, masks, ImageChops.multiply(mask, part))


@dataclass(frozen=True)
class _Ink:
    """Print colours, shaded like the garment."""

    tone: Image.Image
    colours: list[Colour]

    def __call__(
        self, picture: Image.Image, masks: Sequence[Image.Image], within: Image.Image
    ) -> None:
        """Print the masks on the picture, one colour each, only ``within`` this mask."""
        place = within.getbbox()
        for colour, mask in zip(self.colours, masks if place else (), strict=False):
            stencil = ImageChops.multiply(mask.crop(place), within.crop(place))
            picture.paste(paint(self.tone.crop(place), colour), place, stencil)


def _band(body: Plate, top: float, bottom: float) -> Image.Image:
    """The part of the garment between two fractions of its height."""
    left, upper, right, lower = body.mask.getbbox() or (0, 0, *body.mask.size)
    band = Image.new("L", body.mask.size, 0)
    height = lower - upper
    box = (left, round(upper + height * top), right, round(upper + height * bottom))
    band.paste(255, box)
    return band


def _emblem(article: GarmentSpec, body: Plate, large: bool, dice: Dice) -> tuple[Image.Image, ...]:
    """The masks of a print at one place: across the front, or small on one side."""
    left, top, right, bottom = body.mask.getbbox() or (0, 0, *body.mask.size)
    wide, high = right - left, bottom - top
    upper = "Upper" in article.product_group or "Full" in article.product_group
    x, y = (left + right) / 2 + (0 if large else wide * 0.11), top + high * (0.4 if upper else 0.36)
    radius = wide * (0.13 if large else 0.05)
    if not upper and high > wide * 1.4:  # on one leg, not between the two
        x, radius = left + wide * 0.3, wide * 0.09
    return emblem(body.mask.size, (x, y), radius, dice)
