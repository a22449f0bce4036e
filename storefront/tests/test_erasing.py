"""Who is erased is gone everywhere and stays gone; everybody else keeps what is theirs."""

import uuid
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client
from pytest_django import Settings

from catalog.models import Customer, Transaction
from catalog.signals import ingested
from catalog.tests.factories import make_customer, make_transaction
from recommendations.attribution.models import Exposure, Interaction, Serving
from recommendations.experiments.models import Experiment, Layer, Variant
from storefront import erasing
from storefront.models import Bag, Order, SavedArticle, ShopperSession
from storefront.tests.shops import Shop, anonymous_shopper, make_shop
from streaming import connection, dead, dislikes, keys, outbox, spool
from streaming.delivery import DeadLetter, Sender, dead_letter
from streaming.events import Erase, Identify, Purchase, Search, View, encode, names_in
from streaming.models import ErasedShopper
from streaming.reducer import apply
from streaming.state import ERASED, State, pack
from streaming.tasks import flush_spool
from streaming.tests.traffic import START
from streaming.tombstones import tombstones

OF_C1: Any = {"id": "e", "shopper": "c1", "ts": START, "source": "shop"}
VISITOR = "a" + "1" * 32


def view(name: str, shopper: str, article: int) -> View:
    return View(id=name, shopper=shopper, ts=START, source="shop", article=article)


def live_everywhere(shop: Shop, shopper: str) -> None:
    """Leave something of the shopper's in every place that keeps anything."""
    customer, article = int(shopper[1:]), shop.dress.pk
    client = Client()
    client.post("/personas/switch/", {"customer": customer})
    for path in ("/bag/add/", "/wishlist/change/"):
        client.post(path, {"article": shop.dress.article_id})
    address = {"name": f"Ada {shopper}", "street": "1 Way", "postcode": "1", "city": "X"}
    client.post("/checkout/", address)
    Order.objects.create(
        number=f"7XQS-8SV{customer}", checkout=uuid.uuid4(), shopper=shopper,
        customer_id=customer, total=1,
    )  # fmt: skip
    serving, variant = some_serving()
    Interaction.objects.create(
        event=f"e{shopper}", rec_id=f"r{shopper}", kind="click", serving=serving, shopper=shopper,
        article=article, ts=START,
    )  # fmt: skip
    Exposure.objects.create(variant=variant, shopper=shopper, first_ts=START)
    state = State()
    apply(state, view("v", shopper, article), None)
    connection.client().set(keys.state(shopper), pack(state))
    dislikes.add(shopper, article)
    bought = Purchase(
        id=f"p{shopper}", shopper=shopper, ts=START, source="shop", article=1, price=0.1, channel=2
    )
    outbox.enqueue(bought)
    spool.append([encode(view(f"s{shopper}", shopper, article))])
    letters = [encode(view(f"d{shopper}", shopper, 5)), b'{"shopper": "%b", bro' % shopper.encode()]
    assert Sender().send([dead_letter(value, "why", "t", 1, 2) for value in letters]) == []


def some_serving() -> tuple[Serving, Variant]:
    layer, _ = Layer.objects.get_or_create(name="layer")
    experiment, _ = Experiment.objects.get_or_create(name="e", layer=layer, kinds=["for-you"])
    variant, _ = Variant.objects.get_or_create(experiment=experiment, name="v")
    serving, _ = Serving.objects.get_or_create(kind="for-you", strategy="s")
    return serving, variant


def rows_naming(shopper: str) -> dict[str, int]:
    """Every table with a column of shoppers or customers, and how many rows name this one."""
    found = {}
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name IN ('shopper', 'customer_id')"
            " AND (table_name, data_type) NOT IN (('catalog_customer', 'character varying'))"
        )
        for table, column in cursor.fetchall():
            value: Any = int(shopper[1:]) if column == "customer_id" else shopper
            if (table, column) == ("streaming_erasedshopper", "customer_id"):
                continue
            query = f'SELECT count(*) FROM "{table}" WHERE "{column}" = %s'  # noqa: S608
            cursor.execute(query, [value])
            if count := cursor.fetchone()[0]:
                found[table] = count
    return found


def traces(shopper: str, letters: list[bytes]) -> dict[str, object]:
    """What can be found of the shopper anywhere; what is falsy isn't listed."""
    tables = rows_naming(shopper)
    tables.pop("streaming_erasedshopper", None)
    age = Customer.objects.filter(pk=int(shopper[1:])).values_list("age", flat=True).first()
    found: dict[str, object] = {
        "tables": tables,
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


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_erased_shopper_is_left_and_all_of_anothers_is(log: str, store: None) -> None:
    shop = make_shop()
    second = make_customer(2, age=50)
    make_transaction(customer=second, article=shop.shirt, t_dat=date(2020, 9, 1))
    for shopper in ("c1", "c2"):
        live_everywhere(shop, shopper)
    said = Search(id="q", shopper="c2", ts=START, source="shop", query="c1")
    spool.append([b"no json", encode(said)])
    letters = [letter.value for _, letter in dead.letters()]
    before = traces("c2", letters)
    assert len(before) == len(traces("c1", letters)) == 8, "every place is filled"

    call_command("erase_shopper", "c1")
    found = list(dead.letters())
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
    with pytest.raises(CommandError, match="isn't a shopper"):
        call_command("erase_shopper", "somebody")


@pytest.mark.usefixtures("store", "no_kafka")
def test_a_place_that_is_away_is_swept_when_it_is_back(
    shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    settings.SPOOL_DIR = tmp_path
    spool.append([encode(view("v", VISITOR, 1))])
    with pytest.raises(CommandError, match="as soon as"):
        call_command("erase_shopper", VISITOR)
    assert erasing.finish() == (0, 1)
    assert ErasedShopper.objects.get().finished_at is None
    assert flush_spool() == 0, "nobody to tell of"
    assert list(tmp_path.glob("events.*")) == []


@pytest.mark.usefixtures("no_redis", "no_kafka")
def test_who_asks_while_redis_and_kafka_are_away_is_erased_all_the_same(
    client: Client, shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    settings.SPOOL_DIR = tmp_path
    client.post("/wishlist/change/", {"article": shop.dress.article_id})
    before = anonymous_shopper(client)
    assert "Forget me" in client.get("/you/").text
    assert "You are forgotten" in client.post("/you/forget/", follow=True).text
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
        erasing.erase(shopper, "support")
    visitor.post("/bag/add/", {"article": shop.dress.article_id})
    assert anonymous_shopper(visitor) != name
    customer.post("/bag/add/", {"article": shop.dress.article_id})
    assert not Bag.objects.filter(shopper__in=("c1", name)).exists()
    assert customer.post("/personas/switch/", {"customer": 1}).status_code == 404


def test_a_new_ingest_does_not_bring_an_erased_customer_back(shop: Shop) -> None:
    erasing.erase("c1", "support")
    moved = Customer.objects.get(pk=1)
    Customer.objects.filter(pk=1).delete()
    Customer.objects.create(id=7, customer_id=moved.customer_id, age=34)
    other = Customer.objects.create(id=1, customer_id="f" * 64)
    back = Customer.objects.get(pk=7)
    for customer in (other, back):
        make_transaction(customer=customer, article=shop.shirt, t_dat=date(2020, 9, 1))
    ingested.send(None)
    tombstones.reset()
    assert ErasedShopper.objects.get().shopper == "c7", "another has the place in the file now"
    assert Customer.objects.get(pk=7).age is None
    assert [line.customer_id for line in Transaction.objects.all()] == [1]


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
