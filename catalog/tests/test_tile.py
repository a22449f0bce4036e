"""The placeholder for a missing photo: its type's icon, its colour, and nothing else."""

import pytest
from PIL import Image, ImageChops

from catalog.images.colours import Colour, colour_named, hex_of
from catalog.images.paths import flatten
from catalog.images.tile import ANY, GROUND, ICONS, NONE, icon_for, tile

SIZE = (240, 360)
RED: Colour = (185, 35, 47)


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """The bounding box of everything that differs from the tile's background."""
    drawn = ImageChops.difference(picture, Image.new("RGB", picture.size, GROUND))
    box = drawn.convert("L").point(lambda i: 255 * (i > 8)).getbbox()
    assert box
    return box


def test_icons_differ_and_stand_in_the_middle() -> None:
    tiles = {icon: tile(icon, None, *SIZE) for icon in ICONS}
    assert len({picture.tobytes() for picture in tiles.values()}) == len(ICONS)
    for icon, picture in tiles.items():
        left, top, right, bottom = ink(picture)
        assert 70 <= left < right <= 170, icon
        assert 130 <= top < bottom <= 230, icon
        assert max(right - left, bottom - top) >= 54, icon


@pytest.mark.parametrize(
    "name",
    [
        "Black",
        "White",
        "Off White",
        "Light Grey",
        "Light Beige",
        "Red",
        "Dark Blue",
        "Yellow",
        "Greenish Khaki",
        "Light Pink",
        "Transparent",
        "Gold",
    ],
)
def test_the_swatch_has_the_article_s_true_colour(name: str) -> None:
    colour = colour_named(name)
    picture = tile("dress", colour, *SIZE)
    assert picture.getpixel((120, 228)) == colour
    assert ink(picture)[3] > 232, "the swatch stands out from the ground"


@pytest.mark.parametrize("width", [120, 240, 360, 480, 800])
def test_a_tile_fills_its_size_with_a_calm_ground(width: int) -> None:
    picture = tile("tag", RED, width, width * 3 // 2)
    assert (picture.size, picture.mode) == ((width, width * 3 // 2), "RGB")
    colours = picture.getcolors(maxcolors=100_000)
    assert colours
    share = max(count for count, _ in colours) / (width * width * 3 // 2)
    assert share > 0.9
    assert picture.getpixel((0, 0)) == GROUND


def test_without_a_known_colour_there_is_no_swatch() -> None:
    assert colour_named("Other") is None
    assert ink(tile("dress", None, *SIZE))[3] < 230


def test_a_type_that_is_not_known_has_its_group_s_icon_or_a_tag() -> None:
    assert icon_for("Sneakers", "Shoes") != icon_for("Boots", "Shoes")
    assert icon_for("Clogs", "Shoes") == icon_for("Sneakers", "Shoes")
    assert icon_for("Side table", "Interior textile") == ANY
    assert icon_for("", "") == ANY != NONE


def test_colours_are_what_their_names_say() -> None:
    assert colour_named("Brown") == colour_named("Yellowish Brown")
    assert colour_named("no such colour") is None
    assert hex_of("Black") == "#1b1b1d"
    assert hex_of("no such colour") == "#c8c8c8"
    assert sum(colour_named("Blue", "Dusty Light") or ()) > sum(colour_named("Blue", "Dark") or ())


def test_paths_are_flattened_to_points() -> None:
    assert flatten("M0,0 L1,2 3,4 Z M5,-.5 L6,7") == [
        [(0, 0), (1, 2), (3, 4), (0, 0)],
        [(5, -0.5), (6, 7)],
    ]
    (curve,) = flatten("M0,0 Q5,10 10,0")
    assert [curve[0], curve[-1]] == [(0, 0), (10, 0)]
    assert max(y for _, y in curve) == pytest.approx(5)
    (ring,) = flatten("O1,2,3,4")
    assert (min(x for x, _ in ring), max(y for _, y in ring)) == pytest.approx((-2, 6))


@pytest.mark.parametrize(
    "path", ["", "L1,1", "M1", "M0,0 L1,2,3", "M0,0 Z1,1", "M0,0 X1,1", "M a,b"]
)
def test_a_malformed_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|takes"):
        flatten(path)
