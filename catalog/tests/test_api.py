import base64
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.api.pagination import with_sort_key
from catalog.models import Article, ArticleSummary
from catalog.tests.factories import make_article

pytestmark = pytest.mark.django_db
ARTICLES = "/api/v1/articles/"
ORDERS = ["popular", "newest", "price", "-price"]


def get(client: Client, path: str, **query: object) -> Any:
    response = client.get(f"{path}?{urlencode(query)}")
    kind = "problem+json" if response.status_code >= 400 else "json"
    assert response.headers["Content-Type"] == f"application/{kind}"
    return response


def ids(client: Client, **query: object) -> list[str]:
    response = get(client, ARTICLES, **query)
    assert response.status_code == 200, response.content
    return [article["article_id"] for article in response.json()["results"]]


def pages(client: Client, **query: object) -> Iterator[list[str]]:
    body = get(client, ARTICLES, **query).json()
    yield [article["article_id"] for article in body["results"]]
    while body["next"]:
        body = client.get(body["next"]).json()
        yield [article["article_id"] for article in body["results"]]


def test_a_card_carries_money_pictures_and_links(client: Client) -> None:
    make_article(108775015, price=29.99 / 590, has_picture=True, units_recent=4)
    (card,) = get(client, ARTICLES).json()["results"]
    assert card["article_id"] == "0108775015"
    assert card["product_code"] == "0108775"
    assert card["price"] == {"amount": "29.99", "currency": "€", "estimated": False}
    assert card["picture"]["url"].endswith("/480/0108775015.webp")
    assert card["picture"]["photographed"] is True
    assert card["url"] == "http://testserver/api/v1/articles/0108775015/"
    assert client.get(card["url"]).status_code == 200


@pytest.mark.parametrize("article_id", ["0108775015", "108775015"])
def test_an_article_is_found_by_its_id_as_text_or_number(client: Client, article_id: str) -> None:
    make_article(108775015, colour=(9, "Black"), first_sold=date(2020, 1, 2))
    make_article(108775044, colour=(10, "White"))
    body = get(client, f"{ARTICLES}{article_id}/").json()
    assert body["article_id"] == "0108775015"
    assert body["description"] == "A plain shirt."
    assert body["first_sold"] == "2020-01-02"
    assert [other["article_id"] for other in body["variants"]] == ["0108775044"]


@pytest.mark.parametrize(
    "article_id", ["1", "9999999999", "2147483648", "abc", "-1", "1.0", "٣", "01087750151", "%00"]
)
def test_what_is_no_article_is_a_404_in_json(client: Client, article_id: str) -> None:
    response = get(client, f"{ARTICLES}{article_id}/")
    assert response.status_code == 404
    assert "detail" in response.json()


def test_filters_narrow_together_and_take_several_values(client: Client) -> None:
    make_article(1, colour=(1, "Red"), section=(5, "Basics"))
    make_article(2, colour=(2, "Blue"), section=(5, "Basics"))
    make_article(3, colour=(3, "Pink"), section=(6, "Trend"))
    assert ids(client, colour="1,2") == ["0000000001", "0000000002"]
    assert ids(client, colour="2,3", section=5) == ["0000000002"]
    assert ids(client, colour=99) == []
    assert ids(client, index_group=1, garment_group=7001, product_type=301, appearance=11) != []
    assert ids(client, product=0, colour_master=41) != []


def test_price_limits_are_money_and_inclusive(client: Client) -> None:
    make_article(1, price=9.99 / 590)
    make_article(2, price=0.05083050847457627)
    assert ids(client, price_min="29.99") == ids(client, price_max="29.99", price_min=10)
    assert ids(client, price_min="29.99") == ["0000000002"]
    assert ids(client, price_max="9.99") == ["0000000001"]
    assert ids(client, price_min="9.99", price_max="9.99") == ["0000000001"]
    assert ids(client, price_min="30.00") == []


def test_orders_say_what_comes_first(client: Client) -> None:
    make_article(1, units_recent=1, price=3 / 590, first_sold=date(2020, 1, 1))
    make_article(2, units_recent=9, price=2 / 590)
    make_article(3, units_recent=5, price=1 / 590, first_sold=date(2020, 9, 1))
    order = {name: [int(pk) for pk in ids(client, order=name)] for name in ORDERS}
    assert order == {
        "popular": [2, 3, 1],
        "newest": [3, 1, 2],
        "price": [3, 2, 1],
        "-price": [1, 2, 3],
    }
    assert ids(client) == ids(client, order="popular")


def test_a_search_is_ordered_by_relevance_unless_told_otherwise(client: Client) -> None:
    make_article(1, name="Piped shirt", price=2 / 590)
    make_article(2, name="Shirt", description="With a piped edge.", price=1 / 590, units_recent=2)
    make_article(3, name="Coat")
    assert ids(client, search="piped") == ["0000000001", "0000000002"]
    assert ids(client, search="piped", order="price") == ["0000000002", "0000000001"]
    assert ids(client, search="pipde") == ["0000000001", "0000000002"]


def test_of_a_long_search_the_beginning_counts(client: Client) -> None:
    make_article(1, name="Linen shirt")
    assert ids(client, search="shirt " * 500) == ["0000000001"]
    long = get(client, "/api/v1/search/", q="shirt " * 500).json()
    assert [found["product_code"] for found in long["results"]] == ["0000000"]


def test_a_search_for_a_number_or_for_nothing_readable_has_no_ranks(client: Client) -> None:
    make_article(108775015, product=108775)
    assert ids(client, search="0108775015") == ids(client, search="108775") == ["0108775015"]
    for blank in ("\x0b\x06", "\x7f"):
        assert ids(client, search=blank) == []
        assert get(client, "/api/v1/products/", search=blank).json()["results"] == []
    assert ids(client, search="0108775015", order="price") == ["0108775015"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "red"),
        ("colour", "1,x"),
        ("colour", "1.5"),
        ("colour", "99999999999999999999"),
        ("section", "\x00"),
        ("index_group", "-2"),
        ("product", "1e5"),
        ("price_min", "cheap"),
        ("price_min", "-1"),
        ("price_max", "NaN"),
        ("price_max", "1e400"),
        ("price_max", "0.001"),
        ("order", "name; DROP TABLE"),
        ("search", "x" * 10_001),
        ("search", "a\x00b"),
        ("page_size", "0"),
        ("page_size", "201"),
        ("page_size", "many"),
        ("cursor", "no cursor"),
        ("cursor", "ü"),
        ("cursor", base64.b64encode(b"p=abc").decode()),
        ("cursor", base64.b64encode(b"p=99999999999999999999").decode()),
        ("cursor", base64.b64encode(b"p=1&r=x").decode()),
        ("cursor", base64.b64encode(b"o=-1&p=1").decode()),
    ],
)
def test_a_bad_value_is_a_400_that_names_the_field(client: Client, field: str, value: str) -> None:
    make_article()
    response = get(client, ARTICLES, **{field: value})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


@pytest.mark.parametrize("order", ORDERS)
def test_paging_gives_every_article_once_however_equal_they_are(client: Client, order: str) -> None:
    expected = {make_article(units_recent=n // 20).article_id for n in range(60)}
    seen = [pk for page in pages(client, order=order, page_size=7) for pk in page]
    assert len(seen) == len(expected)
    assert set(seen) == expected


def test_paging_stays_stable_while_articles_sell(client: Client) -> None:
    keys = [make_article(units_recent=10 + n).pk for n in range(12)]
    walk = pages(client, page_size=4)
    seen = next(walk)
    # The first, already shown, drops to the end; an unseen one moves to the top.
    ArticleSummary.objects.filter(article=keys[0]).update(units_recent=1000)
    rest = [pk for page in walk for pk in page]
    assert len(set(seen + rest)) == len(seen + rest) == 11


def test_pages_lead_back_as_they_lead_on(client: Client) -> None:
    for _ in range(9):
        make_article()
    first = get(client, ARTICLES, page_size=4).json()
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]
    assert first["previous"] is None


def test_a_page_takes_the_same_queries_however_many_articles(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        make_article()
    ids(client)  # fill the cache of terms
    for size in (3, 30):
        with django_assert_num_queries(3):
            assert len(ids(client, page_size=size)) == size


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_walks_down_an_index(order: str) -> None:
    make_article()
    with connection.cursor() as cursor:  # with so few rows the planner would rather sort
        cursor.execute("SET LOCAL enable_sort = off")
    found = with_sort_key(Article.objects.for_cards(), order)
    page = found.values("pk", "sort_key").order_by("-sort_key")  # type: ignore[misc]
    assert "using summary_place_" in page[:5].explain()


def test_the_taxonomy_gives_the_ids_to_filter_by(client: Client) -> None:
    make_article(colour=(9, "Black"), index=("A", "Ladieswear"))
    body = get(client, "/api/v1/taxonomy/").json()
    assert body["colours"] == [{"id": 9, "name": "Black"}]
    assert body["indexes"] == [{"id": "A", "name": "Ladieswear"}]
    assert len(body) == 11


def test_the_menu_nests_four_levels(client: Client) -> None:
    make_article(index_group=(1, "Women"))
    (women,) = get(client, "/api/v1/menu/").json()
    assert women["sections"][0]["garment_groups"][0]["product_types"] == [
        {"id": 301, "name": "Shirt", "count": 1}
    ]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_catalogue_cannot_be_written(client: Client, method: str) -> None:
    article = make_article()
    for path in (ARTICLES, f"{ARTICLES}{article.article_id}/"):
        assert getattr(client, method)(path).status_code in (403, 405)


def test_the_schema_describes_the_catalogue(client: Client) -> None:
    schema = client.get("/api/schema/?format=json").json()
    operation = schema["paths"][ARTICLES]["get"]
    named = {parameter["name"] for parameter in operation["parameters"]}
    assert named >= {"colour", "price_min", "search", "order", "cursor", "page_size"}
    assert {"200", "400"} <= operation["responses"].keys()
