"""A shopper's data are exported completely, to them and to support, and to nobody else."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from catalog.tests.factories import make_customer, make_transaction
from recommendations.bundle.registry import registry
from recommendations.tests.shops import train
from storefront.tests.lives import live_everywhere
from storefront.tests.shops import Shop, make_shop
from streaming.models import ErasedShopper

EXPORT = "/admin/streaming/erasedshopper/export/"
ADD = "/admin/streaming/erasedshopper/add/"


@pytest.fixture
def bundles(settings: Settings, tmp_path: Path) -> Any:
    settings.BUNDLES_DIR = tmp_path / "bundles"
    registry.reset()
    yield
    registry.reset()


def staff(role: str) -> Client:
    user = User.objects.create_user(f"of {role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db(transaction=True)
def test_a_shopper_downloads_everything_of_theirs_and_nothing_of_anothers(
    log: str, store: None, bundles: None
) -> None:
    shop = make_shop()
    second = make_customer(2, age=50)
    make_transaction(customer=second, article=shop.shirt, t_dat=date(2020, 9, 1))
    train()
    for shopper in ("c1", "c2"):
        live_everywhere(shop, shopper)
    client = Client()
    client.post("/personas/switch/", {"customer": 1})
    reply = client.get("/you/export/")
    assert reply["Content-Disposition"].startswith('attachment; filename="c1-')
    assert "no-store" in reply["Cache-Control"]
    found = json.loads(reply.content)
    about, empty = found.pop("meaning"), {name for name, value in found.items() if not value}
    assert empty == {"unavailable", "erasure"}, "every place is filled, and each is told"
    assert about.keys() | {"shopper", "exported_at", "unavailable"} == found.keys()
    assert not {"c2", "Ada c2", "ec2", "rc2", "pc2"} & set(texts(found))
    assert found["purchases"][0] == {
        "t_dat": "2020-09-01", "article": "0900000001", "price": "19.99", "sales_channel": 2,
        "name": "Linen shirt",
    }  # fmt: skip
    assert found["orders"][0]["lines"][0]["quantity"] == 2
    assert "Ada c1" in [(s["address"] or {}).get("name") for s in found["sessions"]]
    assert found["features"]["less_like"] == [shop.dress.article_id]
    assert found["model"]["last_purchases"] == ["0900000001"]


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.usefixtures("no_redis", "no_kafka", "shop")
def test_a_place_that_is_down_is_named(client: Client) -> None:
    found = client.get("/you/export/").json()
    assert found["unavailable"] == ["features", "dead_letters"]
    assert found["bag"] == []


@pytest.mark.usefixtures("store", "no_kafka")
def test_support_hands_out_and_erases_what_is_asked_for_and_both_are_logged(shop: Shop) -> None:
    support = staff("support")
    page = support.get(f"/admin/catalog/customer/{shop.customer.pk}/change/").text
    assert f'{EXPORT}?shopper=c1"' in page
    assert 'value="c1"' in support.get(f"{EXPORT}?shopper=c1").text
    assert support.post(EXPORT, {"shopper": shop.customer.customer_id}).json()["shopper"] == "c1"
    assert support.post(EXPORT, {"shopper": "somebody"}).status_code == 400
    page = support.get(f"{ADD}?shopper=c1").text
    assert 'value="c1"' in page
    assert "Erase a shopper" in page
    assert "Save and" not in page
    assert "This field is required" in support.post(ADD, {"shopper": "c1"}).text
    assert not ErasedShopper.objects.exists()
    for _ in range(2):
        assert support.post(ADD, {"shopper": "c1", "certain": "on"}).status_code == 302
    row = ErasedShopper.objects.get()
    assert row.asked_by == "of support in the admin"
    assert "2 purchases" in support.get(f"/admin/streaming/erasedshopper/{row.pk}/change/").text
    assert "2 purchases" in support.get("/admin/streaming/erasedshopper/").text
    told = LogEntry.objects.order_by("pk").values_list("object_repr", "action_flag")
    assert list(told) == [("c1", 2), ("c1", 1), ("c1", 1)]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("role", ["merchandiser", "data"])
def test_other_roles_neither_see_nor_erase_a_shopper(role: str) -> None:
    other = staff(role)
    for address in (EXPORT, ADD, "/admin/streaming/erasedshopper/"):
        assert other.get(address).status_code == 403
        assert other.post(address, {"shopper": "c1", "certain": "on"}).status_code == 403
    assert not ErasedShopper.objects.exists()
