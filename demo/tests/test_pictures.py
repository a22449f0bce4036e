"""The drawn pictures: repeatable, different for what differs, and laid out as the H&M files are."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image, ImageChops, ImageStat

from demo.data import pictures
from demo.pictures.garments import GarmentSpec, draw
from demo.pictures.garments.colours import colour_named, light
from demo.pictures.garments.drawing import garment_plate
from demo.pictures.garments.patterns import SURFACES
from demo.pictures.garments.wardrobe import PRODUCT_TYPES

SIZE = (120, 180)
TEE = GarmentSpec(
    912345001, "T-shirt", "Garment Upper body", "Solid", "Blue", "Medium", "Ladieswear"
)
PLACED = ("Front print", "Placement print", "Colour blocking", "Contrast")


def table(ids: list[int]) -> pd.DataFrame:
    row = {
        "product_type_name": "Dress",
        "product_group_name": "Garment Full body",
        "graphical_appearance_name": "All over pattern",
        "colour_group_name": "Dark Blue",
        "perceived_colour_value_name": "Dark",
        "index_group_name": "Ladieswear",
    }
    return pd.DataFrame([{"article_id": f"{i:010d}", **row} for i in ids])


def difference(a: Image.Image, b: Image.Image) -> float:
    """The mean difference of two pictures' pixels, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / len(a.getbands())


def test_the_same_article_is_drawn_the_same() -> None:
    assert draw(TEE, *SIZE).tobytes() == draw(TEE, *SIZE).tobytes()


def test_a_picture_has_the_asked_size_on_a_plain_light_ground() -> None:
    picture = draw(TEE, 240, 360)
    assert (picture.size, picture.mode) == ((240, 360), "RGB")
    corners = [picture.getpixel(at) for at in ((0, 0), (239, 0), (0, 359), (239, 359))]
    assert all(min(corner) > 190 for corner in corners if isinstance(corner, tuple))


@pytest.mark.parametrize("product_type", PRODUCT_TYPES)
def test_every_product_type_fills_a_good_part_of_the_picture(product_type: str) -> None:
    plate = garment_plate(replace(TEE, product_type=product_type), *SIZE)
    x0, y0, x1, y1 = plate.box
    assert min(x0, y0, SIZE[0] - x1, SIZE[1] - y1) > 0, "cut off at the picture's edge"
    assert max((x1 - x0) / SIZE[0], (y1 - y0) / SIZE[1]) > 0.3


def test_product_types_differ_in_silhouette() -> None:
    """Types that share one drawing (an earring, earrings) share a mask; the others do not."""
    types = [
        "T-shirt", "Vest top", "Sweater", "Hoodie", "Cardigan", "Shirt", "Blazer", "Coat", "Dress",
        "Skirt", "Trousers", "Shorts", "Leggings/Tights", "Jumpsuit/Playsuit", "Dungarees", "Bra",
        "Underwear bottom", "Socks", "Underwear Tights", "Swimsuit", "Bikini top", "Pyjama set",
        "Sneakers", "Boots", "Sandals", "Pumps", "Ballerinas", "Bag", "Hat/beanie", "Cap/peaked",
        "Hat/brim", "Scarf", "Belt", "Sunglasses", "Earring", "Necklace", "Bracelet", "Ring",
        "Hair clip", "Gloves", "Tie", "Umbrella", "Soft Toys", "Something new",
    ]  # fmt: skip
    specs = [replace(TEE, product_type=name, product_group="") for name in types]
    masks = {sha256(garment_plate(spec, *SIZE).mask.tobytes()).hexdigest() for spec in specs}
    assert len(masks) == len(types)


def test_products_of_one_type_vary_and_colours_of_one_product_share_its_shape() -> None:
    def mask(article_id: int) -> bytes:
        return garment_plate(replace(TEE, article_id=article_id), *SIZE).mask.tobytes()

    assert len({mask(912340001 + 1000 * i) for i in range(12)}) > 8
    assert mask(912345001) == mask(912345002)


@pytest.mark.parametrize("appearance", sorted({*SURFACES, *PLACED} - {"Solid"}))
def test_every_pattern_differs_from_solid(appearance: str) -> None:
    shirt = replace(TEE, product_type="Shirt")
    patterned = draw(replace(shirt, appearance=appearance), 240, 360)
    assert difference(patterned, draw(shirt, 240, 360)) > 0.05


def test_colours_are_what_their_names_say() -> None:
    assert light(colour_named("Black")) < light(colour_named("Grey")) < light(colour_named("White"))
    red, green, blue = colour_named("Red")
    assert red > 2 * green
    assert red > 2 * blue
    assert light(colour_named("Blue", "Dusty Light")) > light(colour_named("Blue", "Dark"))
    assert colour_named("Brown") == colour_named("Yellowish Brown")
    assert colour_named("no such colour") == colour_named("Unknown")


def test_children_and_men_have_proportions_of_their_own() -> None:
    groups = ("Ladieswear", "Menswear", "Baby/Children")
    shirts = [replace(TEE, product_type="Shirt", index_group=group) for group in groups]
    assert len({garment_plate(shirt, *SIZE).mask.tobytes() for shirt in shirts}) == 3


def test_pictures_are_written_where_the_hm_files_have_them(tmp_path: Path) -> None:
    ids = [12345001 + i for i in range(3)] + [912345001]
    done: list[int] = []
    assert pictures.draw_all(table(ids), tmp_path, done.append) == 4
    assert sum(done) == 4
    written = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.jpg"))
    assert written[0] == "images/001/0012345001.jpg"
    assert written[-1] == "images/091/0912345001.jpg"
    with Image.open(tmp_path / written[0]) as picture:
        assert (picture.format, picture.size) == ("JPEG", (360, 540))


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    def drawn() -> bytes:
        pictures.draw_all(table([912345001]), tmp_path, lambda _: None)
        return (tmp_path / "images/091/0912345001.jpg").read_bytes()

    assert drawn() == drawn()


def test_about_four_articles_in_a_thousand_have_no_picture(tmp_path: Path) -> None:
    ids = range(900_000_001, 900_050_001)
    without = [i for i in ids if not pictures.has_picture(i)]
    assert 0.003 < len(without) / len(ids) < 0.0055
    assert pictures.draw_all(table([without[0], 912345001]), tmp_path, lambda _: None) == 1
    assert not pictures.picture_path(tmp_path / "images", without[0]).exists()


def test_many_pictures_are_drawn_by_two_processes_as_one_would_draw_them(tmp_path: Path) -> None:
    ids = [912345001 + 1000 * i for i in range(100)]
    done: list[int] = []
    drawn = pictures.draw_all(table(ids), tmp_path, done.append)
    assert sum(done) == 100
    assert drawn == sum(map(pictures.has_picture, ids))
    alone = tmp_path / "alone"
    pictures.draw_all(table(ids[:1]), alone, lambda _: None)
    name = "images/091/0912345001.jpg"
    assert (tmp_path / name).read_bytes() == (alone / name).read_bytes()
