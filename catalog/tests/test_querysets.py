from datetime import date
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog import money
from catalog.models import Article, ArticleSummary, Colour, term_key
from catalog.tests.factories import make_article
from web import cache

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


def told(article: Article) -> str:
    assert article.summary.price
    return f"{article.product_type.name}, {article.colour.name}, {article.index.group.name}"


def test_cards_and_details_come_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for pk in range(1, 6):
        make_article(pk)
    with django_assert_num_queries(5):  # the cards, and each table of terms once
        assert {told(a) for a in Article.objects.for_cards()} == {"Shirt, Ink, Women"}
    make_article(6, colour=(99, "Puce"))
    with django_assert_num_queries(2):  # a new term is read immediately
        assert told(Article.objects.for_cards().get(pk=6)) == "Shirt, Puce, Women"
    detail = Article.objects.for_detail()
    for queries in (4, 1):
        with django_assert_num_queries(queries):
            one = detail.get(pk=3)
            assert one.product.product_code
            assert one.product_type.group.name
            assert one.department.name
            assert one.appearance.name
            assert one.description


def test_terms_are_kept_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    make_article(1)
    assert Article.objects.get().colour.name != "Rust"
    Colour.objects.update(name="Rust")
    assert Article.objects.get().colour.name != "Rust"
    assert Article.objects.select_related("colour").get().colour.name == "Rust"
    monkeypatch.setattr(term_key, "FOR_S", -1.0)
    cache.empty()
    assert Article.objects.get().colour.name == "Rust"


def test_an_article_without_a_summary_is_not_shown() -> None:
    article = make_article(1)
    ArticleSummary.objects.filter(article=article).delete()
    assert not Article.objects.for_cards().exists()
