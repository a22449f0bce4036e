import pytest
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog import data_version
from catalog.models import IngestRun
from catalog.navigation import menu
from catalog.tests.factories import make_article
from web import cache as process_cache

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> None:
    make_article(1001, product=1)
    make_article(1002, product=1, product_type=(302, "Blouse"))
    make_article(2001, product=2)
    make_article(3001, product=3, index=("M", "Men"), index_group=(2, "Men"))


def finish_ingest() -> None:
    """Finish the ingest, and expire this process's cached data version."""
    IngestRun.objects.create(
        status=IngestRun.Status.DONE, finished_at=timezone.now(), data_dir="data"
    )
    process_cache.empty()


@pytest.mark.usefixtures("shop")
def test_the_menu_is_a_tree_of_four_levels_biggest_first() -> None:
    women, men = menu()
    assert (women.name, men.name) == ("Women", "Men")
    assert women.slug == "women"
    (section,) = women.children
    (garment_group,) = section.children
    assert [child.name for child in garment_group.children] == ["Shirt", "Blouse"]


@pytest.mark.usefixtures("shop")
def test_a_product_of_two_types_counts_once_above_them() -> None:
    women = menu()[0]
    garment_group = women.children[0].children[0]
    assert [child.count for child in garment_group.children] == [2, 1]
    assert garment_group.count == women.count == 2


def test_an_empty_shop_has_an_empty_menu() -> None:
    assert menu() == ()


@pytest.mark.usefixtures("shop")
def test_the_menu_is_counted_once_an_ingest(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    finish_ingest()
    first = menu()
    with django_assert_num_queries(0):
        assert menu() == first


@pytest.mark.usefixtures("shop")
def test_a_process_asks_once_a_second_for_a_new_ingest(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    finish_ingest()
    first = data_version.data_version()
    IngestRun.objects.update(finished_at=timezone.now())
    with django_assert_num_queries(0):
        assert data_version.data_version() == first
    data_version._current[DEFAULT_DB_ALIAS]._poll.reset()  # as a second later
    with django_assert_num_queries(1):
        assert data_version.data_version() != first


@pytest.mark.usefixtures("shop")
def test_a_new_ingest_changes_the_menu() -> None:
    finish_ingest()
    before = menu()
    make_article(4001, product=4)
    assert menu() == before
    finish_ingest()
    assert menu()[0].count == before[0].count + 1
