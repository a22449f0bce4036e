"""Acting as one of the data set's customers."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import Settings

from catalog.models import Article, Customer, Transaction
from catalog.tests.factories import make_customer
from storefront.models import BagLine
from storefront.personas.labels import Purchase, name_of, taste_of
from storefront.personas.personas import Buyer, age_band, varied
from storefront.tests.shops import Shop, address, anonymous_shopper, published
from streaming.events.schema import Identify, View


def act_as(client: Client, customer: Customer) -> None:
    response = client.post("/personas/switch/", {"customer": customer.pk})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_a_card_tells_age_purchases_and_taste(client: Client, shop: Shop) -> None:
    page = client.get("/personas/").text
    assert "30–39 · 2 purchases since September 2020" in page
    assert "Women: shirt" in page
    assert "/120/0900000001.webp" in page


def test_switching_brings_the_bag_along_and_identifies_the_shopper(
    client: Client, shop: Shop
) -> None:
    client.post("/bag/add/", {"article": shop.dress.article_id})
    anonymous, session = anonymous_shopper(client), client.session.session_key
    act_as(client, shop.customer)
    assert client.session.session_key != session
    assert "Garden dress" in client.get("/bag/").text
    assert not BagLine.objects.of_shopper(anonymous).exists()
    identified = [e for e in published("c1") if isinstance(e, Identify)]
    assert anonymous in {event.anonymous for event in identified}


def test_from_one_customer_to_another_nothing_is_merged(client: Client, shop: Shop) -> None:
    second = make_customer(2, age=60)
    act_as(client, shop.customer)
    client.post("/bag/add/", {"article": shop.dress.article_id})
    act_as(client, second)
    assert not BagLine.objects.of_shopper("c2").exists()
    client.get(address(shop.dress))
    assert not [e for e in published("c2") if isinstance(e, Identify)]
    assert [e for e in published("c2") if isinstance(e, View)]


def test_leaving_makes_one_anonymous_again(client: Client, shop: Shop) -> None:
    act_as(client, shop.customer)
    assert f"Leave {name_of(shop.customer.customer_id)}" in client.get("/personas/").text
    client.post("/personas/leave/")
    assert "Leave " not in client.get("/personas/").text


def test_a_surprise_is_somebody_who_has_bought(client: Client, shop: Shop) -> None:
    client.post("/personas/switch/", {})
    assert client.session["customer"] == shop.customer.pk


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("customer", ["99", "-1", "abc", "99999999999", "1; DROP TABLE"])
def test_nobody_becomes_a_customer_who_is_not_there(client: Client, customer: str) -> None:
    assert client.post("/personas/switch/", {"customer": customer}).status_code == 404
    assert "customer" not in client.session


def test_outside_the_demo_there_are_no_personas(
    client: Client, shop: Shop, settings: Settings
) -> None:
    settings.DEMO = False
    settings.SECURE_SSL_REDIRECT = False
    assert client.get("/personas/").status_code == 404
    assert client.post("/personas/switch/", {"customer": 1}).status_code == 404
    assert client.post("/personas/leave/").status_code == 404
    assert "customer" not in client.session
    assert "/personas/" not in client.get("/").text


def test_the_gallery_goes_round_audiences_and_ages_with_the_keenest_first() -> None:
    women = [Buyer(1, 25, 3, 1), Buyer(2, 25, 9, 1), Buyer(3, 70, 1, 1), Buyer(4, None, 50, 1)]
    men = [Buyer(5, 25, 2, 3), Buyer(6, 71, 1, 3)]
    assert varied([*women, *men], 4) == [2, 6, 1, 5]
    assert varied([*women, *men], 9) == [2, 6, 1, 5, 3]
    assert varied([], 3) == []


def test_what_would_change_is_shown_side_by_side(
    client: Client, stock: dict[str, list[Article]]
) -> None:
    buyer = Transaction.objects.values_list("customer", flat=True)[0]
    reply = client.get(f"/personas/{buyer}/")
    label = name_of(Customer.objects.get(pk=buyer).customer_id)
    assert reply.status_code == 200
    assert f"You and {label}" in reply.text
    assert f"Shop as {label}" in reply.text
    assert "Buy again" in reply.text
    assert client.get("/personas/999999999/").status_code == 404


@pytest.mark.parametrize(("age", "band"), [(19, "Under 20"), (20, "20–29"), (99, "60+")])
def test_ages_fall_into_bands(age: int, band: str) -> None:
    assert age_band(age) == band


def test_a_label_says_taste_spending_and_rhythm() -> None:
    def bought(kind: str, price: str, month: int, audience: str = "Menswear") -> Purchase:
        return Purchase(1, audience, kind, Decimal(price), date(2020, month, 1))

    history = [bought("Jeans", "20", 1), bought("Jeans", "40", 2), bought("Sweater", "30", 3)]
    assert taste_of(history) == "Menswear: jeans, sweater; spends €20–€40 a piece; buys monthly"
    assert taste_of(history[:1]).endswith("spends about €20 a piece; bought on one day")
    assert taste_of([]) == ""
    assert name_of("00ab") == name_of("00ab")
