"""An article's picture: its garment's plate, its cloth's colours and print, on the ground."""

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageChops, ImageDraw

from demo.pictures.garments.colours import TRIMS, Colour, colour_named, inks_for, light, mix
from demo.pictures.garments.motifs import CHILD_EMBLEMS, EMBLEMS, stamp
from demo.pictures.garments.patterns import Surface, cut_out, surface_for, texture
from demo.pictures.garments.reliefs import relief
from demo.pictures.garments.render import Plate, fit, ground, on_ground, paint, plate
from demo.pictures.garments.shapes import NEUTRAL, Fold, Line, Mark
from demo.pictures.garments.spec import Dice, GarmentSpec
from demo.pictures.garments.wardrobe import drawing_for

GROUNDS: tuple[Colour, ...] = ((240, 239, 236), (241, 239, 236), (239, 239, 238), (242, 239, 235))
_CLOTH, _PLAIN = ("cloth",), ("cloth", "plain", "lining")
#: All of the garment is dyed alike and nothing is printed on it.
_PLAIN_APPEARANCES = (
    "Solid",
    "Melange",
    "Denim",
    "Chambray",
    "Other structure",
    "Slub",
    "Metallic",
    "Glittering/Metallic",
    "Sequin",
)
_EMBLEMED = ("Front print", "Placement print")


def draw(article: GarmentSpec, width: int, height: int) -> Image.Image:
    """The article as a picture (RGB) of this size, in pixels; the same for the same attributes."""
    body = garment_plate(article, width, height)
    dice = Dice(article.article_id * 2654435761)
    base = _base_colour(article)
    inks = list(inks_for(base, Dice(article.product_code * 31 + dice.below(3))))
    surface = surface_for(article.appearance, Dice(article.product_code * 97 + 5))
    tone = _woven(body, surface, drawing_for(article).relief, dice)
    picture = _dyed(article, body, tone, base, inks)
    picture = _printed(article, body, surface, tone, picture, inks, dice)
    picture = _trimmed(article, body, tone, picture, base)
    unit = width / 240
    backdrop = ground(width, height, GROUNDS[article.product_code % len(GROUNDS)])
    return on_ground(picture, _sheered(body, surface), backdrop, unit)


def garment_plate(article: GarmentSpec, width: int, height: int) -> Plate:
    """The article's garment without its colours."""
    kind = drawing_for(article)
    marks = kind.make(article, Dice(article.product_code))
    if article.appearance in _PLAIN_APPEARANCES:
        marks = [_joined(mark) for mark in marks]
    small = 0.88 if article.is_child else 1.0
    reach = (kind.reach[0] * small, kind.reach[1] * small)
    return plate(marks, fit(marks, width, height, reach))


def _joined(mark: Mark) -> Mark:
    """The mark in the one region that plain cloth needs, which spares masks of regions."""
    if isinstance(mark, Fold) or mark.role not in _PLAIN:
        return mark
    if isinstance(mark, Line):
        return replace(mark, role="cloth")
    return replace(mark, role="cloth", angle=0)


def _base_colour(article: GarmentSpec) -> Colour:
    if article.appearance in ("Denim", "Chambray") and article.colour in ("Blue", "Other Blue"):
        return colour_named("Denim")
    return colour_named(article.colour, article.colour_value)


def _region(body: Plate, roles: Sequence[str]) -> Image.Image:
    """The joined mask of the regions with these roles."""
    return _joined_masks(body, [mask for (role, _), mask in body.regions.items() if role in roles])


def _joined_masks(body: Plate, masks: Sequence[Image.Image]) -> Image.Image:
    joined = Image.new("L", body.mask.size, 0)
    for mask in masks:
        joined = ImageChops.add(joined, mask)
    return joined


def _woven(body: Plate, surface: Surface, usual: str, dice: Dice) -> Image.Image:
    """The tone map with the cloth's own relief on it."""
    width = body.frame.width
    sheet = relief(surface.relief or usual, width)
    (cut,) = cut_out((sheet,), body.mask.size, dice)
    if surface.relief_share < 1:
        cut = cut.point([round(NEUTRAL + (i - NEUTRAL) * surface.relief_share) for i in range(256)])
    woven = ImageChops.add(body.tone, cut, 1.0, -NEUTRAL)
    if {role for role, _ in body.regions} <= {"cloth", "plain", "lining"}:
        return woven
    return Image.composite(woven, body.tone, _region(body, _PLAIN))


def _dyed(
    article: GarmentSpec, body: Plate, tone: Image.Image, base: Colour, inks: list[Colour]
) -> Image.Image:
    """The garment in its colour; contrasting trims, and blocks, in a second."""
    picture = paint(tone, base)
    if article.appearance == "Contrast":
        picture = Image.composite(paint(tone, inks[0]), picture, _contrast(body))
    if article.appearance == "Colour blocking":
        x0, y0, x1, y1 = body.box
        block = Image.new("L", body.mask.size, 0)
        pen = ImageDraw.Draw(block)
        cuts = (0.38, 0.46) if article.product_code % 2 else (0.0, 0.34)
        pen.rectangle((x0, y0 + (y1 - y0) * cuts[0], x1, y0 + (y1 - y0) * cuts[1]), fill=255)
        if article.product_code % 2:
            pen.rectangle((x0, y0 + (y1 - y0) * 0.52, x1, y1), fill=255)
        block = ImageChops.multiply(block, _region(body, ("cloth", "plain")))
        picture = Image.composite(paint(tone, inks[0]), picture, block)
    return picture


def _contrast(body: Plate) -> Image.Image:
    """What has a second colour: trims, else sleeves and collar, else the upper quarter."""
    turned = [mask for (role, angle), mask in body.regions.items() if role == "cloth" and angle]
    for mask in (_region(body, ("plain",)), _joined_masks(body, turned)):
        if mask.getbbox():
            return mask
    _, y0, _, y1 = body.box
    upper = Image.new("L", body.mask.size, 0)
    ImageDraw.Draw(upper).rectangle((0, y0, upper.width, y0 + (y1 - y0) // 4), fill=255)
    return ImageChops.multiply(upper, _region(body, _CLOTH))


def _printed(
    article: GarmentSpec,
    body: Plate,
    surface: Surface,
    tone: Image.Image,
    picture: Image.Image,
    inks: list[Colour],
    dice: Dice,
) -> Image.Image:
    if article.appearance in _EMBLEMED:
        masks = _emblem(article, body)
        cloth = _region(body, _CLOTH)
        for ink, mask in zip(inks, masks, strict=False):
            picture = Image.composite(paint(tone, ink), picture, ImageChops.multiply(mask, cloth))
        return picture
    if not surface.texture:
        return picture
    name = (
        "kids"
        if article.is_child and surface.texture in ("brush", "waves", "leaves")
        else surface.texture
    )
    if name in ("lace", "damask", "pearls"):
        inks = _tonal(inks, _base_colour(article), name)
    inks_sheet = texture(name, body.frame.width, article.product_code % 2)
    for (role, angle), mask in body.regions.items():
        place = mask.getbbox()
        if role != "cloth" or place is None:
            continue
        region = _printed_part(article, body, mask).crop(place)
        light_here = tone.crop(place)
        piece = picture.crop(place)
        sheets = cut_out(inks_sheet, region.size, dice, angle)
        for ink, sheet in zip(inks, sheets, strict=False):
            stencil = ImageChops.multiply(sheet, region)
            piece = Image.composite(paint(light_here, ink), piece, stencil)
        picture.paste(piece, place[:2])
    return picture


def _tonal(inks: list[Colour], base: Colour, name: str) -> list[Colour]:
    """Inks for weaves that are patterned in their own colour."""
    if name == "pearls":
        return [TRIMS["shell"], (255, 255, 255), inks[0]]
    toward = (255, 252, 246) if light(base) < 0.5 else (96, 84, 84)
    return [mix(base, toward, share) for share in (0.2, 0.3, 0.26)]


def _printed_part(article: GarmentSpec, body: Plate, mask: Image.Image) -> Image.Image:
    """Where in the cloth the print stands: everywhere, or above or below a line."""
    if article.appearance not in ("Mixed solid/pattern", "Embroidery", "Application/3D"):
        return mask
    _, y0, _, y1 = body.box
    upper = article.appearance != "Mixed solid/pattern" or article.product_code % 2
    share = 0.42 if upper else 0.46
    part = Image.new("L", mask.size, 0)
    top, bottom = (y0, y0 + (y1 - y0) * share) if upper else (y0 + (y1 - y0) * share, y1)
    ImageDraw.Draw(part).rectangle((0, top, mask.width, bottom), fill=255)
    return ImageChops.multiply(part, mask)


def _emblem(article: GarmentSpec, body: Plate) -> list[Image.Image]:
    """The masks of a print at one place: across the front, or small at one side."""
    dice = Dice(article.product_code * 13 + 1)
    x0, y0, x1, y1 = body.box
    wide = x1 - x0
    front = article.appearance == "Front print"
    upper_body = "Upper" in article.product_group or "Full" in article.product_group
    x = (x0 + x1) / 2 + (0 if front else wide * 0.11)
    y = y0 + (y1 - y0) * ((0.42 if front else 0.3) if upper_body else 0.4)
    radius = wide * (0.155 if front else 0.055)
    if not upper_body and (y1 - y0) > wide * 1.5:  # a leg, not the gap between two
        x, radius = x0 + wide * 0.3, wide * 0.1
    big = (body.mask.width * 2, body.mask.height * 2)
    sheets = [Image.new("L", big, 0) for _ in range(3)]
    name = dice.pick(CHILD_EMBLEMS if article.is_child else EMBLEMS)
    stamp(name, [ImageDraw.Draw(sheet) for sheet in sheets], (x * 2, y * 2), radius * 2, dice)
    return [sheet.reduce(2) for sheet in sheets]


def _trimmed(
    article: GarmentSpec, body: Plate, tone: Image.Image, picture: Image.Image, base: Colour
) -> Image.Image:
    """Buttons, soles, buckles, labels: what has a colour of its own."""
    for (role, _), mask in body.regions.items():
        if role in TRIMS or role == "stitch":
            picture = Image.composite(paint(tone, _trim_colour(article, role, base)), picture, mask)
    return picture


def _trim_colour(article: GarmentSpec, role: str, base: Colour) -> Colour:
    if role == "stitch":
        return (196, 140, 78) if article.appearance == "Denim" else mix(base, (255, 255, 255), 0.25)
    if role in ("shell", "label") and light(base) > 0.85:
        return mix(TRIMS[role], (120, 112, 104), 0.3)
    return TRIMS[role]


def _sheered(body: Plate, surface: Surface) -> Image.Image:
    """The garment's mask, with its cloth let through where it is sheer."""
    if not surface.sheer:
        return body.mask
    cloth = _region(body, _CLOTH)
    through = cloth.point([round(i * surface.sheer) for i in range(256)])
    return ImageChops.subtract(body.mask, through)
