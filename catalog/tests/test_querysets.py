from datetime import date
from decimal import Decimal

import pytest

from catalog import money
from catalog.models import Article, ArticleSummary
from catalog.tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_prices_that_stand_for_exact_cents_give_exactly_those() -> None:
    for cents in (1, 499, 999, 2999, 59_000, 123_457):
        exact = Decimal(cents) / 100
        assert money.amount(money.price(exact)) == exact
    assert money.amount(0.05083050847457627) == Decimal("29.99")


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
    here = make_article(1)
    make_article(2, index=("M", "Men"), index_group=(2, "Men"))
    make_article(3, product_type=(265, "Dress"))
    listed = Article.objects.in_index_group(1)
    assert list(listed.of_type(301)) == [here]
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
