"""The bag and the mock checkout."""

import re
import threading
from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from storefront.bag import contents as bag
from storefront.models import BagLine, Order
from storefront.tests.shops import Shop, anonymous_shopper, hidden, make_shop, published
from streaming.events.schema import BagAdd, BagRemove, Purchase, decode
from streaming.models import OutboxEvent

SHOPPER = "a" + "0" * 32


def add(client: Client, article_id: str, **fields: str) -> None:
    response = client.post("/bag/add/", {"article": article_id, **fields})
    assert response.status_code == 302


def lines(client: Client) -> list[tuple[int, int]]:
    found = BagLine.objects.of_shopper(anonymous_shopper(client))
    return list(found.order_by("article").values_list("article", "quantity"))


def test_adding_twice_makes_one_line_of_two(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id)
    add(client, shop.shirt.article_id)
    assert lines(client) == [(shop.shirt.pk, 2)]
    page = client.get("/bag/").text
    assert "€59.98" in page
    assert "€29.99 each" in page


def test_an_article_id_that_lost_its_zero_is_understood(client: Client, shop: Shop) -> None:
    add(client, str(shop.shirt.pk))
    assert lines(client) == [(shop.shirt.pk, 1)]


def test_a_line_holds_twenty_at_most(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id, quantity="15")
    add(client, shop.shirt.article_id, quantity="15")
    assert lines(client) == [(shop.shirt.pk, 20)]


def test_a_quantity_changes_and_nought_removes(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id)
    client.post("/bag/update/", {"article": shop.shirt.article_id, "quantity": "3"})
    assert lines(client) == [(shop.shirt.pk, 3)]
    client.post("/bag/update/", {"article": shop.shirt.article_id, "quantity": "0"})
    assert lines(client) == []


def test_a_removal_can_be_undone_with_its_quantity(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id, quantity="4")
    client.post("/bag/remove/", {"article": shop.shirt.article_id})
    page = client.get("/bag/").text
    assert "Linen shirt was removed." in page
    undo = {name: hidden(page, name) for name in ("article", "quantity", "undo")}
    assert client.post("/bag/add/", undo)["Location"] == "/bag/"
    assert lines(client) == [(shop.shirt.pk, 4)]
    assert "was removed" not in client.get("/bag/").text


ADDRESS = {"name": "Alex", "street": "1 Road", "city": "Town", "postcode": "1"}
DELIVERY = {"delivery": "store", "payment": "invoice"}


def review(client: Client) -> dict[str, str]:
    """Goes through the steps; returns the last form, which places the order."""
    assert client.post("/checkout/", ADDRESS)["Location"] == "/checkout/delivery/"
    page = client.post("/checkout/delivery/", DELIVERY, follow=True).text
    return {name: hidden(page, name) for name in ("checkout", "seen")}


BAD = [
    ("/bag/add/", {}, "article"),
    ("/bag/add/", {"article": "0000000007"}, "article"),
    ("/bag/add/", {"article": "1 OR 1=1"}, "article"),
    ("/bag/add/", {"article": "9999999999"}, "article"),
    ("/bag/add/", {"article": "0900000001", "quantity": "-1"}, "quantity"),
    ("/bag/add/", {"article": "0900000001", "quantity": "9" * 30}, "quantity"),
    ("/bag/add/", {"article": "0900000001", "quantity": "two"}, "quantity"),
    ("/bag/update/", {"article": "0900000001"}, "quantity"),
    ("/bag/update/", {"article": "0900000001", "quantity": "21"}, "quantity"),
    ("/bag/remove/", {"article": "\x00"}, "article"),
    ("/checkout/review/", {"checkout": "not a key"}, "checkout"),
]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("path", "form", "field"), BAD)
def test_a_bad_form_is_refused_by_the_field(
    client: Client, path: str, form: dict[str, str], field: str
) -> None:
    response = client.post(path, form)
    assert response.status_code == 400
    assert f"{field}:" in response.text


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("path", ["/bag/add/", "/bag/update/", "/bag/remove/", "/checkout/review/"])
def test_a_form_from_elsewhere_is_refused(path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


def test_htmx_gets_the_part_that_changed(client: Client, shop: Shop) -> None:
    headers = {"HX-Request": "true"}
    form = {"article": shop.shirt.article_id}
    added = client.post("/bag/add/", form, headers=headers)
    assert "<html" not in added.text
    assert 'id="bag-link"' in added.text
    assert "shop:changed" in added["HX-Trigger"]
    changed = client.post("/bag/update/", {**form, "quantity": "2"}, headers=headers)
    assert "€59.98" in changed.text
    assert "shop:changed" in changed["HX-Trigger"]


def test_the_bag_tells_the_stream_with_the_shelf_it_came_from(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id, rec="r1", w="for-you", p="3")
    client.post("/bag/remove/", {"article": shop.shirt.article_id})
    added, removed = published(anonymous_shopper(client), 2)
    assert isinstance(added, BagAdd)
    assert (added.article, added.rec_id, added.widget, added.position) == (
        shop.shirt.pk, "r1", "for-you", 3,
    )  # fmt: skip
    assert isinstance(removed, BagRemove)


def test_an_order_keeps_prices_as_money_and_enqueues_a_purchase_per_unit(
    client: Client, shop: Shop
) -> None:
    add(client, shop.shirt.article_id, quantity="2")
    add(client, shop.dress.article_id)
    assert "This is a mock checkout." in client.get("/checkout/").text
    response = client.post("/checkout/review/", review(client), follow=True)
    assert response.status_code == 200
    assert "€109.97" in response.text
    order = Order.objects.get()
    assert order.number in response.text
    assert order.total == Decimal("109.97")
    assert [line.price for line in order.lines.order_by("-article")] == [
        Decimal("29.99"),
        Decimal("49.99"),
    ]
    events = [decode(bytes(row.event)) for row in OutboxEvent.objects.all()]
    bought = sorted(event.article for event in events if isinstance(event, Purchase))
    assert bought == [shop.dress.pk, shop.shirt.pk, shop.shirt.pk]
    assert lines(client) == []


def test_a_checkout_sent_twice_is_one_order(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id)
    form = review(client)
    first, second = (client.post("/checkout/review/", form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1
    assert OutboxEvent.objects.count() == 1


def test_a_second_form_finds_the_bag_empty(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id)
    form = review(client)
    client.post("/checkout/review/", form)
    response = client.post("/checkout/review/", {**form, "checkout": uuid4()}, follow=True)
    assert "nothing left in your bag" in response.text
    assert Order.objects.count() == 1
    assert client.get("/checkout/")["Location"] == "/bag/"


def test_an_order_is_nobody_elses_business(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id)
    place = client.post("/checkout/review/", review(client))["Location"]
    assert client.get(place).status_code == 200
    assert Client().get(place).status_code == 404


def at_once(count: int, action: Callable[[], object]) -> None:
    """Run the action in this many threads that start together, each with its own connection."""
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        try:
            action()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_additions_at_the_same_moment_all_count() -> None:
    shirt = make_shop().shirt
    at_once(5, lambda: bag.add(SHOPPER, shirt.pk))
    assert bag.contents(SHOPPER).units == 5


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_the_same_moment_are_one_order() -> None:
    client, shop = Client(), make_shop()
    add(client, shop.shirt.article_id)
    form = review(client)
    cookies = client.cookies.output(header="", sep=";")
    pairs = dict(re.findall(r"\s*([\w]+)=([^;]+)", cookies))

    def submit() -> None:
        tab = Client()
        tab.cookies.load({name: value for name, value in pairs.items() if name == "shopper"})
        assert tab.post("/checkout/review/", form).status_code == 302

    at_once(2, submit)
    assert Order.objects.count() == 1
    assert OutboxEvent.objects.count() == 1
