"""Whatever is ingested in whatever order, nobody sees another's life, and who is erased stays so.

Each person buys, views and saves articles of one product type of their own, so that anything of
somebody else shows.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from catalog.ingest import partitions
from catalog.models import Customer, Transaction
from catalog.tests import hm
from recommendations.bundle.registry import registry
from recommendations.experiments.assignment import Arm, Plan, arm_of
from recommendations.experiments.strategies import Parameters
from recommendations.tests.shops import train
from storefront.privacy import erasure
from streaming import clock
from streaming.identity.tombstones import tombstones
from streaming.producers import producer
from streaming.tests.running import Running, running
from streaming.tests.servers import eventually
from streaming.tests.traffic import START
from web.json_types import Json

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PEOPLE = range(1, 6)
EACH = 4
ERASED = 2
NEWCOMER = 9
DAYS = ("2020-09-01", "2020-09-08", "2020-09-10")
SPLIT = Plan(1, "layer", frozenset({"for-you"}), 0, 999, 100,
             tuple(Arm(n, f"v{n}", 1, Parameters()) for n in range(3)))  # fmt: skip


def own(person: int) -> list[str]:
    return [f"09{person:05d}{n:03d}" for n in range(1, EACH + 1)]


def type_of(person: int) -> dict[str, object]:
    return {"product_type_no": 100 + person, "product_type_name": f"Type {person}"}


def write(folder: Path, people: Sequence[int], *, upper: bool = False) -> Path:
    """The files, with the customers in this order."""
    ids = [hm.customer_id(person) for person in people]
    ids = [name.upper() for name in ids] if upper else ids
    articles = [{"article_id": a, **type_of(p)} for p in (*PEOPLE, NEWCOMER) for a in own(p)]
    sales: list[hm.Row] = [
        {"t_dat": day, "customer_id": name, "article_id": article}
        for day in DAYS
        for person, name in zip(people, ids, strict=True)
        for article in own(person)[:2]
    ]
    customers: list[hm.Row] = [
        {"customer_id": name, "age": 20 + person} for person, name in zip(people, ids, strict=True)
    ]
    return hm.write_hm(folder, articles=articles, customers=customers, transactions=sales)


class Person:
    """A customer with a browser of their own."""

    def __init__(self, person: int) -> None:
        self.person, self.client = person, Client()
        self.key = Customer.objects.get(customer_id=hm.customer_id(person)).pk
        self.shopper = f"c{self.key}"

    def signs_in(self) -> None:
        assert self.client.post("/personas/switch/", {"customer": self.key}).status_code == 302

    def shops(self) -> None:
        for article in own(self.person):
            self.client.get(f"/article/{article}/")
        self.client.post("/bag/add/", {"article": own(self.person)[2]})
        self.client.post("/wishlist/change/", {"article": own(self.person)[3]})
        self.client.post("/you/less/", {"article": own(self.person)[1]})

    def features(self) -> Json:
        reply = self.client.get("/api/v1/features/me/")
        assert reply["Cache-Control"] == "private, no-store"
        found: Json = reply.json()
        return found

    def seen(self) -> set[str]:
        """The articles of all that is theirs: features, bag, wishlist, past orders, shelves."""
        told = self.features()["features"]
        found = {recent["article"] for recent in told["recents"]} | set(told["bag"])
        for kind in ("recently-viewed", "buy-again"):
            shelf = self.client.get(f"/api/v1/recommendations/{kind}/").json()
            found |= {item["article"] for item in shelf["items"]}
        for page in ("/bag/", "/wishlist/", "/orders/", "/you/"):
            text = self.client.get(page).content.decode()
            found |= {a for p in (*PEOPLE, NEWCOMER) for a in own(p)[2:] if f"/{a}/" in text}
        return found


@pytest.fixture
def worker(log: str, store: None, settings: Settings, tmp_path: Path) -> Iterator[Running]:
    settings.VAR_DIR, settings.BUNDLES_DIR = tmp_path / "var", tmp_path / "bundles"
    cache.clear()
    partitions.drop_all()
    registry.reset()
    clock.set_now(START + 86_400_000)
    with running() as found:
        yield found
    partitions.drop_all()
    registry.reset()
    cache.clear()


def test_nobody_sees_anothers_life_after_any_ingest(worker: Running, tmp_path: Path) -> None:
    folder = tmp_path / "hm"
    call_command("ingest_hm", data_dir=write(folder, PEOPLE), verbosity=0)
    train()
    people = [Person(person) for person in PEOPLE]
    for one in people:
        one.signs_in()
        one.shops()
    producer.close()
    worker.catch_up()
    eventually(lambda: all(p.features()["features"]["counts"] for p in people), "the features")
    arms = {p.person: arm_of([SPLIT], "for-you", p.shopper) for p in people}
    gone = people[ERASED - 1]
    erasure.erase(gone.shopper, "support")
    tombstones.reset()
    for hour, (order, upper) in enumerate((
        ((2, 1, 4, 3, 5), False),
        ((3, 4, 5, 1, 2), True),
        ((NEWCOMER, 5, 3, 2), False),  # two of them are left out, and come back
        ((5, 4, NEWCOMER, 3, 2, 1), False),
    ), start=1):  # fmt: skip
        call_command("ingest_hm", data_dir=write(folder, order, upper=upper), restart=True,
                     verbosity=0)  # fmt: skip
        worker.catch_up()
        check(people, gone, order)
        train(datetime(2020, 9, 21, hour, tzinfo=UTC))
        check(people, gone, order)
    assert {p.person: arm_of([SPLIT], "for-you", p.shopper) for p in people} == arms
    newcomer = Person(NEWCOMER)
    newcomer.signs_in()
    assert newcomer.key not in [p.key for p in people]
    assert newcomer.features()["features"]["counts"] == {}
    assert newcomer.seen() <= set(own(NEWCOMER))


def check(people: Sequence[Person], gone: Person, order: Sequence[int]) -> None:
    for one in people:
        if one is not gone:
            assert one.features()["shopper"] == one.shopper
            assert one.features()["features"]["counts"]["view"] == EACH
            assert one.seen() <= set(own(one.person)), f"{one.person} sees somebody else's"
        if one.person in order:
            known = Customer.objects.get(customer_id=hm.customer_id(one.person))
            assert (known.pk, known.age) == (one.key, None if one is gone else 20 + one.person)
    assert not Transaction.objects.filter(customer=gone.key).exists()
    assert gone.client.post("/personas/switch/", {"customer": gone.key}).status_code == 404
    assert gone.features()["features"]["counts"] == {}
    assert gone.seen() == set()
