"""An erased shopper is gone everywhere and stays gone; everybody else's data stay."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client
from psycopg2.sql import SQL, Identifier
from pytest_django import Settings

from catalog.models import Customer, Transaction
from catalog.signals import ingested
from catalog.tests.factories import make_customer, make_transaction
from storefront.models import Bag, Order, SavedArticle, ShopperSession
from storefront.privacy import erasure
from storefront.tests.lives import live_everywhere, view
from storefront.tests.shops import Shop, anonymous_shopper, make_shop
from streaming import connection, dead_letters, keys
from streaming.events.schema import Erase, Identify, Search, encode, names_in
from streaming.features import dislikes
from streaming.features.state import ERASED
from streaming.identity.tombstones import tombstones
from streaming.models import ErasedShopper
from streaming.producers import outbox, spool
from streaming.producers.acknowledged import DeadLetter
from streaming.tasks import flush_spool
from streaming.tests.traffic import START

PLACES = {
    ("catalog_transaction", "customer_id"),
    ("recommendations_exposure", "shopper"),
    ("recommendations_interaction", "owner"),
    ("recommendations_interaction", "shopper"),
    ("storefront_bag", "shopper"),
    ("storefront_order", "customer_id"),
    ("storefront_order", "shopper"),
    ("storefront_savedarticle", "shopper"),
    ("storefront_shoppersession", "shopper"),
}
# These hold only the names by which an erased shopper is recognised.
NAMES = {
    ("catalog_customer", "customer_id"),
    ("catalog_customerkey", "customer_id"),
    ("streaming_erasedshopper", "customer_id"),
    ("streaming_erasedshopper", "shopper"),
}
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns
JOIN pg_class ON relname = table_name AND NOT relispartition
WHERE table_schema = 'public' AND column_name ~ '(shopper|customer|owner|anonymous)'
"""
OF_C1: Any = {"id": "e", "shopper": "c1", "ts": START, "source": "shop"}
VISITOR = "a" + "1" * 32


def rows_naming(shopper: str) -> dict[str, int]:
    """The number of rows per table that name this shopper or customer."""
    found = {}
    with database.cursor() as cursor:
        for table, column in PLACES:
            value: int | str = int(shopper[1:]) if column == "customer_id" else shopper
            query = SQL("SELECT count(*) FROM {} WHERE {} = %s")
            cursor.execute(query.format(Identifier(table), Identifier(column)), [value])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


def traces(shopper: str, letters: list[bytes]) -> dict[str, object]:
    """Traces of the shopper anywhere; falsy values are dropped."""
    age = Customer.objects.filter(pk=int(shopper[1:])).values_list("age", flat=True).first()
    found: dict[str, object] = {
        "tables": rows_naming(shopper),
        "outbox": outbox.of(shopper),
        "profile": age,
        "features": connection.client().get(keys.state(shopper)) not in (None, ERASED),
        "dislikes": dislikes.of(shopper),
        "spool": spool.of(shopper),
        "dead letters": [letter for letter in letters if shopper.encode() in letter],
        "sessions": [session for session in addresses() if f"Ada {shopper}" in session],
    }
    return {place: what for place, what in found.items() if what}


def addresses() -> list[str]:
    return [str(session.get_decoded()) for session in ShopperSession.objects.all()]


@pytest.mark.django_db
def test_every_column_that_names_a_shopper_is_known_to_these_tests() -> None:
    with database.cursor() as cursor:
        cursor.execute(COLUMNS)
        assert set(cursor.fetchall()) == PLACES | NAMES


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_erased_shopper_is_left_and_all_of_anothers_is(log: str, store: None) -> None:
    shop = make_shop()
    second = make_customer(2, age=50)
    make_transaction(customer=second, article=shop.shirt, t_dat=date(2020, 9, 1))
    for shopper in ("c1", "c2"):
        live_everywhere(shop, shopper)
    said = Search(id="q", shopper="c2", ts=START, source="shop", query="c1")
    spool.append([b"no json", encode(said)])
    letters = [letter.value for _, letter in dead_letters.dead_letters()]
    before = traces("c2", letters)
    assert len(before) == len(traces("c1", letters)) == 8, "every place is filled"

    call_command("erase_shopper", "c1")
    found = list(dead_letters.dead_letters())
    letters = [letter.value for _, letter in found]
    assert traces("c1", letters) == {}
    assert traces("c2", letters) == before
    assert found[0][1] == DeadLetter("why", letters[0], "t", 1, 2)
    tombstone = ErasedShopper.objects.get()
    assert tombstone.removed == {
        "waiting events": 1, "bags": 2, "saved articles": 1, "orders unlinked": 1, "sessions": 1,
        "interactions": 1, "exposures": 1, "purchases": 2, "profile": 1, "spooled events": 1,
        "dead letters": 2,
    }  # fmt: skip
    assert (tombstone.customer_id, "command line" in tombstone.asked_by) == (f"{1:064x}", True)
    assert tombstone.finished_at is not None
    assert Order.objects.filter(shopper="", customer=None).count() == 1, "kept for the books"

    connection.client().flushdb()
    told = StringIO()
    call_command("rebuild_features", stdout=told)
    assert told.getvalue().startswith("1 purchases"), "those of the other"
    with pytest.raises(CommandError, match="is not a shopper"):
        call_command("erase_shopper", "somebody")


@pytest.mark.usefixtures("store", "no_kafka")
def test_a_place_that_is_down_is_swept_when_it_is_back(
    shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    settings.SPOOL_DIR = tmp_path
    spool.append([encode(view("v", VISITOR, 1))])
    with pytest.raises(CommandError, match="as soon as"):
        call_command("erase_shopper", VISITOR)
    assert ErasedShopper.objects.get().finished_at is None
    assert flush_spool() == 0, "nobody to tell of"
    assert list(tmp_path.glob("events.*")) == []


@pytest.mark.usefixtures("no_redis", "no_kafka")
def test_who_asks_while_redis_and_kafka_are_down_is_erased_all_the_same(
    client: Client, shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    settings.SPOOL_DIR = tmp_path
    client.post("/wishlist/change/", {"article": shop.dress.article_id})
    before = anonymous_shopper(client)
    assert "Forget me" in client.get("/you/").text
    page = client.post("/you/forget/", follow=True).text
    assert "Everything the shop knew about you has been erased" in page
    assert not SavedArticle.objects.exists()
    assert ErasedShopper.objects.get().shopper == before
    client.get("/bag/")
    assert anonymous_shopper(client) != before


@pytest.mark.usefixtures("store")
def test_an_erased_shopper_s_other_browsers_go_on_as_somebody_new(shop: Shop) -> None:
    visitor, customer = Client(), Client()
    visitor.get("/bag/")
    visitor.post("/bag/add/", {"article": shop.dress.article_id})
    customer.post("/personas/switch/", {"customer": 1})
    name = anonymous_shopper(visitor)
    for shopper in (name, "c1"):
        erasure.erase(shopper, "support")
    visitor.post("/bag/add/", {"article": shop.dress.article_id})
    assert anonymous_shopper(visitor) != name
    customer.post("/bag/add/", {"article": shop.dress.article_id})
    assert not Bag.objects.filter(shopper__in=("c1", name)).exists()
    assert customer.post("/personas/switch/", {"customer": 1}).status_code == 404


def test_a_new_ingest_does_not_bring_an_erased_customer_back(shop: Shop) -> None:
    erasure.erase("c1", "support")
    Customer.objects.filter(pk=1).update(age=34)
    back = Customer.objects.get(pk=1)
    make_transaction(customer=back, article=shop.shirt, t_dat=date(2020, 9, 1))
    ingested.send(None)
    assert Customer.objects.get(pk=1).age is None
    assert not Transaction.objects.filter(customer=1).exists()


@pytest.mark.usefixtures("store")
def test_a_backup_from_before_an_erasure_brings_nobody_back(shop: Shop) -> None:
    erasure.erase("c1", "support")
    ErasedShopper.objects.all().delete()
    Customer.objects.filter(pk=1).update(age=34)
    tombstones.reset()
    assert erasure.erase_restored() == 1
    assert Customer.objects.get(pk=1).age is None
    assert tombstones.hold("c1")
    assert erasure.erase_restored() == 0


@pytest.mark.usefixtures("store")
def test_other_people_under_the_same_keys_are_left_alone(shop: Shop) -> None:
    erasure.erase("c1", "support")
    ErasedShopper.objects.all().delete()
    Customer.objects.filter(pk=1).update(customer_id="f" * 64, age=34)
    assert erasure.erase_restored() == 0
    assert Customer.objects.get(pk=1).age == 34


@pytest.mark.parametrize(
    ("message", "names"),
    [
        (encode(view("v", "c1", 1)), {"c1"}),
        (encode(Identify(**OF_C1, anonymous=VISITOR)), {"c1", VISITOR}),
        (encode(Erase(**OF_C1)), set()),
        (encode(Search(**OF_C1, query='"shopper":"c2"')), {"c1"}),
        (b'{"shopper":"c1","type":', {"c1"}),
        (b'[{"shopper": "c1"}]', {"c1"}),
        (b'{"shopper": 1}', set()),
        (b"\xff\x00", set()),
        (b"[" * 100_000, set()),
    ],
)
def test_whom_a_message_tells_of_is_read_even_from_a_broken_one(
    message: bytes, names: set[str]
) -> None:
    assert names_in(message) == names
