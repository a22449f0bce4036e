"""What the shop picks for a shopper's pages: matching tastes, and a varied hero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Article, ProductGroup, ProductType
from catalog.tests.goods import goods_of
from storefront.home.hero import PICTURES, of_different_groups
from storefront.listing.personal_sort import DIMENSIONS, taste

GOODS = goods_of(
    [
        {"index_groups": "Women", "types": "Dress", "masters": "Red"},
        {"index_groups": "Women", "types": "Dress", "masters": "Blue"},
        {"index_groups": "Men", "types": "Shirt", "masters": "Blue"},
    ]
)
# The vocabularies number terms from 1 in alphabetical order.
WOMEN, DRESS, BLUE, RED = 2, 1, 1, 2
AFFINITIES = st.dictionaries(
    st.sampled_from([*DIMENSIONS, "department"]),
    st.dictionaries(st.integers(-1, 3), st.floats(-5, 100), max_size=3),
)


@given(AFFINITIES)
def test_a_match_is_a_share_of_all_there_could_be(known: dict[str, dict[int, float]]) -> None:
    found = taste(GOODS, known)
    assert ((found >= 0) & (found <= 1 + 1e-9)).all()


def test_who_is_unknown_likes_all_alike() -> None:
    assert taste(GOODS, {}).tolist() == [0, 0, 0]
    assert taste(GOODS, {"department": {1: 9.0}}).tolist() == [0, 0, 0], "no column of a list"


def test_more_that_matches_counts_more_and_what_is_disliked_counts_nothing() -> None:
    red, blue, shirt = taste(
        GOODS,
        {
            "index_group": {WOMEN: 3.0},
            "product_type": {DRESS: 3.0},
            "colour_master": {RED: 2.0, BLUE: 1.0},
        },
    )
    assert red > blue > shirt > 0
    assert [red, blue, shirt] == pytest.approx(
        [(1 + 1 + 2 / 3) / 5, (1 + 1 + 1 / 3) / 5, (1 / 3) / 5]
    )
    assert taste(GOODS, {"colour_master": {RED: -4.0}}).tolist() == [0, 0, 0]


def article(key: int, product: int, garments: int, group: str) -> Article:
    kind = ProductType(pk=key, group=ProductGroup(name=group))
    return Article(pk=key, product_id=product, garment_group_id=garments, product_type=kind)


ARTICLES = st.lists(
    st.tuples(
        st.integers(1, 5), st.integers(1, 5), st.sampled_from(["Garment Upper body", "Shoes"])
    ),
    max_size=12,
).map(lambda rows: [article(key, *row) for key, row in enumerate(rows, 1)])


@given(ARTICLES)
def test_no_two_pictures_of_the_hero_are_of_one_kind(found: list[Article]) -> None:
    shown = of_different_groups(found)
    assert len(shown) <= PICTURES
    assert len({one.product_id for one in shown}) == len(shown)
    assert len({one.garment_group_id for one in shown}) == len(shown)
    assert bool(shown) == bool(found)


def test_worn_pieces_come_first_in_their_order() -> None:
    shoes = article(1, 1, 1, "Shoes")
    shirt, same_design, coat, trousers = (
        article(2, 2, 2, "Garment Upper body"),
        article(3, 2, 3, "Garment Upper body"),
        article(4, 4, 4, "Garment Upper body"),
        article(5, 5, 5, "Garment Lower body"),
    )
    assert of_different_groups([shoes, shirt, same_design, coat]) == [shirt, coat, shoes]
    assert of_different_groups([shoes, shirt, coat, trousers]) == [shirt, coat, trousers]
