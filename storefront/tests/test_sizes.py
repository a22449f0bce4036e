"""Sizes through the shop: chosen on a page, kept in the bag, the order, events and the API."""

import re
from typing import Any

import pytest
from django.test import Client

from catalog.models import Article
from catalog.tests.factories import make_article
from storefront.models import BagLine, OrderLine, SavedArticle
from storefront.tests.shops import address, anonymous_shopper, hidden, make_blouse, published
from storefront.tests.test_bag import review
from streaming.events.schema import BagAdd, BagRemove, Purchase, decode
from streaming.models import OutboxEvent

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def blouse() -> Article:
    return make_blouse()


def add(client: Client, article: Article, **fields: str) -> Any:
    return client.post("/bag/add/", {"article": article.article_id, **fields})


def lines(client: Client) -> list[tuple[str, int]]:
    found = BagLine.objects.of_shopper(anonymous_shopper(client)).order_by("pk")
    return list(found.values_list("size", "quantity"))


def test_the_page_asks_for_a_size(client: Client, blouse: Article) -> None:
    page = client.get(address(blouse)).text
    assert re.findall(r'name="size" value="(\w+)" form="buy" required', page) == [
        "XS", "S", "M", "L", "XL", "XXL",
    ]  # fmt: skip


@pytest.mark.parametrize("fields", [{}, {"size": ""}, {"size": "XXXL"}, {"size": "38"}])
def test_without_a_size_of_its_scheme_it_is_asked_for(
    client: Client, blouse: Article, fields: dict[str, str]
) -> None:
    reply = add(client, blouse, quantity="2", **fields)
    assert reply.status_code == 400
    assert "Choose a size: Silk blouse" in reply.text
    assert not BagLine.objects.exists()
    form = {name: hidden(reply.text, name) for name in ("article", "quantity")}
    assert client.post("/bag/add/", {**form, "size": "M"}).status_code == 302
    assert lines(client) == [("M", 2)]


def test_a_card_asks_in_its_place(client: Client, blouse: Article) -> None:
    form = {"article": blouse.article_id, "rec": "r1", "w": "for-you", "p": "3"}
    asked = client.post("/bag/add/", form, headers=HTMX)
    assert "<html" not in asked.text
    assert hidden(asked.text, "rec") == "r1"
    assert 'name="size" value="XS"' in asked.text
    added = client.post("/bag/add/", {**form, "size": "XS"}, headers=HTMX)
    assert "Silk blouse, size XS, is in your bag." in added.text


def test_each_size_is_a_line_of_its_own(client: Client, blouse: Article) -> None:
    for size in ("S", "M", "M"):
        add(client, blouse, size=size)
    assert lines(client) == [("S", 1), ("M", 2)]
    line = {"article": blouse.article_id, "size": "M"}
    client.post("/bag/update/", {**line, "quantity": "5"})
    assert lines(client) == [("S", 1), ("M", 5)]
    client.post("/bag/remove/", line)
    assert lines(client) == [("S", 1)]
    page = client.get("/bag/").text
    undo = {name: hidden(page, name) for name in ("article", "size", "quantity", "undo")}
    client.post("/bag/add/", undo)
    assert lines(client) == [("S", 1), ("M", 5)]
    page = client.get("/bag/").text
    assert re.findall(r"<option selected>(\w+)</option>", page) == ["S", "1", "M", "5"]


def test_a_line_changes_its_size_and_joins_its_twin(client: Client, blouse: Article) -> None:
    line = {"article": blouse.article_id, "size": "S", "quantity": "12"}
    add(client, blouse, size="S", quantity="12")
    client.post("/bag/update/", {**line, "to_size": "L"})
    assert lines(client) == [("L", 12)]
    client.post("/bag/update/", {**line, "to_size": "M"})
    assert lines(client) == [("L", 12)], "there is no line in S"
    add(client, blouse, size="M", quantity="13")
    client.post("/bag/update/", {**line, "size": "M", "to_size": "L"})
    assert lines(client) == [("L", 20)]
    client.post("/bag/update/", {**line, "size": "M", "to_size": "L"})
    assert "Your bag has changed in the meantime." in client.get("/bag/").text
    refused = client.post("/bag/update/", {**line, "size": "L", "to_size": "XXXL"})
    assert refused.status_code == 400
    assert "size: This article doesn&#x27;t come in that size." in refused.text
    assert lines(client) == [("L", 20)]


def test_the_stream_hears_sizes_and_a_removal_only_of_the_last(
    client: Client, blouse: Article
) -> None:
    for size in ("S", "M"):
        add(client, blouse, size=size)
    for size in ("S", "M"):
        client.post("/bag/remove/", {"article": blouse.article_id, "size": size})
    told = [
        event
        for event in published(anonymous_shopper(client), 3)
        if isinstance(event, BagAdd | BagRemove)
    ]
    assert [(type(event), event.size) for event in told] == [
        (BagAdd, "S"), (BagAdd, "M"), (BagRemove, "M"),
    ]  # fmt: skip


def test_an_order_keeps_the_sizes(client: Client, blouse: Article) -> None:
    for size in ("S", "M"):
        add(client, blouse, size=size)
    page = client.post("/checkout/review/", review(client), follow=True).text
    assert "size S" in page
    assert "size M" in page
    assert sorted(OrderLine.objects.values_list("size", flat=True)) == ["M", "S"]
    events = [decode(bytes(row.event)) for row in OutboxEvent.objects.all()]
    assert sorted(str(e.size) for e in events if isinstance(e, Purchase)) == ["M", "S"]


def test_saving_for_later_keeps_the_size(client: Client, blouse: Article) -> None:
    add(client, blouse, size="L", quantity="2")
    line = {"article": blouse.article_id, "size": "L"}
    client.post("/bag/later/", line)
    assert lines(client) == []
    assert SavedArticle.objects.get().size == "L"
    assert "size L" in client.get("/bag/").text
    client.post("/bag/later/", {**line, "back": "1"})
    assert lines(client) == [("L", 2)]


def test_an_outfit_is_added_whole_or_not_at_all(client: Client, blouse: Article) -> None:
    scarf = make_article(920000001, product_type=(80, "Scarf"), product_group="Accessories")
    form: dict[str, list[int] | str] = {"article": [blouse.pk, scarf.pk]}
    page = client.post("/outfits/add/", form, follow=True).text
    assert "Choose a size for Silk blouse." in page
    assert not BagLine.objects.exists()
    client.post("/outfits/add/", {**form, f"size-{blouse.pk}": "M"})
    assert lines(client) == [("M", 1), ("", 1)]


def test_the_api_tells_sizes_and_takes_them(client: Client, blouse: Article) -> None:
    path = f"/api/v1/articles/{blouse.article_id}/"
    assert client.get(path).json()["sizes"][0] == "XS"
    event = {"type": "bag_add", "article": blouse.article_id, "size": "M"}
    client.get("/")
    assert client.post("/api/v1/events/", event, "application/json").status_code == 202
    told = published(anonymous_shopper(client), 1)
    assert [event.size for event in told if isinstance(event, BagAdd)] == ["M"]
    wrong = client.post("/api/v1/events/", {**event, "type": "view"}, "application/json")
    assert wrong.status_code == 400
    assert "size" in wrong.text
