"""Events published by the pages, and pages without Kafka."""

import json
from typing import Any

import pytest
from django.test import Client

from storefront.tests.shops import Shop, address, anonymous_shopper, published
from streaming.events.schema import Click, Impression, Search, View

SEEN = {"article": "0900000001", "rec": "r1", "w": "trending", "p": 1}


def beacon(client: Client, body: object) -> Any:
    return client.post("/events/impressions/", json.dumps(body), content_type="application/json")


def test_a_product_page_tells_of_the_view_and_of_the_click_that_led_there(
    client: Client, shop: Shop
) -> None:
    client.get(address(shop.dress) + "?rec=r1&w=similar&p=2")
    click, view = published(anonymous_shopper(client), 2)
    assert isinstance(click, Click)
    assert (click.article, click.rec_id, click.widget, click.position) == (
        shop.dress.pk, "r1", "similar", 2,
    )  # fmt: skip
    assert isinstance(view, View)


def test_a_page_loaded_ahead_is_not_a_view(client: Client, shop: Shop) -> None:
    client.get(address(shop.dress), headers={"Sec-Purpose": "prefetch"})
    client.get(address(shop.shirt))
    (view,) = published(anonymous_shopper(client))
    assert isinstance(view, View)
    assert view.article == shop.shirt.pk


def test_a_search_tells_the_words(client: Client, shop: Shop) -> None:
    client.get("/search/?q=%20linen%20%20shirt%20")
    client.get("/search/?q=")
    (search,) = published(anonymous_shopper(client))
    assert isinstance(search, Search)
    assert search.query == "linen shirt"


def test_impressions_arrive_with_their_shelf(client: Client, shop: Shop) -> None:
    assert beacon(client, {"items": [SEEN, {**SEEN, "article": "0800000001"}]}).status_code == 204
    seen = published(anonymous_shopper(client), 2)
    assert [event.article for event in seen if isinstance(event, Impression)] == [
        shop.shirt.pk,
        shop.dress.pk,
    ]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "items"),
        ({"items": []}, "items"),
        ({"items": [SEEN] * 51}, "items"),
        ({"items": [{**SEEN, "article": "1"}]}, "article"),
        ({"items": [{**SEEN, "p": -1}]}, "p"),
        ({"items": [{**SEEN, "shopper": "c1"}]}, "shopper"),
        ([], "object"),
    ],
)
def test_impressions_that_make_no_sense_are_refused_by_the_field(
    client: Client, body: object, named: str
) -> None:
    response = beacon(client, body)
    assert response.status_code == 400
    assert named in response.json()["error"]


def test_impressions_from_another_site_are_refused() -> None:
    assert beacon(Client(enforce_csrf_checks=True), {"items": [SEEN]}).status_code == 403


JOURNEY = ["/", "/shop/1/", "/article/0900000001/", "/bag/", "/search/?q=shirt", "/personas/"]
JOURNEY += ["/you/", "/live/", "/wishlist/", "/orders/"]


@pytest.mark.usefixtures("shop", "no_redis")
@pytest.mark.parametrize("path", JOURNEY)
def test_without_redis_every_page_works(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.usefixtures("shop", "no_kafka")
def test_without_kafka_one_can_shop(client: Client) -> None:
    for path in JOURNEY:
        assert client.get(path).status_code == 200
    assert client.post("/bag/add/", {"article": "0900000001"}).status_code == 302
    assert "Linen shirt" in client.get("/bag/").text
