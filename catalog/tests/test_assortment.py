"""Product lists: filters and counts."""

from datetime import date

import numpy as np
import pytest
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from catalog.article_cache import articles, detailed
from catalog.models import Article, ArticleSummary, IngestRun
from catalog.search.facet_index import FacetIndex, facet_index, price_names
from catalog.tests.factories import make_article
from web import cache

pytestmark = pytest.mark.django_db
BLUE, RED = (41, "Blue"), (42, "Red")
WOMEN = (1,)


@pytest.fixture
def shop() -> dict[str, Article]:
    """A shirt in blue (best seller) and red (newer, cheaper), a red dress, a men's red shirt."""
    return {
        "blue": make_article(
            product=10, colour_master=BLUE, units_recent=9, price=25 / 590,
            first_sold=date(2020, 1, 1),
        ),
        "red": make_article(
            product=10, colour_master=RED, units_recent=2, price=9.99 / 590,
            first_sold=date(2020, 9, 1),
        ),
        "dress": make_article(
            product=11, colour_master=RED, units_recent=5, price=50 / 590,
            product_type=(265, "Dress"), first_sold=date(2020, 5, 1),
        ),
        "men": make_article(
            product=12, colour_master=RED, price=30 / 590, index=("M", "Men"),
            index_group=(2, "Men"),
        ),
    }  # fmt: skip


def keys(shop: dict[str, Article], *names: str) -> list[int]:
    return [shop[name].pk for name in names]


def options(goods: FacetIndex, key: str, **choice: list[int]) -> dict[str, tuple[int, bool]]:
    facet = next(facet for facet in goods.facets if facet.key == key)
    return {o.name: (o.count, o.chosen) for o in goods.options(facet, goods.within(WOMEN), choice)}


def test_each_product_is_listed_once_by_its_best_article(shop: dict[str, Article]) -> None:
    goods = facet_index()
    women = goods.within(WOMEN)
    assert goods.listed(goods.ordered(women, "popular")) == keys(shop, "blue", "dress")
    assert goods.listed(goods.ordered(women, "newest")) == keys(shop, "red", "dress")
    assert goods.listed(goods.ordered(women, "cheapest")) == keys(shop, "red", "dress")
    assert goods.listed(goods.ordered(women, "dearest")) == keys(shop, "dress", "blue")


def test_a_score_orders_as_well(shop: dict[str, Article]) -> None:
    goods = facet_index()
    score = np.zeros(len(goods))
    rows, known = goods.rows_of(np.array([shop["red"].pk, shop["dress"].pk, 1]))
    assert known.tolist() == [True, True, False]
    score[rows[known]] = 2, 3
    women = goods.within(WOMEN)
    assert goods.listed(goods.by_score(women, score)) == keys(shop, "dress", "red")


def test_values_of_one_facet_add_up_and_facets_narrow(shop: dict[str, Article]) -> None:
    goods = facet_index()
    red = goods.chosen(goods.within(WOMEN), {"colour": [42]})
    assert goods.listed(goods.ordered(red, "popular")) == keys(shop, "dress", "red")
    either = goods.chosen(goods.within(WOMEN), {"colour": [41, 42], "type": [265]})
    assert goods.listed(goods.ordered(either, "popular")) == keys(shop, "dress")


def test_counts_are_of_products_and_pass_over_their_own_facet(shop: dict[str, Article]) -> None:
    goods = facet_index()
    assert options(goods, "colour") == {"Red": (2, False), "Blue": (1, False)}
    assert options(goods, "colour", colour=[41]) == {"Red": (2, False), "Blue": (1, True)}
    assert options(goods, "type", colour=[41]) == {"Shirt": (1, False)}


def test_prices_are_told_in_bands_by_money(shop: dict[str, Article]) -> None:
    assert price_names() == ["Under 10", "10 to 20", "20 to 30", "30 to 50", "50 and over"]
    assert options(facet_index(), "band") == {
        "Under 10": (1, False),
        "20 to 30": (1, False),
        "50 and over": (1, False),
    }


def test_it_is_kept_until_the_next_ingest(
    shop: dict[str, Article],
) -> None:
    run = IngestRun.objects.create(status=IngestRun.Status.DONE, data_dir="/x")
    first = facet_index()
    assert facet_index() is first
    run.pk = None
    run.save()
    cache.empty()
    assert facet_index() is not first


def test_an_empty_catalogue_lists_nothing() -> None:
    goods = facet_index()
    assert goods.listed(goods.ordered(goods.within(WOMEN), "popular")) == []
    assert all(goods.options(facet, goods.within(WOMEN), {}) == [] for facet in goods.facets)


def test_the_article_of_a_product_page_takes_one_query(
    shop: dict[str, Article], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    own = shop["blue"]
    Article.objects.filter(pk=own.pk).update(description="Of cotton.")
    ArticleSummary.objects.filter(pk=own.pk).update(last_sold=date(2020, 9, 1))
    IngestRun.objects.create(status=IngestRun.Status.DONE, data_dir="/x")
    cache.empty()
    facet_index()
    with django_assert_num_queries(1):
        found = detailed(own.pk)
        assert found == own
        assert found.description == "Of cotton."
        assert found.summary.last_sold == date(2020, 9, 1)
    assert detailed(1) is None


def test_an_article_of_a_card_equals_its_rows_in_the_database(
    shop: dict[str, Article], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    IngestRun.objects.create(status=IngestRun.Status.DONE, data_dir="/x")
    cache.empty()
    facet_index()
    with django_assert_num_queries(0):
        shown = articles([*keys(shop, *shop), 1])
    assert [*shown] == keys(shop, *shop)
    for own in Article.objects.select_related("summary"):
        card = shown[own.pk]
        assert fields(card).items() <= fields(own).items()
        assert fields(card.summary).items() <= fields(own.summary).items()
        # What no card shows is loaded when it is used.
        assert card.description == own.description
        assert card.summary.units == own.summary.units


def fields(row: Model) -> dict[str, object]:
    """The loaded fields."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_the_rows_of_products_come_product_by_product(shop: dict[str, Article]) -> None:
    goods = facet_index()
    rows = goods.of_products([12, 10, 99])
    assert goods.of("article")[rows].tolist() == keys(shop, "men", "blue", "red")
    assert len(goods.of_products([])) == 0
