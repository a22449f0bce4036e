"""The drawn pictures: plausible, distinct, true to colour, and identical on every machine."""

import math
import re
from dataclasses import replace
from hashlib import sha256
from itertools import combinations
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from catalog.images.colours import Colour, colour_named
from catalog.images.tile import ANY, icon_for
from demo.data.taxonomy import APPEARANCES, COLOURS, TYPES
from demo.pictures import Dice, GarmentSpec, draw
from demo.pictures.drawing import garment_plate
from demo.pictures.fabrics import fabric_of
from demo.pictures.prints import PRINTS, inks_for, sheets
from demo.pictures.silhouettes import kind_of, part_marks
from web import cache

SIZE = (120, 180)
TEE = GarmentSpec(
    912345001, "T-shirt", "Garment Upper body", "Solid", "Blue", "Medium", "Ladieswear"
)
GROUP_OF = {t.name: t.group for t in TYPES}
AUDIENCES = ("Ladieswear", "Divided", "Menswear", "Baby/Children", "Sport")
NAMED = [c.name for c in COLOURS if colour_named(c.name)]


def of(product_type: str, **attributes: Any) -> GarmentSpec:
    group = GROUP_OF.get(product_type, "")
    return replace(TEE, product_type=product_type, product_group=group, **attributes)


def difference(a: Image.Image, b: Image.Image) -> float:
    """The mean difference of two pictures' pixels, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / len(a.getbands())


def lab(colour: tuple[float, ...]) -> tuple[float, float, float]:
    """sRGB to CIE L*a*b* under D65."""
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
               for v in (channel / 255 for channel in colour))  # fmt: skip
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def colour_of(article: GarmentSpec) -> Colour:
    """The median colour of the fabric in the article's picture, away from edges."""
    size = (240, 360)
    body = garment_plate(article, *size)
    left, top = body.place
    cloth = body.masked("cloth").filter(ImageFilter.MinFilter(5)).point(lambda i: 255 * (i > 250))
    piece = draw(article, *size).crop((left, top, left + cloth.width, top + cloth.height))
    red, green, blue = ImageStat.Stat(piece, cloth).median
    return red, green, blue


# --- silhouettes ------------------------------------------------------------------------------


@pytest.mark.parametrize("product_type", sorted(GROUP_OF))
def test_each_type_fills_a_good_part_of_the_picture_and_is_not_cut_off(product_type: str) -> None:
    for audience in AUDIENCES:
        for code in range(4):
            article = of(product_type, index_group=audience, article_id=(700_123 + code) * 1000 + 1)
            body = garment_plate(article, *SIZE)
            left, top, right, bottom = body.mask.getbbox() or (0, 0, 0, 0)
            x, y = body.place
            assert 0 < x + left < x + right < SIZE[0], "beyond the picture's sides"
            assert 0 < y + top < y + bottom < SIZE[1], "beyond the picture's top or bottom"
            assert max((right - left) / SIZE[0], (bottom - top) / SIZE[1]) > 0.28


def test_types_can_be_told_apart() -> None:
    """Even at thumbnail size."""
    pictures = {name: draw(of(name), *SIZE).reduce(2) for name in sorted(GROUP_OF)}
    for one, other in combinations(pictures, 2):
        assert difference(pictures[one], pictures[other]) > 0.7, (one, other)


def test_each_type_has_an_icon_for_a_missing_photo() -> None:
    assert {t.name for t in TYPES if icon_for(t.name, t.group) == ANY} == {"Unknown"}


def test_a_type_that_is_not_in_the_table_is_drawn_as_its_group_or_as_something_folded() -> None:
    def drawn(product_type: str, group: str) -> bytes:
        article = replace(TEE, product_type=product_type, product_group=group)
        return garment_plate(article, *SIZE).mask.tobytes()

    assert drawn("Clogs", "Shoes") == drawn("Sneakers", "Shoes")
    assert drawn("Side table", "Interior textile") == drawn("Unknown", "Unknown")
    assert drawn("", "") == drawn("Unknown", "Unknown")


def test_what_men_and_boys_buy_has_plain_sleeves() -> None:
    gathered = {"puff", "balloon", "bell", "flutter", "cap"}
    for kind in (t for t in TYPES if set("myq") & set(t.segments)):
        for audience in ("men", "children", "all"):
            for look in kind_of(of(kind.name)).looks(audience):
                for sleeves in re.findall(r"sleeve\.(\S+)", look):
                    assert not gathered & set(sleeves.split("/")), (kind.name, audience)


def test_ladies_men_and_children_have_proportions_of_their_own() -> None:
    shirts = [of("Shirt", index_group=group) for group in AUDIENCES[:1] + AUDIENCES[2:4]]
    assert len({garment_plate(shirt, *SIZE).mask.tobytes() for shirt in shirts}) == 3
    for product_type in ("T-shirt", "Trousers"):
        grown, child = (
            garment_plate(of(product_type, index_group=group), 240, 360).mask.getbbox()
            for group in ("Menswear", "Baby/Children")
        )
        assert grown
        assert child
        assert (child[3] - child[1]) / (child[2] - child[0]) < (
            (grown[3] - grown[1]) / (grown[2] - grown[0])
        )


def test_products_of_one_type_vary_and_colours_of_one_product_share_its_shape() -> None:
    def mask(article_id: int) -> bytes:
        return garment_plate(replace(TEE, article_id=article_id), *SIZE).mask.tobytes()

    assert len({mask(912340001 + 1000 * i) for i in range(12)}) > 6
    assert mask(912345001) == mask(912345002)


def test_a_malformed_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from demo.pictures import silhouettes

    monkeypatch.setitem(silhouettes._OUTLINES, "body", {"torn": "cloth M0,0 L1,1"})
    with pytest.raises(ValueError, match=r"body\.torn.*cloth M0,0"):
        part_marks("body.torn")


# --- colours ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("product_type", ["T-shirt", "Trousers", "Sneakers"])
def test_a_garment_has_the_colour_that_its_name_says(product_type: str, name: str) -> None:
    named = colour_named(name)
    assert named
    shown = colour_of(of(product_type, colour=name, colour_value=""))
    assert math.dist(lab(shown), lab(named)) < 9


@pytest.mark.parametrize("product_type", ["T-shirt", "Sweater", "Jacket", "Dress", "Bag"])
def test_black_is_dark_and_white_is_light(product_type: str) -> None:
    dark = lab(colour_of(of(product_type, colour="Black", colour_value="Dark")))
    light = lab(colour_of(of(product_type, colour="White", colour_value="Light")))
    assert dark[0] < 15
    assert light[0] > 93


@pytest.mark.parametrize("colour", ["Black", "White"])
def test_black_and_white_are_modelled_by_light_and_stand_out_from_the_ground(colour: str) -> None:
    article = of("Sweater", colour=colour, colour_value="")
    picture = draw(article, 240, 360).convert("L")
    body = garment_plate(article, 240, 360)
    left, top = body.place
    piece = picture.crop((left, top, left + body.mask.width, top + body.mask.height))
    inside = body.mask.point(lambda i: 255 * (i > 250))
    assert ImageStat.Stat(piece, inside).stddev[0] > 3
    rim = ImageChops.subtract(inside, inside.filter(ImageFilter.MinFilter(7)))
    assert abs(ImageStat.Stat(piece, rim).mean[0] - 236) > 6


def test_a_name_that_says_no_colour_is_drawn_in_a_quiet_one() -> None:
    lightness, a, b = lab(colour_of(of("T-shirt", colour="Unknown", colour_value="Unknown")))
    assert 50 < lightness < 90
    assert (a * a + b * b) ** 0.5 < 15


# --- fabric and print -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "appearance",
    sorted(name for name, _ in APPEARANCES.values() if name not in ("Solid", "Unknown")),
)
def test_every_appearance_differs_from_solid(appearance: str) -> None:
    shirt = of("Shirt")
    patterned = draw(replace(shirt, appearance=appearance), 240, 360)
    assert difference(patterned, draw(shirt, 240, 360)) > 0.05


def test_an_unknown_appearance_is_drawn_plain() -> None:
    assert fabric_of("Hologram") == fabric_of("Solid")


@pytest.mark.parametrize("name", sorted(PRINTS))
def test_each_print_has_ink_and_leaves_cloth(name: str) -> None:
    covered = [ImageStat.Stat(sheet).mean[0] / 255 for sheet in sheets(name, 240, 0)]
    assert 1 <= len(covered) <= 3
    assert 0.02 < sum(covered) < 0.95


@pytest.mark.parametrize("name", NAMED)
def test_prints_stand_out_from_every_colour(name: str) -> None:
    base = colour_named(name)
    assert base
    for seed in range(6):
        inks = inks_for(base, Dice(seed), tonal=False)
        assert max(math.dist(lab(ink), lab(base)) for ink in inks) > 12


# --- the picture ------------------------------------------------------------------------------


@pytest.mark.parametrize("appearance", ["Solid", "All over pattern", "Melange", "Front print"])
def test_the_same_article_is_drawn_the_same(appearance: str) -> None:
    article = replace(TEE, appearance=appearance)
    once = draw(article, *SIZE).tobytes()
    cache.empty()
    assert sha256(draw(article, *SIZE).tobytes()).digest() == sha256(once).digest()


def test_a_picture_has_the_asked_size_on_a_plain_light_ground() -> None:
    for size in ((120, 180), (241, 359), (360, 540)):
        picture = draw(TEE, *size)
        assert (picture.size, picture.mode) == (size, "RGB")
        right, bottom = size[0] - 1, size[1] - 1
        corners = [
            picture.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))
        ]
        assert all(min(corner) > 210 for corner in corners if isinstance(corner, tuple))
