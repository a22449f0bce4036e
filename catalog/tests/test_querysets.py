from datetime import date
from decimal import Decimal

import pytest
from django.core.paginator import Paginator

from catalog import money
from catalog.models import Article, ArticleSummary
from catalog.tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_prices_that_stand_for_exact_cents_give_exactly_those() -> None:
    for cents in (1, 499, 999, 2999, 59_000, 123_457):
        exact = Decimal(cents) / 100
        assert money.amount(money.price(exact)) == exact
    assert money.amount(0.05083050847457627) == Decimal("29.99")


def test_an_article_of_each_product_is_its_best_seller_among_those_asked_for() -> None:
    red = make_article(1001, product=1, colour=(1, "Red"), units_recent=9)
    blue = make_article(1002, product=1, colour=(2, "Blue"), units_recent=3)
    other = make_article(2001, product=2, colour=(2, "Blue"), units_recent=5)
    assert list(Article.objects.one_per_product().popular()) == [red, other]
    assert list(Article.objects.filter(colour=2).one_per_product().popular()) == [other, blue]


def test_equally_sold_articles_of_a_product_give_one_card() -> None:
    first = make_article(1001, product=1)
    make_article(1002, product=1)
    assert list(Article.objects.one_per_product()) == [first]
    assert Article.objects.one_per_product().count() == 1


def test_newest_puts_the_never_sold_last() -> None:
    never = make_article(3001)
    old = make_article(3002, first_sold=date(2019, 1, 1))
    new = make_article(3003, first_sold=date(2020, 9, 1))
    assert list(Article.objects.newest()) == [new, old, never]


def test_given_keys_keep_their_order_and_unknown_ones_are_left_out() -> None:
    for pk in (1, 2, 3):
        make_article(pk)
    assert [a.pk for a in Article.objects.in_order_of([3, 99, 1, 2])] == [3, 1, 2]
    assert not Article.objects.in_order_of([]).exists()


def test_listings_narrow_by_each_level() -> None:
    here = make_article(1, index_group=(1, "Women"), section=(5, "Basics"))
    make_article(2, index=("M", "Men"), index_group=(2, "Men"), section=(5, "Basics"))
    make_article(3, index_group=(1, "Women"), section=(6, "Trend"))
    listed = Article.objects.in_index_group(1).in_section(5)
    assert list(listed.in_garment_group(7001).of_type(301)) == [here]
    assert not listed.of_type(999).exists()


def test_cards_and_details_come_in_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for pk in range(1, 6):
        make_article(pk)
    with django_assert_num_queries(1):
        for article in Article.objects.for_cards():
            assert article.summary.price
            assert article.product_type.name
            assert article.colour.name
            assert article.index.group.name
    with django_assert_num_queries(1):
        detail = Article.objects.for_detail().get(pk=3)
        assert detail.product.product_code
        assert detail.product_type.group.name
        assert detail.department.name
        assert detail.description


def test_an_article_without_a_summary_is_not_shown() -> None:
    article = make_article(1)
    ArticleSummary.objects.filter(article=article).delete()
    assert not Article.objects.for_cards().exists()
    assert not Article.objects.one_per_product().exists()
    assert Article.objects.one_per_product().count() == 0


def test_pages_hold_every_product_once_in_order() -> None:
    for pk in range(1, 26):
        make_article(pk * 1000 + 1, product=pk, units_recent=pk % 4)
        make_article(pk * 1000 + 2, product=pk)
    pages = Paginator(Article.objects.popular().one_per_product(), 10)
    assert (pages.count, pages.num_pages) == (25, 3)
    shown = [article for page in pages for article in page]
    assert len({article.product_id for article in shown}) == len(shown) == 25
    assert shown == sorted(shown, key=lambda a: (-a.summary.units_recent, a.pk))


def test_a_page_takes_one_query_however_many_cards(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for pk in range(1, 31):
        make_article(pk, product=pk)
    with django_assert_num_queries(1):
        page = Article.objects.popular().one_per_product().for_cards()[:24]
        assert len([article.index.group.name for article in page]) == 24
