"""The checkout's steps, and a bag that changes during them."""

import pytest
from django.test import Client

from catalog.models import ArticleSummary
from storefront.bag import wishlist
from storefront.layout import header_state
from storefront.models import BagLine, Order, SavedArticle
from storefront.tests.shops import Shop, anonymous_shopper, make_shop
from storefront.tests.test_bag import ADDRESS, DELIVERY, add, at_once, lines, review
from streaming.models import OutboxEvent


def test_no_step_can_be_left_out(client: Client, shop: Shop) -> None:
    assert client.get("/checkout/")["Location"] == "/bag/"
    add(client, shop.shirt.article_id)
    assert client.get("/checkout/review/")["Location"] == "/checkout/"
    assert client.get("/checkout/delivery/")["Location"] == "/checkout/"
    client.post("/checkout/", ADDRESS)
    assert client.get("/checkout/review/")["Location"] == "/checkout/delivery/"
    wrong = client.post("/checkout/delivery/", {**DELIVERY, "payment": "gold"})
    assert wrong.status_code == 400
    assert "gold is not one of the available choices" in wrong.text
    client.post("/checkout/delivery/", DELIVERY)
    page = client.get("/checkout/review/").text
    assert "Alex, 1 Road, 1 Town" in page
    assert "Mock invoice" in page


def test_a_price_that_changed_is_told_and_not_charged(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id)
    form = review(client)
    ArticleSummary.objects.filter(pk=shop.shirt.pk).update(price=39.99 / 590)
    answer = client.post("/checkout/review/", form)
    assert answer.status_code == 409
    assert "Linen shirt costs €39.99 now, not €29.99." in answer.text
    assert (Order.objects.count(), OutboxEvent.objects.count()) == (0, 0)
    assert lines(client) == [(shop.shirt.pk, 1)]
    client.post("/checkout/review/", review(client))
    assert str(Order.objects.get().total) == "39.99"


def test_what_another_tab_did_to_the_bag_is_told(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id)
    add(client, shop.dress.article_id)
    form = review(client)
    client.post("/bag/remove/", {"article": shop.dress.article_id})
    client.post("/bag/update/", {"article": shop.shirt.article_id, "quantity": "3"})
    add(client, shop.other_colour.article_id)
    answer = client.post("/checkout/review/", form).text
    assert "The quantity of Linen shirt is 3 now, not 1." in answer
    assert "Garden dress is no longer in your bag." in answer
    assert "Linen shirt was added to your bag." in answer
    assert Order.objects.count() == 0


def test_orders_are_listed_for_who_placed_them(client: Client, shop: Shop) -> None:
    assert "You have not ordered anything yet." in client.get("/orders/").text
    add(client, shop.shirt.article_id)
    client.post("/checkout/review/", review(client))
    assert Order.objects.get().number in client.get("/orders/").text
    assert Order.objects.get().number not in Client().get("/orders/").text
    order = client.get(f"/orders/{Order.objects.get().number}/").text
    assert "Pick-up in a shop near you" in order


# --- for later, and the wishlist ---


def test_what_is_saved_for_later_comes_back_with_its_quantity(client: Client, shop: Shop) -> None:
    add(client, shop.shirt.article_id, quantity="2")
    article = {"article": shop.shirt.article_id}
    client.post("/bag/later/", article)
    assert lines(client) == []
    assert "Saved for later" in client.get("/bag/").text
    client.post("/bag/later/", {**article, "back": "1"})
    client.post("/bag/later/", {**article, "back": "1"})
    assert lines(client) == [(shop.shirt.pk, 2)]
    assert not SavedArticle.objects.exists()


def test_a_heart_keeps_an_article_and_takes_it_off(client: Client, shop: Shop) -> None:
    assert "Nothing here yet" in client.get("/wishlist/").text
    article = {"article": shop.shirt.article_id}
    for _ in range(2):
        assert client.post("/wishlist/change/", article)["Location"] == "/wishlist/"
    page = client.get("/wishlist/").text
    assert page.count('class="card"') == 1
    assert 'aria-pressed="true"' in page
    fragment = client.post(
        "/wishlist/change/", {**article, "off": "1"}, headers={"HX-Request": "true"}
    )
    assert 'aria-pressed="false"' in fragment.text
    assert not SavedArticle.objects.exists()
    assert client.post("/wishlist/change/", {"article": "1"}).status_code == 400


def test_a_form_goes_back_to_its_page_but_never_elsewhere(client: Client, shop: Shop) -> None:
    article = {"article": shop.shirt.article_id}
    for referer, place in (
        ("http://testserver/shop/1/", "http://testserver/shop/1/"),
        ("http://evil.example/", "/wishlist/"),
    ):
        answer = client.post("/wishlist/change/", article, headers={"Referer": referer})
        assert answer["Location"] == place


def test_lists_come_along_when_a_shopper_turns_out_to_be_a_customer(
    client: Client, shop: Shop
) -> None:
    client.post("/wishlist/change/", {"article": shop.dress.article_id})
    anonymous = anonymous_shopper(client)
    client.post("/personas/switch/", {"customer": shop.customer.pk})
    assert header_state.of_shopper("c1").wishes == {shop.dress.pk}
    assert not header_state.of_shopper(anonymous).wishes


@pytest.mark.django_db(transaction=True)
def test_two_tabs_move_a_line_back_once() -> None:
    shirt, shopper = make_shop().shirt, "a" + "2" * 32
    wishlist.save(shopper, wishlist.LATER, shirt.pk, 2)
    at_once(4, lambda: wishlist.move_to_bag(shopper, shirt.pk))
    assert [line.quantity for line in BagLine.objects.of_shopper(shopper)] == [2]
