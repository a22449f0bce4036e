"""Sizes: every scheme that a kind names exists, and garments have those of their audience."""

import pytest

from catalog.sizes import SIZES, sizes
from demo.data import taxonomy

CASES = [
    ("Blouse", "Garment Upper body", "Ladieswear", "S"),
    ("Trousers", "Garment Lower body", "Ladieswear", "38"),
    ("Trousers", "Garment Lower body", "Menswear", "32"),
    ("T-shirt", "Garment Upper body", "Baby Sizes 50-98", "74"),
    ("Hoodie", "Garment Upper body", "Children Sizes 92-140", "110"),
    ("Sneakers", "Shoes", "Men H&M Sport", "43"),
    ("Bra", "Underwear", "Lingeries/Tights", "75B"),
]
NONE = [
    ("Bag", "Accessories", "Ladies Accessories"),
    ("Scarf", "Accessories", "Menswear"),
    ("Soft Toys", "Accessories", "Baby Sizes 50-98"),
    ("A type nobody knows", "A group nobody knows", ""),
]


@pytest.mark.parametrize(("product_type", "group", "index", "one"), CASES)
def test_a_garment_has_the_sizes_of_its_audience(
    product_type: str, group: str, index: str, one: str
) -> None:
    assert one in sizes(product_type, group, index)


@pytest.mark.parametrize(("product_type", "group", "index"), NONE)
def test_what_is_not_worn_by_size_has_none(product_type: str, group: str, index: str) -> None:
    assert sizes(product_type, group, index) == ()


def test_every_scheme_and_audience_that_a_kind_names_exists() -> None:
    known = SIZES
    audiences = {*known["audiences"], "women"}
    for name, kind in known["kinds"].items():
        named = {key: value for key, value in kind.items() if key not in ("types", "groups")}
        assert set(named) <= audiences, name
        assert set(named.values()) <= set(known["schemes"]), name


def test_the_generated_shop_has_every_audience() -> None:
    names = {name for name, _, _ in taxonomy.INDEXES.values()}
    for audience, indexes in SIZES["audiences"].items():
        assert names & set(indexes), audience
